/** The job list, one job, one more step on it: docs/protocol.md sections 1, 5 and 6. Every call throws `ApiError` or `Unreachable`. */
import { ask } from './client'
import type { Page, Person, Photo } from './records'

export const JOB_STATES = ['opened', 'accepted', 'assigned', 'in_progress', 'done', 'verified', 'closed', 'declined'] as const
export type JobState = (typeof JOB_STATES)[number]

export const VERBS = ['accept', 'decline', 'assign', 'sign', 'resolve', 'verify', 'reopen', 'close', 'answer', 'note', 'rate'] as const
export type Verb = (typeof VERBS)[number]

export type Severity = 'low' | 'normal' | 'high' | 'urgent'

export interface JobEvent {
  id: string
  /** One of `VERBS`, or what happened to a report: open, join, revise, withdraw. */
  verb: string
  by: Person
  at: number
  received_at: number
  version: number
  words: string
  photos: Photo[]
  /** `null`, or why the step came too late to change anything. */
  late: string | null
  /** To whom it was assigned. */
  to?: Person
  score?: number
}

export interface Report {
  id: string
  by: Person
  place: string
  place_name: string
  note: string
  source: string | null
  photos: Photo[]
  received_at: number
  withdrawn: boolean
  /** Only for those who must call back; their reading of it is logged. */
  contact?: { name?: string; phone?: string }
}

export interface Job {
  /** `job:<ULID>` */
  id: string
  /** Readable by people, such as CX01-2026-0001. */
  number: string
  place: string
  place_name: string
  category: string
  severity: Severity
  state: JobState
  version: number
  summary: string
  opened_at: number
  updated_at: number
  answered: boolean
  assignee: Person | null
  rating: number | null
  reporters: Person[]
  photos: Photo[]
  events: JobEvent[]
  /** What this user may do now. */
  next: string[]
  /** Only in the answer for one job. */
  reports?: Report[]
}

/** A job is a document of the mailboxes too, so it comes under `_id`. */
type JobAnswer = Omit<Job, 'id'> & { _id: string }

export interface JobQuery {
  /** One state, `open`, or '' for all. */
  state: string
  q: string
}

export interface Responder extends Person {
  open_jobs: number
}

export interface Step {
  /** `action:<ULID>`, minted when the form opened: posting it twice is once. */
  id: string
  verb: Verb
  /** The version of the job on the screen. */
  saw: number
  words?: string
  reason?: string
  to?: string
  score?: number
}

function named({ _id, ...job }: JobAnswer): Job {
  return { ...job, id: _id }
}

export async function listJobs({ state, q }: JobQuery, cursor: string | null, limit: number): Promise<Page<Job>> {
  const answer = await ask<{ jobs: JobAnswer[]; next: string | null }>('/api/jobs', { query: { state, q, cursor: cursor ?? undefined, limit } })
  return { items: answer.jobs.map(named), next: answer.next }
}

export async function readJob(id: string): Promise<Job> {
  return named(await ask<JobAnswer>(`/api/jobs/${encodeURIComponent(id)}`))
}

/** The job after the step. `ApiError` `late`: somebody was first, and the step is kept in the history as late. */
export async function takeStep(job: string, step: Step): Promise<Job> {
  return named(await ask<JobAnswer>(`/api/jobs/${encodeURIComponent(job)}/actions`, { method: 'POST', body: step }))
}

export async function listResponders(job: string): Promise<Responder[]> {
  return (await ask<{ responders: Responder[] }>('/api/responders', { query: { job } })).responders
}
