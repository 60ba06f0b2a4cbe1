/** A notice as it comes by Web Push. It was signed by our server, but a newer or a mended one may have sent it: nothing of its form is taken for granted. */

export interface Notice {
  /** What happened; `i18n/notice.ts` has the words. */
  kind: string
  /** Codes and numbers, nothing personal. */
  params: Record<string, string | number>
  /** The screen it leads to, always within the app. */
  url: string
  /** Two notices of one tag are shown as one. */
  tag: string
}

/** What a service worker says to an open page when a notice is tapped. */
export interface OpenNotice {
  type: 'OPEN_NOTICE'
  url: string
}

export function isOpenNotice(message: unknown): message is OpenNotice {
  return isObject(message) && message.type === 'OPEN_NOTICE' && typeof message.url === 'string'
}

/** The notice in a push message's text. One that cannot be read is of kind `other` and leads to the first screen. */
export function readNotice(text: string): Notice {
  const said = parsed(text)
  const kind = typeof said.kind === 'string' ? said.kind : 'other'
  return { kind, params: paramsOf(said.params), url: pathOf(said.url), tag: typeof said.tag === 'string' && said.tag ? said.tag : kind }
}

function parsed(text: string): Record<string, unknown> {
  try {
    const said: unknown = JSON.parse(text)
    return isObject(said) ? said : {}
  } catch {
    return {}
  }
}

function paramsOf(said: unknown): Notice['params'] {
  if (!isObject(said)) return {}
  return Object.fromEntries(Object.entries(said).filter((entry): entry is [string, string | number] => ['string', 'number'].includes(typeof entry[1])))
}

/** A path of this app; "//host" and "/\host" are other sites' addresses to a browser. */
function pathOf(said: unknown): string {
  return typeof said === 'string' && /^\/(?![/\\])/.test(said) ? said : '/'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
