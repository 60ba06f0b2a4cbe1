import { afterEach, expect, test, vi } from 'vitest'
import { ApiError, ask, Unreachable, withQuery } from './client'

afterEach(() => vi.unstubAllGlobals())

function answering(response: () => Response | Promise<Response>): void {
  vi.stubGlobal('fetch', vi.fn(async () => response()))
}

test('parameters that say nothing are left out of the query', () => {
  expect(withQuery('/api/jobs', { state: 'open', q: '', cursor: undefined, limit: 20 })).toBe('/api/jobs?state=open&limit=20')
  expect(withQuery('/api/jobs', {})).toBe('/api/jobs')
})

test('an error of the server comes as its code, its fields and how long to wait', async () => {
  answering(() => Response.json({ code: 'late', message: 'moved on', fields: { verb: ['not_in_state'] } }, { status: 409, headers: { 'retry-after': '7' } }))
  const error = await ask('/api/jobs').catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status: 409, code: 'late', fields: { verb: ['not_in_state'] }, retryAfter: 7 })
})

test("a proxy's page without the one error shape is an internal error or a bad request", async () => {
  answering(() => new Response('<h1>Bad gateway</h1>', { status: 502 }))
  await expect(ask('/api/jobs')).rejects.toMatchObject({ code: 'internal_error' })
  answering(() => new Response('nope', { status: 400 }))
  await expect(ask('/api/jobs')).rejects.toMatchObject({ code: 'bad_request' })
})

test('no answer, and an answer that breaks off, are both unreachable', async () => {
  answering(() => Promise.reject(new TypeError('failed to fetch')))
  await expect(ask('/api/jobs')).rejects.toBeInstanceOf(Unreachable)
  answering(() => new Response('{"jobs":[', { status: 200 }))
  await expect(ask('/api/jobs')).rejects.toBeInstanceOf(Unreachable)
})

test('204 is nothing', async () => {
  answering(() => new Response(null, { status: 204 }))
  await expect(ask('/api/session', { method: 'DELETE' })).resolves.toBeUndefined()
})
