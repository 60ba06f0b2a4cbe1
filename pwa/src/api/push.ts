/** This device's Web Push subscription, as the server knows it: docs/protocol.md section 1. Every call throws `ApiError` or `Unreachable`. */
import { ask } from './client'

export interface Subscription {
  endpoint: string
  keys: { p256dh: string; auth: string }
}

/** The VAPID key a browser subscribes with; `null` when push is not set up. */
export async function readPushKey(): Promise<Uint8Array<ArrayBuffer> | null> {
  const { public_key } = await ask<{ public_key: string | null }>('/api/push-subscriptions')
  return public_key === null ? null : bytesOf(public_key)
}

/** The bytes of base64url text, padded or not. */
export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export async function keepSubscription({ endpoint, keys }: Subscription): Promise<void> {
  await ask('/api/push-subscriptions', { method: 'POST', body: { endpoint, keys } })
}

export async function dropSubscription({ endpoint, keys }: Subscription): Promise<void> {
  await ask('/api/push-subscriptions', { method: 'DELETE', body: { endpoint, keys } })
}
