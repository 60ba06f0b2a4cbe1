import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextBatch, waitAfter } from './backoff'

test('waits grow, never beyond two minutes, and never undercut what the server asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 600 }), (failures, chance, retryAfter) => {
      const wait = waitAfter(failures, chance, retryAfter)
      expect(wait).toBeGreaterThanOrEqual(Math.max(1_000, retryAfter * 1000))
      expect(wait).toBeLessThanOrEqual(Math.max(120_000, retryAfter * 1000))
      expect(waitAfter(failures + 1, chance, retryAfter)).toBeGreaterThanOrEqual(wait)
    }),
  )
})

test('a photo batch shrinks when the line breaks, grows when it holds, and never goes below one', () => {
  expect(nextBatch(4, false)).toBe(2)
  expect(nextBatch(1, false)).toBe(1)
  expect(nextBatch(4, true)).toBe(5)
  expect(nextBatch(16, true)).toBe(16)
})
