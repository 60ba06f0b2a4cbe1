/**
 * Forms not saved yet, kept in a database of their own that never leaves the phone: one document a form, and one for each photo taken,
 * so that typing does not write the pictures again.
 */
import type { ActionBody, Location, PhotoRole, ProblemBody, VisitBody } from '@/domain/documents'
import type { SeenRecord } from '@/domain/edit'
import { withLock } from './locks'
import { readOrNone, type Database } from './pouch'

export interface DraftPhoto {
  /** `photo:<ULID>`, the manifest's id to be. */
  id: string
  role: PhotoRole
  taken_at: number
  sha256: string
  bytes: number
  location?: Location
}

export type VisitForm = Partial<VisitBody> & { type: 'visit' }
export type ProblemForm = Partial<ProblemBody> & { type: 'problem' }
/** A record being corrected: how it stood when the form opened, and what it is to say. */
export interface EditForm {
  type: 'edit'
  record: string
  seen: SeenRecord
  wanted: Partial<Omit<VisitBody, 'type'>> & Partial<Omit<ProblemBody, 'type'>>
}
export type DraftBody = VisitForm | ProblemForm | EditForm | ActionBody

export interface Draft {
  /** The id of the document it will become. */
  id: string
  body: DraftBody
  photos: DraftPhoto[]
  started_at: number
  touched_at: number
  /** Set when the person pressed save: from then on it is finished by the phone, not by the person. */
  saving: boolean
}

const PREFIX = 'draft:'

export async function putDraft(database: Database, draft: Draft): Promise<void> {
  const _id = PREFIX + draft.id
  await withLock(`doorstep-draft-${_id}`, async () => {
    const kept = await readOrNone(database, _id)
    await database.put({ ...draft, _id, ...(kept && { _rev: kept._rev }) })
  })
}

export async function readDraft(database: Database, id: string): Promise<Draft | undefined> {
  return readOrNone<Draft>(database, PREFIX + id)
}

/** Every draft, the one touched last first. */
export async function listDrafts(database: Database): Promise<Draft[]> {
  const { rows } = await database.allDocs<Draft>({ startkey: PREFIX, endkey: `${PREFIX}\uffff`, include_docs: true })
  return rows.flatMap((row) => (row.doc ? [row.doc as Draft] : [])).sort((a, b) => b.touched_at - a.touched_at)
}

/** Forget a form and its pictures, leaving no trace of either. */
export async function removeDraft(database: Database, draft: Draft): Promise<void> {
  for (const photo of draft.photos) await forget(database, photo.id)
  await withLock(`doorstep-draft-${PREFIX}${draft.id}`, () => forget(database, PREFIX + draft.id))
}

export async function putDraftPhoto(database: Database, id: string, picture: Blob): Promise<void> {
  if (await readOrNone(database, id)) return
  await database.put({ _id: id, _attachments: { picture: { content_type: picture.type, data: picture } } })
}

export async function readDraftPhoto(database: Database, id: string): Promise<Blob> {
  return (await database.getAttachment(id, 'picture')) as Blob
}

export async function forget(database: Database, id: string): Promise<void> {
  const kept = await readOrNone(database, id)
  if (kept) await database.purge(id, kept._rev)
}
