/** Visit records and the back office's verdict on them: docs/protocol.md section 1. Every call throws `ApiError` or `Unreachable`. */
import { ask } from './client'
import type { Page, Person, Photo } from './records'

export const REVIEWS = ['pending', 'approved', 'returned'] as const
export type Review = (typeof REVIEWS)[number]
export type Verdict = 'approved' | 'returned'

export interface Visit {
  /** `visit:<ULID>` */
  id: string
  author: Person
  place: string
  place_name: string
  purpose: string | null
  outcome: 'met' | 'absent' | 'refused'
  note: string
  needs: string[]
  photos: Photo[]
  started_at: number | null
  ended_at: number | null
  location: { lat: number; lon: number; accuracy?: number } | null
  recorded_at: number
  received_at: number
  version: number
  withdrawn: boolean
  /** Values that another write, made without having seen this one, has won over. */
  contested: { field: string; write: string; value: unknown }[]
  review: Review
  review_words: string
  reviewed_by: Person | null
  reviewed_at: number | null
}

export interface VisitQuery {
  /** One of `REVIEWS`, or '' for all. */
  review: string
  q: string
}

export interface Judgement {
  /** `review:<ULID>`, minted when the verdict was first asked for: posting it twice is once. */
  id: string
  verdict: Verdict
  /** Required when returned. */
  words: string
  /** The version of the visit on the screen. */
  saw: number
}

export async function listVisits({ review, q }: VisitQuery, cursor: string | null, limit: number): Promise<Page<Visit>> {
  const answer = await ask<{ visits: Visit[]; next: string | null }>('/api/visits', { query: { review, q, cursor: cursor ?? undefined, limit } })
  return { items: answer.visits, next: answer.next }
}

export async function readVisit(id: string): Promise<Visit> {
  return ask<Visit>(`/api/visits/${encodeURIComponent(id)}`)
}

/** The visit after the verdict. `ApiError` `late`: it changed, or somebody judged it, since it was on the screen. */
export async function judgeVisit(id: string, judgement: Judgement): Promise<Visit> {
  return ask<Visit>(`/api/visits/${encodeURIComponent(id)}/review`, { method: 'POST', body: judgement })
}
