import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatStamp } from './clock'
import type { EditDocument, PhotoDocument, RecordDocument, Reply, ReplyState } from './documents'
import { allReceived, countWaiting, photoState, standingOfRecord, type Receipts, isBehind } from './receipts'

const HASH = 'a'.repeat(64)
const envelope = (seq: number, ms = 1_000) => ({ v: 1 as const, replica: 'r1', seq, at: formatStamp({ ms, counter: 0, replica: 'r1' }), clock: { device_at: ms, offset_ms: 0 } })
const visit: RecordDocument = { _id: 'visit:1', type: 'visit', place: 'CX01', outcome: 'met', ...envelope(1) }
const edit = (seq: number, ms: number): EditDocument => ({ _id: `edit:${seq}`, type: 'edit', record: 'visit:1', set: { note: 'x' }, over: {}, ...envelope(seq, ms) })
const photo = (id: number): PhotoDocument => ({
  _id: `photo:${id}`, type: 'photo', record: 'visit:1', role: 'near', media_type: 'image/jpeg', sha256: HASH, bytes: 1, pieces: 1, taken_at: 0, ...envelope(id),
})
const reply = (document: string, state: ReplyState, more: Partial<Reply> = {}): Reply => ({ _id: `reply:${document}`, type: 'reply', document, received_at: 2_000, state, ...more })
const receipts = (received: number, replies: Reply[] = []): Receipts => ({
  received: { r1: received },
  replyTo: (id) => replies.find((one) => one.document === id),
})

describe('green means done', () => {
  const situation = fc.record({
    written: fc.integer({ min: 0, max: 20 }),
    received: fc.integer({ min: 0, max: 20 }),
    photos: fc.array(fc.constantFrom('none', 'confirmed', 'other hash', 'quarantined'), { maxLength: 5 }),
  })
  const replies = (kinds: string[]) =>
    kinds.flatMap((kind, index) =>
      kind === 'none' ? [] : [reply(`photo:${index}`, kind === 'quarantined' ? 'quarantined' : 'merged', kind === 'confirmed' ? { sha256: HASH } : kind === 'other hash' ? { sha256: 'b' } : {})],
    )

  test('all is received only when every number and every hash has come back, and then nothing is counted as waiting', () => {
    fc.assert(
      fc.property(situation, ({ written, received, photos }) => {
        const back = receipts(received, replies(photos))
        const green = allReceived({ r1: written }, photos.map((_, index) => photo(index)), back)
        expect(green).toBe(received >= written && photos.every((kind) => kind === 'confirmed'))
        if (green) expect(countWaiting({ r1: written }, back)).toBe(0)
      }),
    )
  })

  test('one more write always takes the green away until its own receipt comes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), (count) => {
        expect(allReceived({ r1: count }, [], receipts(count))).toBe(true)
        expect(allReceived({ r1: count + 1 }, [], receipts(count))).toBe(false)
      }),
    )
  })

  test('a replica the server has never heard of is not received', () => {
    expect(allReceived({ r1: 1, r2: 1 }, [], receipts(1))).toBe(false)
    expect(allReceived({ r1: 1, r2: 0 }, [], receipts(1))).toBe(true)
  })
})

describe('what became of a record', () => {
  test('waits until its number is covered, then is received, then is what the reply says', () => {
    expect(standingOfRecord(visit, [], receipts(0)).state).toBe('waiting')
    expect(standingOfRecord(visit, [], receipts(1)).state).toBe('received')
    expect(standingOfRecord(visit, [], receipts(1, [reply('visit:1', 'waiting')])).state).toBe('received')
    expect(standingOfRecord(visit, [], receipts(1, [reply('visit:1', 'approved')])).state).toBe('approved')
  })

  test('a later save that has not left the phone makes it wait again', () => {
    expect(standingOfRecord(visit, [edit(2, 1_500)], receipts(1, [reply('visit:1', 'merged')])).state).toBe('waiting')
  })

  test('a record sent back stays so until it is edited after that', () => {
    const back = [reply('visit:1', 'returned', { at: 3_000 }), reply('edit:2', 'merged'), reply('edit:3', 'merged')]
    expect(standingOfRecord(visit, [edit(2, 2_500)], receipts(2, back)).state).toBe('returned')
    expect(standingOfRecord(visit, [edit(2, 2_500), edit(3, 4_000)], receipts(3, back)).state).toBe('received')
  })

  test('a refused edit is told, whatever became of the record', () => {
    const back = [reply('visit:1', 'approved'), reply('edit:2', 'quarantined')]
    expect(standingOfRecord(visit, [edit(2, 1_500)], receipts(2, back))).toEqual({ state: 'quarantined', reply: back[1] })
  })
})

describe('what became of a photo', () => {
  test('it is confirmed only by its own hash', () => {
    expect(photoState(photo(1), false, receipts(1))).toBe('waiting')
    expect(photoState(photo(1), true, receipts(1))).toBe('uploading')
    expect(photoState(photo(1), true, receipts(1, [reply('photo:1', 'merged', { sha256: 'b' })]))).toBe('uploading')
    expect(photoState(photo(1), false, receipts(1, [reply('photo:1', 'merged', { sha256: HASH })]))).toBe('confirmed')
    expect(photoState(photo(1), false, receipts(1, [reply('photo:1', 'quarantined')]))).toBe('quarantined')
  })
})

test('a copy that last synced before the horizon is behind; one that never synced has nothing old in it', () => {
  expect(isBehind(9, 10)).toBe(true)
  expect(isBehind(10, 10)).toBe(false)
  expect(isBehind(0, 10)).toBe(false)
  expect(isBehind(9, 0)).toBe(false)
})
