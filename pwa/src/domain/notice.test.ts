import { expect, test } from 'vitest'
import { isOpenNotice, readNotice } from './notice'

const whole = { kind: 'job_opened', params: { number: 'CX01-2026-0001', place: '1栋' }, url: '/jobs/job:01K', tag: 'problem:01K' }

test('a whole notice is read as it was sent', () => {
  expect(readNotice(JSON.stringify(whole))).toEqual(whole)
})

test('one that cannot be read still is a notice, and leads to the first screen', () => {
  for (const text of ['', 'news!', '[]', 'null', '7', '{}', '{"kind":3,"params":[1],"url":{},"tag":null}']) {
    expect(readNotice(text)).toEqual({ kind: 'other', params: {}, url: '/', tag: 'other' })
  }
})

test('what is no text and no number is not filled into one', () => {
  expect(readNotice(JSON.stringify({ ...whole, params: { number: 5, place: { zh: '1栋' } } })).params).toEqual({ number: 5 })
})

test('no notice leads out of the app', () => {
  for (const url of ['https://elsewhere.example/', '//elsewhere.example', '/\\elsewhere.example', 'javascript:alert(1)', 'jobs']) {
    expect(readNotice(JSON.stringify({ ...whole, url })).url).toBe('/')
  }
})

test('a page opens what the worker asks it to, and nothing for other messages', () => {
  expect(isOpenNotice({ type: 'OPEN_NOTICE', url: '/job/job:01K' })).toBe(true)
  for (const message of [null, 'OPEN_NOTICE', { type: 'SKIP_WAITING' }, { type: 'OPEN_NOTICE' }]) expect(isOpenNotice(message)).toBe(false)
})
