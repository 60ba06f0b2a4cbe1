import { expect, test } from 'vitest'
import { attentionOf, markOf, type OnPhone } from './attention'
import type { PhotoDocument, RecordDocument, Reply } from './documents'

const envelope = (seq: number) => ({ v: 1 as const, replica: 'r1', seq, at: `000000000000${seq}.0000.r1`, clock: { device_at: seq, offset_ms: 0 } })
const visit = (seq: number): RecordDocument => ({ _id: `visit:${seq}`, type: 'visit', place: 'CX01', outcome: 'met', ...envelope(seq) })
const photo = (seq: number): PhotoDocument => ({
  _id: `photo:${seq}`, type: 'photo', record: 'visit:1', role: 'near', media_type: 'image/jpeg', sha256: 'a', bytes: 1, pieces: 1, taken_at: 0, ...envelope(seq),
})
const reply = (document: string, more: Partial<Reply>): Reply => ({ _id: `reply:${document}`, type: 'reply', document, received_at: 9, state: 'merged', ...more })
const phone: OnPhone = { records: [visit(1), visit(2), visit(3)], edits: [], actions: [], photos: [photo(1), photo(2)], written: { r1: 3 }, drafts: 1, denied: 0, seen: new Set() }
const receipts = (received: number, ...replies: Reply[]) => ({ received: { r1: received }, replyTo: (id: string) => replies.find((one) => one.document === id) })

test('everything that is not done is counted under its own name', () => {
  const back = receipts(2, reply('visit:1', { state: 'returned' }), reply('visit:2', { state: 'quarantined' }), reply('photo:1', { sha256: 'a' }))
  expect(attentionOf(phone, back)).toEqual({ drafts: 1, waiting: 1, photos: 1, returned: 1, refused: 1, allReceived: false })
})

test('a record sent back is received all the same, so the line may be green beside it', () => {
  const back = receipts(3, reply('visit:1', { state: 'returned' }), reply('photo:1', { sha256: 'a' }), reply('photo:2', { sha256: 'a' }))
  expect(attentionOf(phone, back)).toMatchObject({ returned: 1, allReceived: true })
})

test('what was looked at asks for nothing any more, until it comes back once more', () => {
  const first = reply('visit:1', { state: 'returned', at: 10 })
  const refused = reply('photo:1', { state: 'quarantined' })
  const seen = new Set([markOf({ state: 'returned', reply: first }), markOf({ state: 'quarantined', reply: refused })])
  expect(attentionOf({ ...phone, seen }, receipts(3, first, refused))).toMatchObject({ returned: 0, refused: 0 })
  expect(attentionOf({ ...phone, seen }, receipts(3, { ...first, at: 20 }, refused))).toMatchObject({ returned: 1, refused: 0 })
})

test('what the other side denied is counted among what was not accepted', () => {
  expect(attentionOf({ ...phone, denied: 2 }, receipts(3))).toMatchObject({ refused: 2 })
})
