import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, type Contested, type WriteDocument } from './fold'

interface MergeCase {
  name: string
  writes: { document: WriteDocument; received: number | null }[]
  expect: { fields: Record<string, unknown>; contested: Contested[]; void: string[] }
}

const FOLDER = fileURLToPath(new URL('../../../tests/merge_cases/', import.meta.url))

const cases = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(FOLDER + name, 'utf8')) as MergeCase[])

describe('the table of merge cases both languages read', () => {
  test.each(cases.map((one) => [one.name, one] as const))('%s', (_name, { writes, expect: wanted }) => {
    const { fields, contested, void: voided } = fold(writes)
    expect({ fields, contested, void: voided }).toEqual(wanted)
  })

  test('the order and repetition of the writes never matter', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.infiniteStream(fc.nat()), ({ writes }, order) => {
        const shuffled = [...writes, ...writes.slice(0, 1)].map((write) => ({ write, key: order.next().value as number }))
        shuffled.sort((a, b) => a.key - b.key)
        expect(fold(shuffled.map(({ write }) => write))).toEqual(fold(writes))
      }),
    )
  })
})

test('an edit that names the heads of a field leaves it uncontested', () => {
  for (const { writes } of cases) {
    const before = fold(writes)
    for (const [field, over] of Object.entries(before.heads)) {
      if (field === 'photos' || field === 'needs') continue
      const settled = fold([
        ...writes,
        {
          document: { _id: 'edit:01KZ0000000000000000000000', type: 'edit', at: '9999999999999.0000.zz', set: { [field]: 'settled' }, over: { [field]: over } },
          received: null,
        },
      ])
      expect(settled.contested.filter((lost) => lost.field === field)).toEqual([])
      expect(settled.fields[field]).toBe('settled')
    }
  }
})
