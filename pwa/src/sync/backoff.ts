/** How long to wait before trying again, and how much to send at once over a line that breaks. */

const FIRST = 2_000
const LONGEST = 120_000

/**
 * Milliseconds until the next try after `failures` in a row: doubling up to two minutes, spread by `chance` (0…1) over the upper half so that
 * five hundred phones do not come back in the same second, and never sooner than the server asked for (`retryAfter`, seconds).
 */
export function waitAfter(failures: number, chance: number, retryAfter = 0): number {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.max(0, failures - 1))
  return Math.max(retryAfter * 1000, Math.round(ceiling * (0.5 + chance / 2)))
}

const SMALLEST_BATCH = 1
const LARGEST_BATCH = 16

/** The next size of a photo batch: half when the line broke, one more when it held. */
export function nextBatch(size: number, held: boolean): number {
  return held ? Math.min(LARGEST_BATCH, size + 1) : Math.max(SMALLEST_BATCH, Math.floor(size / 2))
}
