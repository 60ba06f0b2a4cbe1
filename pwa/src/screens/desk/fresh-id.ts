import { ulid } from '@/domain/ids'

/** A new id such as `action:<ULID>`, by this device's clock and chance. */
export function freshId(type: string): string {
  return `${type}:${ulid(Date.now(), crypto.getRandomValues(new Uint8Array(10)))}`
}
