/**
 * `t(key, values)` in the language chosen on this phone.
 *
 * `{name}` is replaced by the value of that name; `{n|record|records}` by the first word when n is 1, else by the second.
 * Texts of branch and office come with `@/i18n/office`, so that a field phone does not load them.
 */
import { computed, shallowReactive, shallowRef } from 'vue'
import { common as enCommon } from './en/common'
import { field as enField } from './en/field'
import { common as zhCommon } from './zh-CN/common'
import { field as zhField } from './zh-CN/field'
import { leaveLanguage } from './spoken'
import type { Key } from './zh-CN'

export type { Key }
export type Values = Record<string, string | number>
export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const KEPT_AS = 'doorstep.language'

const texts: Record<Language, Partial<Record<Key, string>>> = {
  'zh-CN': shallowReactive({ ...zhCommon, ...zhField }),
  en: shallowReactive({ ...enCommon, ...enField }),
}

const chosen = shallowRef<Language>('zh-CN')

export const language = computed(() => chosen.value)

export function addTexts(of: Language, more: Partial<Record<Key, string>>): void {
  Object.assign(texts[of], more)
}

export function setLanguage(wanted: Language): void {
  chosen.value = wanted
  localStorage.setItem(KEPT_AS, wanted)
  document.documentElement.lang = wanted
  document.title = t('app.name')
  leaveLanguage(wanted).catch(() => undefined)
}

/** The language kept on this phone; zh-CN until somebody chooses. */
export function restoreLanguage(): void {
  setLanguage(localStorage.getItem(KEPT_AS) === 'en' ? 'en' : 'zh-CN')
}

export function t(key: Key, values: Values = {}): string {
  return fill(texts[chosen.value][key] ?? key, values)
}

/** Whether a text of this computed name exists, such as the one for an error code the server sent. */
export function hasText(key: string): key is Key {
  return key in texts[chosen.value]
}

export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
    const value = values[name] ?? ''
    return one === undefined ? String(value) : Number(value) === 1 ? one : (many ?? '')
  })
}
