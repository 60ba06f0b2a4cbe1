import { describe, expect, test } from 'vitest'
import type { Legs } from '@/storage/replicate'
import { Refused } from '@/storage/replicate'
import { SyncLoop, type Surroundings, type Trouble, type Watch } from './loop'

/** A phone with a line to the server, both made up; every step is noted in `log`. */
function madeUpPhone({ receiptsAfter = 0, photos = 0, fail = (() => null) as (leg: string) => Error | null, inFront = true } = {}) {
  const log: string[] = []
  const troubles: (Trouble | null)[] = []
  const timers: { work: () => void; ms: number }[] = []
  let pulls = 0
  const leg = (name: string, result: number) => async () => {
    log.push(name)
    const error = fail(name)
    if (error) throw error
    return result
  }
  const legs: Legs = {
    pushMailbox: leg('push', 1),
    pullMailbox: async () => {
      pulls += 1
      return leg('pull', 1)()
    },
    pushPhotos: (batch) => leg(`photos×${batch}`, photos)(),
  }
  const watch: Watch = {
    unreceived: async () => pulls <= receiptsAfter,
    changed: ({ busy, trouble }) => {
      if (!busy) troubles.push(trouble)
    },
  }
  const around: Surroundings = {
    alone: (round) => round(),
    online: () => true,
    inFront: () => inFront,
    chance: () => 1,
    sleep: async (ms) => void log.push(`${ms} ms`),
    setTimer: (work, ms) => {
      timers.push({ work, ms })
      return () => undefined
    },
  }
  return { loop: new SyncLoop(legs, watch, around), log, troubles, timers }
}

describe('a round of the sync loop', () => {
  test('sends records before it asks for news, and photos after both', async () => {
    const { loop, log, troubles } = madeUpPhone()
    await loop.kick()
    expect(log).toEqual(['push', 'pull', 'photos×4'])
    expect(troubles).toEqual([null])
  })

  test('looks again for receipts until they are there, at most three times', async () => {
    const soon = madeUpPhone({ receiptsAfter: 2 })
    await soon.loop.kick()
    expect(soon.log).toEqual(['push', 'pull', '300 ms', 'pull', '1000 ms', 'pull', 'photos×4'])
    const never = madeUpPhone({ receiptsAfter: 99 })
    await never.loop.kick()
    expect(never.log.filter((step) => step === 'pull')).toHaveLength(4)
  })

  test('a save while a round runs is followed by one more round, however many there were', async () => {
    const { loop, log } = madeUpPhone()
    await Promise.all([loop.kick(), loop.kick(), loop.kick()])
    expect(log.filter((step) => step === 'push')).toHaveLength(2)
  })

  test('comes again after 30 s', async () => {
    const { loop, timers } = madeUpPhone()
    await loop.kick()
    expect(timers.map((timer) => timer.ms)).toEqual([30_000])
  })
})

describe('when the line breaks', () => {
  test('it waits longer each time, and sends fewer photos at once', async () => {
    const { loop, log, timers, troubles } = madeUpPhone({ fail: (name) => (name.startsWith('photos') ? new Refused(0, 'unreachable', 0) : null) })
    for (let tries = 0; tries < 3; tries++) await loop.kick()
    expect(log.filter((step) => step.startsWith('photos'))).toEqual(['photos×4', 'photos×2', 'photos×1'])
    expect(timers.map((timer) => timer.ms)).toEqual([2_000, 4_000, 8_000])
    expect(troubles).toEqual(['server', 'server', 'server'])
  })

  test('it waits at least as long as the server asks', async () => {
    const { loop, timers } = madeUpPhone({ fail: () => new Refused(429, 'too_many_requests', 60) })
    await loop.kick()
    expect(timers[0]?.ms).toBe(60_000)
  })

  test('an expired session stops the loop and asks to sign in; a wiped device says so', async () => {
    const expired = madeUpPhone({ fail: () => new Refused(401, 'session_expired', 0) })
    await expired.loop.kick()
    expect([expired.troubles, expired.timers]).toEqual([['sign-in'], []])
    const wiped = madeUpPhone({ fail: () => new Refused(401, 'device_wiped', 0) })
    await wiped.loop.kick()
    expect(wiped.troubles).toEqual(['wiped'])
  })
})
