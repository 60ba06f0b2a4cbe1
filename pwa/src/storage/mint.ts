import { ulid } from '@/domain/ids'

/** A new id such as `visit:01K…`; `now` in ms. */
export function mintId(type: string, now: number): string {
  return `${type}:${ulid(now, crypto.getRandomValues(new Uint8Array(10)))}`
}
