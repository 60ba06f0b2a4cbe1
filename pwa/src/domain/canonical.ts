/** One spelling for one JSON value, the same in Python and in TypeScript: RFC 8785, which takes numbers and strings as `JSON.stringify` writes them. */

export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}

/** Orders texts as their UTF-8 bytes are ordered. JavaScript's `<` compares UTF-16 units, which puts characters beyond U+FFFF before U+E000. */
export function compareUtf8(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)]
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0)
    if (difference) return difference
  }
  return left.length - right.length
}
