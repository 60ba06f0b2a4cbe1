/**
 * A step that is being filled in, kept until the server has answered it: a reload, a dead line or another form of the same job loses no words.
 * Its id stays with it, so that sending it again is still once.
 */
import type { Job, Verb } from '@/api/jobs'
import { freshId } from '@/screens/desk/fresh-id'
import type { Given } from './steps'

export interface Unsent extends Given {
  id: string
  verb: Verb
  saw: number
}

const keyOf = (job: string) => `doorstep.unsent.${job}`

export function unsentStep(job: string): Unsent | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(job)) ?? 'null') as Unsent | null
  } catch {
    return null
  }
}

export function keepUnsent(job: string, unsent: Unsent): void {
  sessionStorage.setItem(keyOf(job), JSON.stringify(unsent))
}

export function dropUnsent(job: string): void {
  sessionStorage.removeItem(keyOf(job))
}

/** The form for `verb`: the kept one of the same verb goes on under its id, the words of another are carried over. */
export function beginStep(job: Job, verb: Verb): Unsent {
  const kept = unsentStep(job.id)
  if (kept?.verb === verb) return kept
  return { id: freshId('action'), verb, saw: job.version, text: kept?.text ?? '', to: '', score: 0 }
}
