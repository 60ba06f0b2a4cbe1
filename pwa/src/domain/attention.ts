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
  const standings = phone.records.map((record) => standingOfRecord(record, editsOf(record._id, phone.edits), receipts))
  const actions = phone.actions.map((action) => standingOf(action, receipts))
  const photos = phone.photos.map((photo) => photoState(photo, false, receipts))
  return {
    drafts: phone.drafts,
    waiting: countWaiting(phone.written, receipts),
    photos: photos.filter((state) => state === 'waiting').length,
    returned: count(standings, 'returned'),
    refused: count(standings, 'quarantined') + count(actions, 'quarantined') + photos.filter((state) => state === 'quarantined').length,
    allReceived: allReceived(phone.written, phone.photos, receipts),
  }
}

export function editsOf(record: string, edits: readonly EditDocument[]): EditDocument[] {
  return edits.filter((edit) => edit.record === record)
}

function count(standings: readonly Standing[], state: Standing['state']): number {
  return standings.filter((standing) => standing.state === state).length
}
