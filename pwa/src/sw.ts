/**
 * The service worker: keeps the app's own files, so that it opens from cold without network, and shows the notices the server pushes.
 * Nothing of /api and /sync passes through here: records live in PouchDB, and an old answer must never look like a new one.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { dropSubscription, keepSubscription, readPushKey, type Subscription } from '@/api/push'
import { readNotice, type OpenNotice } from '@/domain/notice'
import { noticeText } from '@/i18n/notice'
import { leftLanguage } from '@/i18n/spoken'

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] }

cleanupOutdatedCaches()
precacheAndRoute(self.__WB_MANIFEST)
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/(api|sync|healthz|readyz|metrics)(\/|$)/] }))

// A new version waits until the person agrees: a reload under a form would lose what is being typed.
self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting()
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('push', (event) => event.waitUntil(show(event.data?.text() ?? '')))
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open((event.notification.data as { url: string }).url))
})
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(subscribeAgain(event)))

/** Every push shows something: a browser takes the permission away from a site that is pushed to in silence. */
async function show(message: string): Promise<void> {
  const notice = readNotice(message)
  const language = await leftLanguage()
  const { title, body } = noticeText(notice, language)
  await self.registration.showNotification(title, { body, tag: notice.tag, data: { url: notice.url }, icon: '/icon-192.png', ...(language && { lang: language }) })
}

/** In the window that is open, which goes there by itself: a form in it keeps what was typed. Otherwise in a new one. */
async function open(url: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const window = windows.find((one) => one.focused) ?? windows.find((one) => one.visibilityState === 'visible') ?? windows[0]
  if (!window) {
    await self.clients.openWindow(url)
    return
  }
  window.postMessage({ type: 'OPEN_NOTICE', url } satisfies OpenNotice)
  await window.focus()
}

/** The push service gave this device another address, or took its old one back. Without a session nothing can be entered; the app does it when it is next opened. */
async function subscribeAgain({ newSubscription, oldSubscription }: PushSubscriptionChangeEvent): Promise<void> {
  const key = newSubscription ? null : await readPushKey()
  const subscription = newSubscription ?? (key && (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })))
  if (!subscription) return
  await keepSubscription(subscription.toJSON() as Subscription)
  if (oldSubscription && oldSubscription.endpoint !== subscription.endpoint) await dropSubscription(oldSubscription.toJSON() as Subscription)
}
