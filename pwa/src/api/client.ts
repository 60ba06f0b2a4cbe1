/**
 * One way to ask the server something: JSON in, JSON out, always with a time limit.
 *
 * `ApiError` is an answer the server gave in its one error shape; `Unreachable` means no answer came at all.
 */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string[]> = {},
    /** Seconds the server asks to wait, 0 when it says nothing. */
    readonly retryAfter = 0,
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('the server cannot be reached', { cause })
    this.name = 'Unreachable'
  }
}

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  body?: unknown
  /** Parameters of the query; `undefined` and `''` are left out. */
  query?: Record<string, string | number | undefined>
  /** Milliseconds. */
  timeout?: number
}

const TIMEOUT = 15_000

/** Ask for `path` (below the origin) and return the JSON of the answer, `undefined` for 204. Throws `ApiError` or `Unreachable`. */
export async function ask<T>(path: string, { method = 'GET', body, query = {}, timeout = TIMEOUT }: Ask = {}): Promise<T> {
  let response: Response
  try {
    response = await fetch(withQuery(path, query), {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? { accept: 'application/json' } : { accept: 'application/json', 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(timeout),
    })
  } catch (cause) {
    throw new Unreachable(cause)
  }
  if (!response.ok) throw await apiError(response)
  if (response.status === 204) return undefined as T
  // The line may die half-way through an answer: that is no answer either.
  return (await response.json().catch((cause: unknown) => {
    throw new Unreachable(cause)
  })) as T
}

export function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  if (!given.length) return path
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}

/** The error a response that is not a success carries; a proxy's page without the JSON shape becomes `internal_error` or `bad_request`. */
export async function apiError(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('retry-after')) || 0
  const told: unknown = await response.json().catch(() => null)
  const shape = (typeof told === 'object' && told !== null ? told : {}) as { code?: unknown; message?: unknown; fields?: unknown }
  const code = typeof shape.code === 'string' ? shape.code : response.status >= 500 ? 'internal_error' : 'bad_request'
  const message = typeof shape.message === 'string' ? shape.message : response.statusText
  return new ApiError(response.status, code, message, (shape.fields ?? {}) as Record<string, string[]>, retryAfter)
}
