import type { office as source } from '../zh-CN/office'
import type { Texts } from '../zh-CN'

export const office: Texts<typeof source> = {}
