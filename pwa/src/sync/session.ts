/** Who is using this phone. Signing in needs the network; an expired session stops synchronising and nothing else. */
import { readonly, ref, shallowReadonly, shallowRef } from 'vue'
import { ApiError } from '@/api/client'
import { closeSession, openSession, readSession } from '@/api/session'
import type { User } from '@/domain/people'
import { forgetUser, rememberUser, rememberedUser } from '@/storage/profile'
import { stopNotices } from './push'

const user = shallowRef<User | null>(rememberedUser())
const expired = ref(false)

export const session = { user: shallowReadonly(user), expired: readonly(expired) }

/** Throws `ApiError` or `Unreachable` as `openSession` does. */
export async function signIn(login: string, password: string): Promise<User> {
  const signedIn = await openSession(login, password)
  rememberUser(signedIn)
  user.value = signedIn
  expired.value = false
  return signedIn
}

/** Ask the server again who we are, so that a change of roles shows. Without network everything stays as remembered. */
export async function refreshSession(): Promise<void> {
  if (!user.value) return
  try {
    const current = await readSession()
    if (current.id !== user.value?.id) return
    rememberUser(current)
    user.value = current
    expired.value = false
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) sessionExpired()
  }
}

export function sessionExpired(): void {
  expired.value = true
}

/** Revoke the session as far as the network allows, and forget the person on this phone. */
export async function signOut(): Promise<void> {
  await stopNotices().catch(() => undefined)
  await closeSession().catch(() => undefined)
  forgetUser()
  user.value = null
  expired.value = false
}
