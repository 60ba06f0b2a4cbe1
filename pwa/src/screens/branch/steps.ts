/** What each step on a job asks for and how it is offered; docs/protocol.md section 6. Pure: what is allowed is the server's to say (`job.next`). */
import { VERBS, type Job, type JobState, type Step, type Verb } from '@/api/jobs'

export interface StepForm {
  /** Under which argument the text goes. `null`: no text. */
  text: 'words' | 'reason' | null
  needsText: boolean
  pick: 'responder' | 'score' | null
  /** How many ready-made texts there are: `template.<verb>.<1…n>`. */
  templates: number
}

export interface Given {
  text: string
  to: string
  score: number
}

const PLAIN: StepForm = { text: 'words', needsText: false, pick: null, templates: 0 }

const FORMS: Record<Verb, StepForm> = {
  accept: { ...PLAIN, templates: 3 },
  decline: { ...PLAIN, text: 'reason', needsText: true, templates: 3 },
  assign: { ...PLAIN, pick: 'responder', text: null },
  sign: { ...PLAIN, text: null },
  resolve: { ...PLAIN, needsText: true, templates: 3 },
  verify: { ...PLAIN, templates: 2 },
  reopen: { ...PLAIN, text: 'reason', needsText: true, templates: 2 },
  close: { ...PLAIN, templates: 2 },
  answer: { ...PLAIN, needsText: true, templates: 3 },
  note: { ...PLAIN, needsText: true, templates: 2 },
  rate: { ...PLAIN, pick: 'score' },
}

/** The one step a state is waiting for, best first. */
const AWAITED: Record<JobState, Verb[]> = {
  opened: ['accept'],
  accepted: ['assign', 'resolve'],
  assigned: ['sign'],
  in_progress: ['resolve'],
  done: ['verify', 'close'],
  verified: ['close'],
  closed: ['rate'],
  declined: ['rate'],
}

const GRAVE: readonly Verb[] = ['decline', 'reopen']

/** A job is closed with words unless its reporters have been answered. */
export function formOf(verb: Verb, job: Pick<Job, 'answered'>): StepForm {
  return verb === 'close' ? { ...FORMS.close, needsText: !job.answered } : FORMS[verb]
}

/** The step this job waits for from the person it was drawn for, if it waits for one. */
export function awaitedStep(job: Pick<Job, 'state' | 'next'>): Verb | undefined {
  return AWAITED[job.state]?.find((verb) => job.next.includes(verb))
}

/** The steps on offer: the awaited one first, then as the table has them. Verbs this version does not know cannot be offered. */
export function offeredSteps(job: Pick<Job, 'state' | 'next'>): Verb[] {
  const awaited = awaitedStep(job)
  return VERBS.filter((verb) => job.next.includes(verb)).sort((one, other) => Number(other === awaited) - Number(one === awaited))
}

export function isGrave(verb: Verb): boolean {
  return GRAVE.includes(verb)
}

export function isComplete(form: StepForm, { text, to, score }: Given): boolean {
  if (form.needsText && !text.trim()) return false
  return form.pick === 'responder' ? to !== '' : form.pick === 'score' ? score > 0 : true
}

/** What is posted. `id`: `action:<ULID>`; `saw`: the version on the screen when the form opened. */
export function stepFrom(verb: Verb, form: StepForm, { text, to, score }: Given, { id, saw }: { id: string; saw: number }): Step {
  const words = text.trim()
  return {
    id,
    verb,
    saw,
    ...(form.text && words ? { [form.text]: words } : {}),
    ...(form.pick === 'responder' ? { to } : {}),
    ...(form.pick === 'score' ? { score } : {}),
  }
}
