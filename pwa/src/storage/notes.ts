/** What the phone notes for itself beside its forms, in the same database: what the other side denied, and which answers were looked at. */
import { forget } from './drafts'
import { readOrNone, type Database } from './pouch'

/** A document the other side would not take. Replication moves on without it, so this is all that tells of it. */
export interface Denied {
  /** The document's `_id`. */
  id: string
  reason: string
}

const DENIED = 'denied:'
const SEEN = 'seen:'

export async function keepDenied(database: Database, { id, reason }: Denied): Promise<void> {
  if (!(await readOrNone(database, DENIED + id))) await database.put({ _id: DENIED + id, reason })
}

export async function listDenied(database: Database): Promise<Denied[]> {
  const { rows } = await database.allDocs<{ reason: string }>({ startkey: DENIED, endkey: `${DENIED}\uffff`, include_docs: true })
  return rows.map((row) => ({ id: row.id.slice(DENIED.length), reason: row.doc?.reason ?? '' }))
}

export async function forgetDenied(database: Database, id: string): Promise<void> {
  await forget(database, DENIED + id)
}

/** `marks` are `domain/attention`'s: each names one answer to one document. */
export async function keepSeen(database: Database, marks: readonly string[]): Promise<void> {
  for (const mark of marks) if (!(await readOrNone(database, SEEN + mark))) await database.put({ _id: SEEN + mark })
}

export async function listSeen(database: Database): Promise<Set<string>> {
  const { rows } = await database.allDocs({ startkey: SEEN, endkey: `${SEEN}\uffff` })
  return new Set(rows.map((row) => row.id.slice(SEEN.length)))
}
