import { ulid } from '@/domain/ids'

/** A new ULID, by this device's clock and chance. */
export function freshId(): string {
  return ulid(Date.now(), crypto.getRandomValues(new Uint8Array(10)))
}
