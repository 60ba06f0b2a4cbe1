/** The documents of docs/protocol.md, as TypeScript sees them. Instants are milliseconds since 1970-01-01 UTC. */

export const OUTCOMES = ['met', 'absent', 'refused'] as const
export type Outcome = (typeof OUTCOMES)[number]
export const SEVERITIES = ['low', 'normal', 'high', 'urgent'] as const
export type Severity = (typeof SEVERITIES)[number]
export type PhotoRole = 'near' | 'far' | 'before' | 'after'
export type Source = 'patrol' | 'visit' | 'resident'

export interface Location {
  lat: number
  lon: number
  /** Metres. */
  accuracy: number
}

export interface Envelope {
  v: 1
  replica: string
  seq: number
  /** Hybrid logical clock, `domain/clock.ts`. */
  at: string
  clock: { device_at: number; offset_ms: number }
}

export interface VisitBody {
  type: 'visit'
  place: string
  outcome: Outcome
  purpose?: string
  needs?: string[]
  note?: string
  started_at?: number
  ended_at?: number
  location?: Location
  photos?: string[]
}

export interface ProblemBody {
  type: 'problem'
  place: string
  category: string
  severity?: Severity
  note?: string
  location?: Location
  photos?: string[]
  source?: Source
  visit?: string
  same_as?: string
  contact?: { name?: string; phone?: string }
}

export interface EditBody {
  type: 'edit'
  record: string
  set: Record<string, unknown>
  over: Record<string, string[]>
}

export interface ActionBody {
  type: 'action'
  job: string
  verb: string
  words?: string
  reason?: string
  score?: number
  to?: string
  photos?: string[]
  saw: number
}

export interface PhotoBody {
  type: 'photo'
  record: string
  role: PhotoRole
  media_type: 'image/jpeg'
  sha256: string
  bytes: number
  pieces: number
  taken_at: number
  location?: Location
}

export type RecordBody = VisitBody | ProblemBody
export type MailboxBody = RecordBody | EditBody | ActionBody
export type Written<Body> = Body & Envelope & { _id: string }
export type VisitDocument = Written<VisitBody>
export type ProblemDocument = Written<ProblemBody>
export type RecordDocument = Written<VisitBody> | Written<ProblemBody>
export type EditDocument = Written<EditBody>
export type ActionDocument = Written<ActionBody>
export type PhotoDocument = Written<PhotoBody>
export type MailboxDocument = RecordDocument | EditDocument | ActionDocument

/** What a phone writes into its mailbox; the rest of the mailbox is the server's. */
export const OWN_TYPES = ['visit', 'problem', 'edit', 'action'] as const

export interface Person {
  id: string
  name: string
}

export interface Me {
  _id: 'me'
  type: 'me'
  id: string
  name: string
  roles: string[]
  scope: string[]
  received: Record<string, number>
  horizon: number
}

export interface Door {
  code: string
  name: string
  floor: number
}

export interface Unit {
  code: string
  name: string
  doors: Door[]
}

export interface Place {
  _id: string
  type: 'place'
  code: string
  kind: 'district' | 'street' | 'community' | 'compound' | 'building'
  name: string
  parent: string | null
  in_scope: boolean
  units?: Unit[]
}

export interface Term {
  code: string
  zh: string
  en: string
}

export interface Category extends Term {
  icon: string
  group: string
  severity: Severity
}

export interface Catalogue {
  _id: 'catalogue'
  type: 'catalogue'
  version: number
  groups: (Term & { icon: string })[]
  categories: Category[]
  purposes: Term[]
  needs: Term[]
}

export interface JobEvent {
  id: string
  verb: string
  by: Person
  at: number
  received_at: number
  version: number
  words: string
  photos: string[]
  late: string | null
}

export interface Job {
  _id: string
  type: 'job'
  number: string
  compound: string
  place: string
  place_name: string
  category: string
  severity: Severity
  state: string
  version: number
  summary: string
  opened_at: number
  updated_at: number
  answered: boolean
  assignee: Person | null
  rating: number | null
  reporters: Person[]
  problems: string[]
  photos: { id: string; role: PhotoRole; data?: string }[]
  events: JobEvent[]
  next: string[]
}

export type ReplyState = 'merged' | 'quarantined' | 'late' | 'answered' | 'approved' | 'returned' | 'waiting'

export interface Reply {
  _id: string
  type: 'reply'
  document: string
  received_at: number
  state: ReplyState
  job?: { id: string; number: string; state: string }
  reasons?: { code: string; field?: string }[]
  words?: string
  by?: Person
  at?: number
  sha256?: string
}

export type ServerDocument = Me | Place | Catalogue | Job | Reply
export type AnyDocument = MailboxDocument | ServerDocument
