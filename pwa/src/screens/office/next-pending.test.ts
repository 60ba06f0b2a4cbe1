import { expect, test } from 'vitest'
import { nextPending } from './next-pending'

const visit = (id: string, review: 'pending' | 'approved' = 'pending', withdrawn = false) => ({ id, review, withdrawn })

test('after a verdict comes the next one below that still waits', () => {
  expect(nextPending([visit('a'), visit('b', 'approved'), visit('c', 'approved'), visit('d')], 'b')?.id).toBe('d')
})

test('at the end it goes back to the nearest above', () => {
  expect(nextPending([visit('a'), visit('b'), visit('c', 'approved')], 'c')?.id).toBe('b')
})

test('what its author took back, and the visit itself, wait for nobody', () => {
  expect(nextPending([visit('a'), visit('b', 'pending', true)], 'a')).toBeUndefined()
})
