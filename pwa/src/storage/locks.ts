/** One at a time, across all tabs of this phone. Where Web Locks are missing (tests, old browsers) one at a time within this tab. */

const chains = new Map<string, Promise<unknown>>()

export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = typeof navigator === 'undefined' ? undefined : (navigator as Partial<Navigator>).locks
  if (locks) return (await locks.request(name, work)) as T
  const turn = (chains.get(name) ?? Promise.resolve()).then(work, work)
  chains.set(
    name,
    turn.catch(() => undefined),
  )
  return turn
}
