import { expect, test } from 'vitest'
import type { Job } from './documents'
import { similarJob } from './similar'

const job = (id: string, more: Partial<Job> = {}) => ({ _id: id, place: 'A-1-301', category: 'water.leak', state: 'opened', opened_at: 1, ...more }) as Job
const buildingOf = (place: string) => (place === 'A' ? undefined : place.split('-').slice(0, 2).join('-'))
const reported = { place: 'A-1-502', category: 'water.leak' }

test('the newest open job of the category in the building is the similar one', () => {
  expect(similarJob([job('old'), job('new', { opened_at: 5 })], reported, buildingOf)?._id).toBe('new')
})

test('what is closed, declined, elsewhere or something else is not', () => {
  const others = [job('1', { state: 'closed' }), job('2', { state: 'declined' }), job('3', { place: 'A-2-301' }), job('4', { category: 'power.light' })]
  expect(similarJob(others, reported, buildingOf)).toBeUndefined()
})

test('nothing is similar before place and category are chosen, or where there is no building', () => {
  for (const about of [{}, { place: 'A-1-502' }, { category: 'water.leak' }, { ...reported, place: 'A' }]) expect(similarJob([job('1', { place: 'A' })], about, buildingOf)).toBeUndefined()
})
