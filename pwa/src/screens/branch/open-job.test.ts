import { expect, test } from 'vitest'
import type { Job } from '@/api/jobs'
import { hasMoved } from './open-job'

const job = (change: Partial<Job>) => ({ version: 2, updated_at: 10, photos: [{ id: 'photo:A', role: null, state: 'awaited', data: null }], ...change }) as Job

test('a job is read again when it has a new step or a photo has arrived, and not otherwise', () => {
  expect(hasMoved(job({}), job({}))).toBe(false)
  expect(hasMoved(job({}), job({ version: 3 }))).toBe(true)
  expect(hasMoved(job({}), job({ updated_at: 11 }))).toBe(true)
  expect(hasMoved(job({}), job({ photos: [{ id: 'photo:A', role: null, state: 'stored', data: 'data:' }] }))).toBe(true)
})

test('an older answer of the list moves nothing', () => {
  expect(hasMoved(job({ version: 3, updated_at: 12 }), job({}))).toBe(false)
})
