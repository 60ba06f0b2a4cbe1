/**
 * What may be said about what was sent (docs/protocol.md section 7, law 7: green means done).
 * Everything here follows from documents alone: what this phone wrote, and what the server wrote back.
 */
import { parseStamp } from './clock'
import type { EditDocument, PhotoDocument, RecordDocument, Reply } from './documents'

export type RecordState = 'waiting' | 'received' | 'merged' | 'answered' | 'approved' | 'returned' | 'quarantined' | 'late'
export type PhotoState = 'waiting' | 'uploading' | 'confirmed' | 'quarantined'

/** What came back from the server. */
export interface Receipts {
  /** `me.received`: 1…n of each replica have arrived. */
  received: Record<string, number>
  /** The reply to one document, by that document's `_id`. */
  replyTo: (id: string) => Reply | undefined
}

/** What became of a record, with the server's or a person's words about it. */
export interface Standing {
  state: RecordState
  reply?: Reply
}

type Numbered = { _id: string; replica: string; seq: number }

export function hasArrived({ _id, replica, seq }: Numbered, { received, replyTo }: Receipts): boolean {
  return seq <= (received[replica] ?? 0) || replyTo(_id) !== undefined
}

/** What became of one document. */
export function standingOf(document: Numbered, receipts: Receipts): Standing {
  const reply = receipts.replyTo(document._id)
  if (reply) return { state: reply.state === 'waiting' ? 'received' : reply.state, reply }
  return { state: hasArrived(document, receipts) ? 'received' : 'waiting' }
}

/**
 * What became of a record, later saves included: an unsent or refused edit is what the person has to know about,
 * and a record sent back is no longer so once its author has edited it.
 */
export function standingOfRecord(record: RecordDocument, edits: readonly EditDocument[], receipts: Receipts): Standing {
  const own = standingOf(record, receipts)
  const standings = edits.map((edit) => ({ edit, standing: standingOf(edit, receipts) }))
  const refused = standings.find(({ standing }) => standing.state === 'quarantined')
  if (own.state === 'quarantined' || !edits.length) return own
  if (standings.some(({ standing }) => standing.state === 'waiting')) return { ...own, state: 'waiting' }
  if (refused) return refused.standing
  const sentBack = own.state === 'returned' ? (own.reply?.at ?? own.reply?.received_at ?? 0) : Infinity
  if (edits.some((edit) => parseStamp(edit.at).ms > sentBack)) return { ...own, state: 'received' }
  return own
}

export function photoState(photo: PhotoDocument, uploading: boolean, { replyTo }: Receipts): PhotoState {
  const reply = replyTo(photo._id)
  if (reply?.sha256 === photo.sha256) return 'confirmed'
  if (reply?.state === 'quarantined') return 'quarantined'
  return uploading ? 'uploading' : 'waiting'
}

/**
 * Whether everything written has arrived: `written` is the last number each replica gave in the mailbox,
 * `photos` every manifest in the photo database. Only this may turn the line green.
 */
export function allReceived(written: Record<string, number>, photos: readonly PhotoDocument[], receipts: Receipts): boolean {
  const records = Object.entries(written).every(([replica, last]) => (receipts.received[replica] ?? 0) >= last)
  return records && photos.every((photo) => receipts.replyTo(photo._id)?.sha256 === photo.sha256)
}

/** Whether this copy of the mailbox has to be made anew: it last synced (ms, 0: never) before `me.horizon`, and what was taken out since may still be in it. */
export function isBehind(lastSynced: number, horizon: number): boolean {
  return lastSynced > 0 && lastSynced < horizon
}

/** How many of what is written have not arrived. */
export function countWaiting(written: Record<string, number>, { received }: Receipts): number {
  return Object.entries(written).reduce((sum, [replica, last]) => sum + Math.max(0, last - (received[replica] ?? 0)), 0)
}
