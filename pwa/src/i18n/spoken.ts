/** The language chosen in the app, left where the service worker can read it too: it has no localStorage. */

const CACHE = 'doorstep-language'
const ENTRY = '/language'

/** Without a cache (a private window, a test) the worker speaks the default language. */
export async function leaveLanguage(language: string): Promise<void> {
  if (!('caches' in globalThis)) return
  await (await caches.open(CACHE)).put(ENTRY, new Response(language))
}

/** `''` when no page has left one yet. */
export async function leftLanguage(): Promise<string> {
  return (await (await caches.open(CACHE)).match(ENTRY))?.text() ?? ''
}
