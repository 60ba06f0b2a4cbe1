import type { User } from '@/domain/people'
import { ask } from './client'

/** Sign in with login and password; the browser keeps the cookie. Throws `ApiError` `wrong_password` or `too_many_requests`. */
export async function openSession(login: string, password: string): Promise<User> {
  const { user } = await ask<{ user: User }>('/api/session', { method: 'POST', body: { login, password } })
  return user
}

/** Who the cookie says is signed in. Throws `ApiError` 401 when nobody is. */
export async function readSession(): Promise<User> {
  const { user } = await ask<{ user: User }>('/api/session')
  return user
}

export async function closeSession(): Promise<void> {
  await ask('/api/session', { method: 'DELETE' })
}
