/**
 * Writes documents of this phone into one database, numbered from 1 without gaps (docs/protocol.md section 3).
 *
 * The counter is a `_local` document of the same database, so that both are lost or kept together. It is written first, naming the
 * document about to be stored; whether the number was used is then read off that document. A crash between the two burns no number.
 */
import { nextStamp } from '@/domain/clock'
import type { Written } from '@/domain/documents'
import { withLock } from './locks'
import { readOrNone, type Database } from './pouch'

/** The phone's own clock, in ms, and what has to be added to it. */
export interface PhoneClock {
  now: () => number
  offset: () => number
}

interface Counter {
  replica: string
  /** The last number known to be used, and the last stamp given. */
  floor: number
  at: string
  pending: { id: string; seq: number } | null
}

export interface Writer {
  readonly replica: string
  /** The last number given to a stored document. */
  written: () => Promise<number>
  /** Store a document once: under an id that is stored already nothing is written and what is stored is returned. `after`: stamps it must be later than. */
  write: <Body extends object>(id: string, body: Body, attached?: { after?: readonly string[] }) => Promise<Written<Body>>
}

const COUNTER = '_local/replica'

/** `candidate` becomes this replica's id if the database has none yet. */
export async function openWriter(database: Database, clock: PhoneClock, candidate: string): Promise<Writer> {
  const inTurn = <T>(work: () => Promise<T>) => withLock(`doorstep-write-${database.name}`, work)

  async function readCounter(): Promise<Counter & { _rev?: string }> {
    const kept = await readOrNone<Counter>(database, COUNTER)
    if (!kept) return { replica: candidate, floor: 0, at: '', pending: null }
    if (!kept.pending) return kept
    const used = await readOrNone(database, kept.pending.id)
    return { ...kept, floor: used ? kept.pending.seq : kept.floor, pending: null }
  }

  async function keep(counter: Counter): Promise<void> {
    await database.put({ ...counter, _id: COUNTER })
  }

  const { replica } = await inTurn(async () => {
    const counter = await readCounter()
    if (!('_rev' in counter)) await keep(counter)
    return counter
  })

  return {
    replica,
    written: () => inTurn(async () => (await readCounter()).floor),
    write: <Body extends object>(id: string, body: Body, { after = [] }: { after?: readonly string[] } = {}) =>
      inTurn(async () => {
        const stored = await readOrNone<Written<Body>>(database, id)
        if (stored) return stored
        const counter = await readCounter()
        const [now, offset] = [clock.now(), clock.offset()]
        const seq = counter.floor + 1
        const at = nextStamp(now + offset, replica, [counter.at, ...after].filter(Boolean))
        const document = { ...body, _id: id, v: 1 as const, replica, seq, at, clock: { device_at: now, offset_ms: offset } }
        await keep({ ...counter, at, pending: { id, seq } })
        await database.put(document)
        return document
      }),
  }
}
