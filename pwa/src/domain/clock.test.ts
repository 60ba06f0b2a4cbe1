import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatStamp, learnOffset, nextStamp, parseStamp } from './clock'
import { mintedAt, ulid } from './ids'

const instant = fc.integer({ min: 0, max: 4_000_000_000_000 })

describe('the hybrid logical clock', () => {
  test('every stamp sorts after the one before it, wherever the wall clock jumps', () => {
    fc.assert(
      fc.property(fc.array(instant, { minLength: 1, maxLength: 50 }), (readings) => {
        let last = formatStamp({ ms: 0, counter: 0, replica: 'r1' })
        for (const now of readings) {
          const next = nextStamp(now, 'r1', [last])
          expect(next > last).toBe(true)
          last = next
        }
      }),
    )
  })

  test('a stamp sorts after those of the writes it has seen, even from a phone that runs days ahead', () => {
    const ahead = formatStamp({ ms: 2_000_000_000_000, counter: 7, replica: 'other' })
    expect(parseStamp(nextStamp(1_763_600_000_000, 'r1', [ahead]))).toEqual({ ms: 2_000_000_000_000, counter: 8, replica: 'r1' })
  })

  test('a counter that is full carries into the next millisecond', () => {
    expect(nextStamp(0, 'r1', ['0000000000005.ffff.r1'])).toBe('0000000000006.0000.r1')
  })
})

describe('the offset of the phone clock', () => {
  test('is what has to be added to the phone clock to get the time of the server', () => {
    expect(learnOffset(1_763_600_000_000, 1_763_600_300_400, 1_763_600_300_600)).toBe(-300_000)
  })

  test('is none below the two seconds that the measure itself may err', () => {
    expect(learnOffset(1_763_600_000_000, 1_763_600_001_000, 1_763_600_001_200)).toBe(0)
  })
})

test('ids sort by the time they were minted and give it back', () => {
  fc.assert(
    fc.property(instant, instant, fc.uint8Array({ minLength: 10, maxLength: 10 }), (a, b, chance) => {
      const id = ulid(a, chance)
      expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
      expect(mintedAt(`visit:${id}`)).toBe(a)
      if (a < b) expect(id < ulid(b, chance)).toBe(true)
    }),
  )
})
