import { expect, test } from 'vitest'
import { homesOf } from './people'

test('a grid worker lands on the field app, a secretary on the jobs, a reviewer in the office', () => {
  expect(homesOf(['grid'])).toEqual(['field'])
  expect(homesOf(['secretary'])).toEqual(['branch'])
  expect(homesOf(['reviewer'])).toEqual(['office'])
})

test('who has several roles may switch, and lands on the field app first', () => {
  expect(homesOf(['secretary', 'head', 'grid'])).toEqual(['field', 'branch'])
})

test('a role this version does not know opens nothing', () => {
  expect(homesOf(['astronaut'])).toEqual([])
})
