import { describe, expect, test } from 'vitest'
import { VERBS } from '@/api/jobs'
import { zhCN } from '@/i18n/zh-CN'
import { awaitedStep, formOf, isComplete, offeredSteps, stepFrom } from './steps'

const given = { text: '', to: '', score: 0 }
const sent = { id: 'action:01KAF1Q8Z4V3M5T7W9Y1A2B3C4', saw: 3 }

describe('what a step needs', () => {
  test('those with needed words are incomplete without them, blanks included', () => {
    for (const verb of ['decline', 'resolve', 'reopen', 'answer', 'note'] as const) {
      const form = formOf(verb, { answered: true })
      expect([verb, isComplete(form, { ...given, text: ' \n' }), isComplete(form, { ...given, text: '好' })]).toEqual([verb, false, true])
    }
  })

  test('accepting, signing and verifying need nothing', () => {
    for (const verb of ['accept', 'sign', 'verify'] as const) expect(isComplete(formOf(verb, { answered: false }), given)).toBe(true)
  })

  test('closing needs words until the reporters have been answered', () => {
    expect(isComplete(formOf('close', { answered: false }), given)).toBe(false)
    expect(isComplete(formOf('close', { answered: true }), given)).toBe(true)
  })

  test('assigning needs somebody, rating a score', () => {
    const assign = formOf('assign', { answered: true })
    expect([isComplete(assign, given), isComplete(assign, { ...given, to: '01U4' })]).toEqual([false, true])
    const rate = formOf('rate', { answered: true })
    expect([isComplete(rate, given), isComplete(rate, { ...given, score: 4 })]).toEqual([false, true])
  })

  test('every ready-made text that is offered exists', () => {
    const offered = VERBS.flatMap((verb) => Array.from({ length: formOf(verb, { answered: true }).templates }, (_, index) => `template.${verb}.${index + 1}`))
    expect(Object.keys(zhCN).filter((key) => key.startsWith('template.')).sort()).toEqual(offered.sort())
  })
})

describe('what is posted', () => {
  test('a reason goes as the reason, words as words, and empty ones not at all', () => {
    expect(stepFrom('decline', formOf('decline', { answered: false }), { ...given, text: ' 重复 ' }, sent)).toEqual({ ...sent, verb: 'decline', reason: '重复' })
    expect(stepFrom('accept', formOf('accept', { answered: false }), given, sent)).toEqual({ ...sent, verb: 'accept' })
  })

  test('words carried over from another form do not go with a step that takes none', () => {
    expect(stepFrom('assign', formOf('assign', { answered: false }), { ...given, text: '旧话', to: '01U4' }, sent)).toEqual({ ...sent, verb: 'assign', to: '01U4' })
  })
})

describe('what is offered', () => {
  test('the step the job waits for comes first', () => {
    expect(offeredSteps({ state: 'accepted', next: ['resolve', 'close', 'assign', 'note'] })).toEqual(['assign', 'resolve', 'close', 'note'])
    expect(awaitedStep({ state: 'done', next: ['reopen', 'close', 'note'] })).toBe('close')
  })

  test('who can only look on is not waited for', () => {
    expect(awaitedStep({ state: 'opened', next: ['note'] })).toBeUndefined()
  })

  test('a verb of a newer server is left out, and a state of one is no error', () => {
    expect(offeredSteps({ state: 'opened', next: ['whistle', 'accept'] })).toEqual(['accept'])
    expect(awaitedStep({ state: 'whistled' as 'opened', next: ['note'] })).toBeUndefined()
  })
})
