/** What a notice says, for the service worker: it has no screen, so it loads these few texts and nothing else. */
import type { Notice } from '@/domain/notice'
import { notice as en } from './en/notice'
import { notice as zhCN } from './zh-CN/notice'

const TEXTS = { 'zh-CN': zhCN, en }

/** Title and body in `language`, zh-CN unless it is `en`. A kind this version does not know says that there is something new. */
export function noticeText({ kind, params }: Pick<Notice, 'kind' | 'params'>, language: string): { title: string; body: string } {
  const known = language === 'en' ? 'en' : 'zh-CN'
  const texts: Record<string, { title: string; body: string }> = TEXTS[known]
  const { title, body } = (Object.hasOwn(texts, kind) && texts[kind]) || TEXTS[known].other
  const filled = body.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''))
  return { title, body: filled.replace(/^[\s·]+|[\s·]+$/g, '') }
}
