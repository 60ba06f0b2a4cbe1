import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeFirstPage, neighbour, replaced } from './merge-page'

const of = (...ids: string[]) => ids.map((id) => ({ id }))
const ids = (items: readonly { id: string }[]) => items.map((item) => item.id).join('')

describe('a list whose first page is read again', () => {
  test('shows what is new on top and keeps what lies below the page', () => {
    const merged = mergeFirstPage(of('d', 'c', 'b', 'a'), of('e', 'd', 'c'), { complete: false, hold: false })
    expect(ids(merged.items)).toBe('edcba')
    expect(merged).toMatchObject({ held: [], restarted: false })
  })

  test('drops what has left it within the page, and nothing below', () => {
    expect(ids(mergeFirstPage(of('d', 'c', 'b', 'a'), of('d', 'b'), { complete: false, hold: false }).items)).toBe('dba')
    expect(ids(mergeFirstPage(of('d', 'c', 'b', 'a'), of('d', 'b'), { complete: true, hold: false }).items)).toBe('db')
  })

  test('holds new items back while the reader is further down, and still shows what changed among those he has', () => {
    const shown = [{ id: 'b', state: 'opened' }, { id: 'a', state: 'opened' }]
    const merged = mergeFirstPage(shown, [{ id: 'c', state: 'opened' }, { id: 'b', state: 'accepted' }], { complete: false, hold: true })
    expect(merged.items).toEqual([{ id: 'b', state: 'accepted' }, { id: 'a', state: 'opened' }])
    expect(ids(merged.held)).toBe('c')
  })

  test('starts again when nothing of it is in the page, for what lies between is unknown', () => {
    expect(mergeFirstPage(of('b', 'a'), of('z', 'y'), { complete: false, hold: false })).toMatchObject({ items: of('z', 'y'), restarted: true })
    expect(mergeFirstPage(of('b', 'a'), of('z', 'y'), { complete: false, hold: true })).toMatchObject({ items: of('b', 'a'), held: of('z', 'y'), restarted: false })
  })

  test('never shows one item twice, and shows every item of the page unless it is held', () => {
    const descending = fc.uniqueArray(fc.integer({ min: 0, max: 40 })).map((numbers) => numbers.sort((one, other) => other - one).map((n) => ({ id: String(n) })))
    fc.assert(
      fc.property(descending, descending, fc.boolean(), fc.boolean(), (shown, page, complete, hold) => {
        const { items, held } = mergeFirstPage(shown, page, { complete, hold })
        expect(new Set(items.map((item) => item.id)).size).toBe(items.length)
        const there = new Set([...items, ...held].map((item) => item.id))
        expect(page.every((item) => there.has(item.id))).toBe(true)
      }),
    )
  })
})

test('an item takes the place of the one of its id, and changes nothing where there is none', () => {
  expect(replaced([{ id: 'a', n: 1 }, { id: 'b', n: 1 }], { id: 'b', n: 2 })).toEqual([{ id: 'a', n: 1 }, { id: 'b', n: 2 }])
  expect(replaced(of('a'), { id: 'z' })).toEqual(of('a'))
})

test('the neighbour is the first while nothing is chosen, and nothing beyond the ends', () => {
  expect(neighbour(of('a', 'b'), null, 1)).toEqual({ id: 'a' })
  expect(neighbour(of('a', 'b'), 'a', 1)).toEqual({ id: 'b' })
  expect(neighbour(of('a', 'b'), 'a', -1)).toBeUndefined()
  expect(neighbour([], null, 1)).toBeUndefined()
})
