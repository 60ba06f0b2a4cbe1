import type { field as source } from '../zh-CN/field'
import type { Texts } from '../zh-CN'

export const field: Texts<typeof source> = {}
