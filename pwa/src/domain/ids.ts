/** ULIDs: 26 characters of Crockford's base 32, 48 bits of time and 80 of chance. https://github.com/ulid/spec */

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `now` in ms; `chance` are 10 random bytes. */
export function ulid(now: number, chance: Uint8Array): string {
  let value = BigInt(now)
  for (const byte of chance) value = (value << 8n) | BigInt(byte)
  let text = ''
  for (let digit = 0; digit < 26; digit++) {
    text = ALPHABET.charAt(Number(value & 31n)) + text
    value >>= 5n
  }
  return text
}

/** Milliseconds of the moment an id such as `visit:01K…` was minted. */
export function mintedAt(id: string): number {
  let value = 0
  for (const character of ulidOf(id).slice(0, 10)) value = value * 32 + ALPHABET.indexOf(character)
  return value
}

export function ulidOf(id: string): string {
  return id.slice(id.indexOf(':') + 1)
}

export function typeOf(id: string): string {
  return id.slice(0, id.indexOf(':'))
}
