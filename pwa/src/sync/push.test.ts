import { expect, test } from 'vitest'
import { bytesOf } from '@/api/push'
import { pushState } from './push'

const able = { supported: true, permission: 'granted' as NotificationPermission, subscribed: true, configured: true, uninstalledApple: false }

test('each way push can stand is named', () => {
  expect(pushState(able)).toBe('on')
  expect(pushState({ ...able, subscribed: false })).toBe('off')
  expect(pushState({ ...able, permission: 'default' })).toBe('off')
  expect(pushState({ ...able, permission: 'denied' })).toBe('blocked')
  expect(pushState({ ...able, configured: false })).toBe('unconfigured')
  expect(pushState({ ...able, supported: false })).toBe('unsupported')
  expect(pushState({ ...able, supported: false, uninstalledApple: true })).toBe('install')
})

test('a key is read from base64url without padding', () => {
  expect([...bytesOf('-_8')]).toEqual([251, 255])
})
