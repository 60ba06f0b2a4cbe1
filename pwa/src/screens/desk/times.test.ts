import { expect, test } from 'vitest'
import { age, minutesBetween, moment } from './times'

const now = new Date(2026, 10, 20, 15, 30).getTime()
const MINUTE = 60_000

test('an age is said as people say it', () => {
  const said = (minutes: number) => age(now - minutes * MINUTE, now, 'zh-CN', '刚刚')
  expect([0.5, 3, 90, 26 * 60].map(said)).toEqual(['刚刚', '3分钟前', '1小时前', '昨天'])
  expect(said(20 * 24 * 60)).toBe('10月31日')
  expect(said(400 * 24 * 60)).toBe('2025年10月16日')
})

test('a moment from the future, off a clock that lies, is just now', () => {
  expect(age(now + 60 * MINUTE, now, 'en', 'just now')).toBe('just now')
})

test('a moment has its date unless it is today', () => {
  expect(moment(now - 60 * MINUTE, now, 'zh-CN')).toBe('14:30')
  expect(moment(now - 26 * 60 * MINUTE, now, 'zh-CN')).toBe('11/19 13:30')
})

test('a visit lasts at least a minute', () => {
  expect([minutesBetween(0, 10_000), minutesBetween(0, 12 * MINUTE)]).toEqual([1, 12])
})
