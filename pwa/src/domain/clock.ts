/**
 * The hybrid logical clock every write is stamped with: `<ms, 13 digits>.<counter, 4 hex>.<replica>`.
 * Its text sorts as the writes happened, and one replica never gives the same stamp twice, even when the phone's clock is set back.
 * Kulkarni et al., "Logical Physical Clocks", 2014.
 */

const LAST_COUNTER = 0xffff

export interface Stamp {
  ms: number
  counter: number
  replica: string
}

export function parseStamp(at: string): Stamp {
  const [ms = '', counter = '', ...replica] = at.split('.')
  return { ms: Number(ms), counter: parseInt(counter, 16), replica: replica.join('.') }
}

export function formatStamp({ ms, counter, replica }: Stamp): string {
  return `${String(ms).padStart(13, '0')}.${counter.toString(16).padStart(4, '0')}.${replica}`
}

/**
 * The stamp of a write made at `now` (ms, already corrected), later than every stamp in `seen`:
 * this replica's last one and those of the writes it supersedes.
 */
export function nextStamp(now: number, replica: string, seen: readonly string[]): string {
  const last = seen.map(parseStamp).reduce((a, b) => (b.ms > a.ms || (b.ms === a.ms && b.counter > a.counter) ? b : a), { ms: -1, counter: 0, replica })
  if (now > last.ms) return formatStamp({ ms: now, counter: 0, replica })
  if (last.counter < LAST_COUNTER) return formatStamp({ ms: last.ms, counter: last.counter + 1, replica })
  return formatStamp({ ms: last.ms + 1, counter: 0, replica })
}

/**
 * What to add to the phone's clock, from a response's `Date` (whole seconds) and when it was asked and answered (phone's ms).
 * A difference under two seconds is within the error of the measure and counts as none.
 */
export function learnOffset(serverDate: number, asked: number, answered: number): number {
  const offset = Math.round(serverDate + 500 - (asked + answered) / 2)
  return Math.abs(offset) < 2000 ? 0 : offset
}
