/** The one line at the top of the field app: what is on its way, and what needs the person. */
import type { PhotoDocument, RecordDocument, EditDocument, ActionDocument } from './documents'
import { allReceived, countWaiting, photoState, standingOf, standingOfRecord, type Receipts, type Standing } from './receipts'

export interface OnPhone {
  records: readonly RecordDocument[]
  edits: readonly EditDocument[]
  actions: readonly ActionDocument[]
  photos: readonly PhotoDocument[]
  /** The last number each replica of this phone gave. */
  written: Record<string, number>
  drafts: number
  /** How many documents the other side denied and the person has not looked at. */
  denied: number
  /** The marks (`markOf`) of what came back and was looked at. */
  seen: ReadonlySet<string>
}

export interface Attention {
  drafts: number
  waiting: number
  photos: number
  returned: number
  refused: number
  allReceived: boolean
}

export function attentionOf(phone: OnPhone, receipts: Receipts): Attention {
  const edits = editsByRecord(phone.edits)
  const standings = [
    ...phone.records.map((record) => standingOfRecord(record, edits.get(record._id) ?? [], receipts)),
    ...phone.actions.map((action) => standingOf(action, receipts)),
    ...phone.photos.map((photo) => standingOf(photo, receipts)),
  ].filter((standing) => !phone.seen.has(markOf(standing)))
  return {
    drafts: phone.drafts,
    waiting: countWaiting(phone.written, receipts),
    photos: phone.photos.filter((photo) => photoState(photo, false, receipts) === 'waiting').length,
    returned: count(standings, 'returned'),
    refused: count(standings, 'quarantined') + phone.denied,
    allReceived: allReceived(phone.written, phone.photos, receipts),
  }
}

/** Names one answer to one document: another answer to it, or a second return, is another mark. */
export function markOf({ state, reply }: Standing): string {
  return `${reply?.document ?? ''} ${state} ${reply?.at ?? reply?.received_at ?? 0}`
}

/** Whether an answer asks something of the person, and so can be marked as looked at. */
export function asksSomething({ state }: Standing): boolean {
  return state === 'returned' || state === 'quarantined'
}

export function editsByRecord(edits: Iterable<EditDocument>): Map<string, EditDocument[]> {
  const grouped = new Map<string, EditDocument[]>()
  for (const edit of edits) {
    const others = grouped.get(edit.record)
    if (others) others.push(edit)
    else grouped.set(edit.record, [edit])
  }
  return grouped
}

function count(standings: readonly Standing[], state: Standing['state']): number {
  return standings.filter((standing) => standing.state === state).length
}
