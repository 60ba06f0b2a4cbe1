import type { Visit } from '@/api/visits'

type Reviewed = Pick<Visit, 'id' | 'review' | 'withdrawn'>

/** What to look at after a verdict on `id`: the first below it that still waits, else the first above. What its author took back waits for nobody. */
export function nextPending<Item extends Reviewed>(visits: readonly Item[], id: string): Item | undefined {
  const index = visits.findIndex((visit) => visit.id === id)
  const waits = (visit: Item) => visit.id !== id && visit.review === 'pending' && !visit.withdrawn
  return visits.slice(index + 1).find(waits) ?? visits.slice(0, Math.max(index, 0)).findLast(waits)
}
