/** This device's Web Push subscription, as the server knows it: docs/protocol.md section 1. Every call throws `ApiError` or `Unreachable`. */
import { ask } from './client'

export interface Subscription {
  endpoint: string
  keys: { p256dh: string; auth: string }
}

/** The VAPID key a browser subscribes with, base64url; `null` when push is not set up. */
export async function readPushKey(): Promise<string | null> {
  return (await ask<{ public_key: string | null }>('/api/push-subscriptions')).public_key
}

export async function keepSubscription({ endpoint, keys }: Subscription): Promise<void> {
  await ask('/api/push-subscriptions', { method: 'POST', body: { endpoint, keys } })
}

export async function dropSubscription({ endpoint, keys }: Subscription): Promise<void> {
  await ask('/api/push-subscriptions', { method: 'DELETE', body: { endpoint, keys } })
}
