/** Web Push on this device: whether it can, whether it is on, and turning it on and off. */
import { shallowRef } from 'vue'
import { dropSubscription, keepSubscription, readPushKey, type Subscription } from '@/api/push'

/** `blocked`: the browser was told to refuse; `install`: iOS gives push to installed apps only; `unconfigured`: the server has no key. */
export type PushState = 'unsupported' | 'install' | 'unconfigured' | 'blocked' | 'off' | 'on'

export interface PushCapabilities {
  supported: boolean
  permission: NotificationPermission
  subscribed: boolean
  /** Whether the server has a key to subscribe with. */
  configured: boolean
  /** An iPhone or iPad whose browser tab is not the installed app. */
  uninstalledApple: boolean
}

export function pushState({ supported, permission, subscribed, configured, uninstalledApple }: PushCapabilities): PushState {
  if (!supported) return uninstalledApple ? 'install' : 'unsupported'
  if (!configured) return 'unconfigured'
  if (permission === 'denied') return 'blocked'
  return subscribed && permission === 'granted' ? 'on' : 'off'
}

function sameBytes(one: ArrayBuffer | null | undefined, other: Uint8Array): boolean {
  return !!one && one.byteLength === other.length && new Uint8Array(one).every((byte, index) => byte === other[index])
}

function uninstalledApple(): boolean {
  return /iPhone|iPad/.test(navigator.userAgent) && !window.matchMedia('(display-mode: standalone)').matches
}

export function push() {
  const state = shallowRef<PushState>('off')
  let key: Uint8Array<ArrayBuffer> | null = null
  let registration: ServiceWorkerRegistration | undefined

  async function current(): Promise<PushSubscription | null> {
    return (await registration?.pushManager?.getSubscription()) ?? null
  }

  async function look(): Promise<void> {
    const supported = registration !== undefined && 'PushManager' in window && 'Notification' in window
    state.value = pushState({
      supported,
      permission: supported ? Notification.permission : 'default',
      subscribed: supported && (await current()) !== null,
      configured: key !== null,
      uninstalledApple: uninstalledApple(),
    })
  }

  /** A subscription made for another key gets nothing more, so it is made anew. */
  async function subscribed(from: ServiceWorkerRegistration, bytes: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
    const kept = await current()
    if (kept && sameBytes(kept.options.applicationServerKey, bytes)) return kept
    await kept?.unsubscribe()
    return from.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes })
  }

  /** Find out how things stand; a device that is on tells the server again, which may have forgotten it or known it as somebody else's. */
  async function start(): Promise<void> {
    registration = await navigator.serviceWorker?.getRegistration()
    key = await readPushKey()
    await look()
    if (state.value === 'on') await turnOn()
  }

  /** Asks the person for permission, so it must come from a tap. */
  async function turnOn(): Promise<void> {
    if (registration && key !== null && (await Notification.requestPermission()) === 'granted') {
      const subscription = await subscribed(registration, key)
      await keepSubscription(subscription.toJSON() as Subscription)
    }
    await look()
  }

  async function turnOff(): Promise<void> {
    const subscription = await current()
    if (subscription) {
      await dropSubscription(subscription.toJSON() as Subscription)
      await subscription.unsubscribe()
    }
    await look()
  }

  return { state, start, turnOn, turnOff }
}

/** This device is nobody's any more: what is said to the one who left is not shown to who comes next. */
export async function stopNotices(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration()
  await (await registration?.pushManager?.getSubscription())?.unsubscribe()
}
