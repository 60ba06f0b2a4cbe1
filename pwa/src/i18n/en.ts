import { common } from './en/common'
import { field } from './en/field'
import { office } from './en/office'
import type { Key } from './zh-CN'

export const en: Record<Key, string> = { ...common, ...field, ...office }
