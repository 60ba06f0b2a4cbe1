import { expect, test } from 'vitest'
import type { Page } from '@/api/records'
import { pagedList } from './paged-list'

type Item = { id: string }
const page = (text: string, next: string | null): Page<Item> => ({ items: [...text].map((id) => ({ id })), next })
const shown = (list: { items: { value: Item[] } }) => list.items.value.map((item) => item.id).join('')

test('pages follow each other to the end', async () => {
  const pages: Record<string, Page<Item>> = { '': page('dc', 'c'), c: page('ba', null) }
  const list = pagedList<Item>(async (cursor) => pages[cursor ?? '']!)
  await list.refresh()
  expect(list.hasMore.value).toBe(true)
  await list.more()
  expect([shown(list), list.hasMore.value]).toEqual(['dcba', false])
  await list.refresh()
  expect([shown(list), list.hasMore.value]).toEqual(['dcba', false])
})

test('an answer to a question asked before the filter changed is not shown', async () => {
  const answers: ((answer: Page<Item>) => void)[] = []
  const list = pagedList<Item>(() => new Promise((resolve) => answers.push(resolve)))
  const slow = list.refresh()
  list.restart()
  const quick = list.refresh()
  answers[1]!(page('b', null))
  answers[0]!(page('a', null))
  await Promise.all([slow, quick])
  expect(shown(list)).toBe('b')
})

test('a failure is shown beside what was last read, and goes with the next answer', async () => {
  let fails = false
  const list = pagedList<Item>(async () => {
    if (fails) throw new Error('down')
    return page('a', null)
  })
  await list.refresh()
  fails = true
  await expect(list.refresh()).rejects.toThrow('down')
  expect([shown(list), list.failure.value]).toEqual(['a', new Error('down')])
  fails = false
  await list.refresh()
  expect(list.failure.value).toBeNull()
})
