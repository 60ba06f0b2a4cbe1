import { expect, test } from 'vitest'
import { isStepComplete, STEPS, textOf, type Step } from './steps'

const complete = (words: string, photos = 0, score?: number) => STEPS.filter((step: Step) => isStepComplete(step, { words, photos, score }))

test('a step is complete with what the protocol says it cannot do without', () => {
  expect(complete(' ')).toEqual(['verify', 'sign'])
  expect(complete('写了')).toEqual(['verify', 'reopen', 'note', 'sign', 'resolve'])
  expect(complete('', 1)).toEqual(['verify', 'note', 'sign'])
  expect(complete('', 0, 4)).toEqual(['verify', 'sign', 'rate'])
})

test('only a job sent back has a reason, everything else has words', () => {
  expect(STEPS.filter((step) => textOf(step) === 'reason')).toEqual(['reopen'])
})
