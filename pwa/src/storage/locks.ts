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

/** Say that this tab has something open, until the function returned is called. */
export function holdOpen(name: string): () => void {
  const locks = (navigator as Partial<Navigator>).locks
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  void locks?.request(name, { mode: 'shared' }, () => held)
  return release
}

/** Do `work` if no tab has it open, and undefined otherwise. Without Web Locks nobody can tell, and it is done. */
export async function ifNobodyHas<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
  const locks = (navigator as Partial<Navigator>).locks
  if (!locks) return work()
  return locks.request(name, { ifAvailable: true }, async (lock) => (lock ? work() : undefined))
}
