/** The source language. Every other language is typed against it: a missing key does not compile. */
import { common } from './zh-CN/common'
import { field } from './zh-CN/field'
import { office } from './zh-CN/office'

export const zhCN = { ...common, ...field, ...office }

export type Key = keyof typeof zhCN
export type Texts<Of> = Record<keyof Of, string>
