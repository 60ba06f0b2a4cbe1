import { expect, test } from 'vitest'
import { ApiError, Unreachable } from '@/api/client'
import { delayAfter } from './poll'

test('each failure in a row doubles the wait, up to half a minute', () => {
  const waits = [1, 2, 3, 4, 9].map((failures) => delayAfter(failures, 2_500, new Unreachable(null)))
  expect(waits).toEqual([5_000, 10_000, 20_000, 30_000, 30_000])
})

test('never sooner than the server asks', () => {
  expect(delayAfter(1, 2_500, new ApiError(503, 'unavailable', '', {}, 90))).toBe(90_000)
})
