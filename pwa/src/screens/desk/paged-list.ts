/** A list that is read page by page, newest first, and kept fresh at its top. */
import { computed, shallowRef } from 'vue'
import type { Page } from '@/api/records'
import { mergeFirstPage, replaced } from './merge-page'

/** `read(cursor)` asks for one page; `null` for the first. What it throws ends in `failure`, and is thrown on by `refresh` for the poll to wait longer. */
export function pagedList<Item extends { id: string }>(read: (cursor: string | null) => Promise<Page<Item>>) {
  const items = shallowRef<Item[]>([])
  const held = shallowRef<Item[]>([])
  const next = shallowRef<string | null>(null)
  const loaded = shallowRef(false)
  const busy = shallowRef(false)
  const failure = shallowRef<unknown>(null)
  // Answers to questions asked before the last `restart` are of another list.
  let generation = 0

  async function asked(cursor: string | null): Promise<Page<Item> | null> {
    const mine = generation
    try {
      const page = await read(cursor)
      if (mine !== generation) return null
      failure.value = null
      return page
    } catch (error) {
      if (mine !== generation) return null
      failure.value = error
      throw error
    }
  }

  /** Read the first page again. `hold`: the reader is further down, so new items wait in `held`. */
  async function refresh(hold = false): Promise<void> {
    const page = await asked(null)
    if (!page) return
    const merged = mergeFirstPage(items.value, page.items, { complete: page.next === null, hold })
    if (!loaded.value || merged.restarted || page.next === null) next.value = page.next
    items.value = merged.items
    held.value = merged.held
    loaded.value = true
  }

  async function more(): Promise<void> {
    if (next.value === null || busy.value) return
    busy.value = true
    try {
      const page = await asked(next.value)
      if (!page) return
      const known = new Set(items.value.map((item) => item.id))
      items.value = [...items.value, ...page.items.filter((item) => !known.has(item.id))]
      next.value = page.next
    } catch {
      // `failure` shows it, and the button is still there.
    } finally {
      busy.value = false
    }
  }

  /** Forget everything: another filter, another list. */
  function restart(): void {
    generation += 1
    items.value = []
    held.value = []
    next.value = null
    loaded.value = false
    busy.value = false
    failure.value = null
  }

  function put(item: Item): void {
    items.value = replaced(items.value, item)
  }

  return { items, held, loaded, busy, failure, hasMore: computed(() => next.value !== null), refresh, more, restart, put }
}
