/** Loaded by the routes of branch and office: adds their texts to the two languages. */
import { addTexts } from '.'
import { office as en } from './en/office'
import { office as zhCN } from './zh-CN/office'

addTexts('zh-CN', zhCN)
addTexts('en', en)
