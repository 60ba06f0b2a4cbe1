/**
 * The last person who signed in on this phone, kept so that a cold start without network opens as them.
 * The session itself is a cookie this code cannot read.
 */
import type { User } from '@/domain/people'

const KEY = 'doorstep.user'

export function rememberedUser(): User | null {
  const text = localStorage.getItem(KEY)
  if (!text) return null
  try {
    return JSON.parse(text) as User
  } catch {
    return null
  }
}

export function rememberUser(user: User): void {
  localStorage.setItem(KEY, JSON.stringify(user))
}

export function forgetUser(): void {
  localStorage.removeItem(KEY)
}
