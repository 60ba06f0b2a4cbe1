import { ApiError } from '@/api/client'
import { hasText, t } from '@/i18n'

/** What went wrong, in words: by the server's code, or that no answer came. */
export function wordsFor(error: unknown): string {
  if (!(error instanceof ApiError)) return t('error.unreachable')
  const key = `error.${error.code}`
  return hasText(key) ? t(key) : t('error.other', { code: error.code })
}

/** The session is over; what is on the screen stays, and a way to sign in is offered. */
export function signedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401
}
