import { expect, test } from 'vitest'
import { noticeText } from './notice'

const params = { job: 'job:01K', number: 'CX01-2026-0001', place: '翠湖里小区 1栋', category: 'water.leak' }

test('a notice says what happened and where, in the language asked for', () => {
  expect(noticeText({ kind: 'job_opened', params }, 'zh-CN')).toEqual({ title: '有新任务', body: '翠湖里小区 1栋 · CX01-2026-0001' })
  expect(noticeText({ kind: 'job_opened', params }, 'en').title).toBe('A new job')
})

test('a notice cut short to fit says what it can', () => {
  expect(noticeText({ kind: 'job_assigned', params: {} }, 'zh-CN')).toEqual({ title: '有任务派给您，请签收', body: '' })
})

test('a kind of a newer server, or one named like a property of every object, says there is something new', () => {
  for (const kind of ['whistle_called', 'constructor', 'toString']) expect(noticeText({ kind, params: {} }, 'en')).toEqual({ title: 'News in Doorstep', body: '' })
})
