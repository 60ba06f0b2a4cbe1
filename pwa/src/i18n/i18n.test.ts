import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { fill } from '.'
import { en } from './en'
import { zhCN } from './zh-CN'
import { common } from './zh-CN/common'
import { field } from './zh-CN/field'
import { office } from './zh-CN/office'

const SOURCE = fileURLToPath(new URL('..', import.meta.url))

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'i18n' ? [] : sources(path)
    return /\.(ts|vue)$/.test(entry.name) && !entry.name.endsWith('.test.ts') ? [readFileSync(path, 'utf8')] : []
  })
}

/** `…` literals with a `${…}` in them, as patterns: `error.${code}` uses every key that begins with "error.". */
function computedKeys(text: string): RegExp[] {
  const literals = [...text.matchAll(/`([a-z][\w-]*\.(?:[\w.-]|\$\{[^}]*\})*)`/g)].map((match) => match[1] ?? '')
  return literals
    .filter((literal) => literal.includes('${'))
    .map((literal) => new RegExp(`^${literal.replace(/\./g, '\\.').replace(/\$\{[^}]*\}/g, '.+')}$`))
}

describe('texts', () => {
  const code = sources(SOURCE).join('\n')

  test('every text is used by some screen', () => {
    const patterns = computedKeys(code)
    const unused = Object.keys(zhCN).filter((key) => !code.includes(`'${key}'`) && !patterns.some((pattern) => pattern.test(key)))
    expect(unused).toEqual([])
  })

  test('no text is in two parts, where one would silently replace the other', () => {
    const keys = [common, field, office].flatMap((part) => Object.keys(part))
    expect(keys.filter((key, index) => keys.indexOf(key) < index)).toEqual([])
  })

  test('both languages name the same values in each text', () => {
    const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort()
    const plural = (text: string) => names(text.replace(/\{(\w+)\|[^}]*\}/g, ''))
    const different = Object.entries(zhCN).filter(([key, text]) => String(names(text)) !== String(plural(en[key as keyof typeof en])))
    expect(different).toEqual([])
  })

  test('a value is filled in by name, a plural by its number', () => {
    expect(fill('{n} {n|record|records} of {who}', { n: 1, who: 'Li' })).toBe('1 record of Li')
    expect(fill('{n} {n|record|records} of {who}', { n: 3, who: 'Li' })).toBe('3 records of Li')
  })
})
