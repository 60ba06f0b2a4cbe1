import { expect, test } from 'vitest'
import { isNews, withSeen } from './seen'

test('a job never opened is news only while it is new', () => {
  expect(isNews({}, { id: 'a', state: 'opened', version: 1 })).toBe(true)
  expect(isNews({}, { id: 'a', state: 'accepted', version: 2 })).toBe(false)
})

test('a job opened before is news when it has moved since', () => {
  expect(isNews({ a: 2 }, { id: 'a', state: 'assigned', version: 3 })).toBe(true)
  expect(isNews({ a: 3 }, { id: 'a', state: 'assigned', version: 3 })).toBe(false)
})

test('what was opened longest ago is forgotten first', () => {
  const seen = ['a', 'b', 'a', 'c'].reduce((before, id) => withSeen(before, { id, version: 1 }, 2), {})
  expect(Object.keys(seen)).toEqual(['a', 'c'])
})
