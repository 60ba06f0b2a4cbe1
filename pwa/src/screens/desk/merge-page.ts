/** What a list on the screen becomes when its first page is read again. Pure. */

export interface Merged<Item> {
  items: Item[]
  /** Newer than everything shown, and kept back so that the list does not move under the reader. */
  held: Item[]
  /** Nothing of what was shown is in the page: what lies between is unknown, so the list starts again from the page. */
  restarted: boolean
}

/**
 * In the stretch the page covers the page is right, so what it lacks has left the list; below that nothing was asked and nothing changes.
 * `complete`: the page is the whole list. `hold`: keep new items back.
 */
export function mergeFirstPage<Item extends { id: string }>(shown: readonly Item[], page: readonly Item[], { complete, hold }: { complete: boolean; hold: boolean }): Merged<Item> {
  const known = new Set(shown.map((item) => item.id))
  const inPage = new Set(page.map((item) => item.id))
  const newest = page.findIndex((item) => known.has(item.id))
  if (newest < 0) {
    return hold && shown.length > 0 && !complete ? { items: [...shown], held: [...page], restarted: false } : { items: [...page], held: [], restarted: true }
  }
  const held = hold ? page.slice(0, newest) : []
  const covered = complete ? shown.length : shown.findLastIndex((item) => inPage.has(item.id)) + 1
  return { items: [...page.slice(held.length), ...shown.slice(covered)], held, restarted: false }
}

/** The list with `item` in the place of the one of the same id. */
export function replaced<Item extends { id: string }>(shown: readonly Item[], item: Item): Item[] {
  return shown.map((other) => (other.id === item.id ? item : other))
}

/** The neighbour `by` places below (above, when negative) the item `id`; the first when nothing is chosen yet; nothing beyond the ends. */
export function neighbour<Item extends { id: string }>(shown: readonly Item[], id: string | null, by: number): Item | undefined {
  const index = shown.findIndex((item) => item.id === id)
  return index < 0 ? shown[0] : shown[index + by]
}
