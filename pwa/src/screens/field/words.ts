/** Documents in the words of the person reading them. */
import type { Category, Job, Reply, Term } from '@/domain/documents'
import type { RecordState, Standing } from '@/domain/receipts'
import { hasText, language, t } from '@/i18n'
import type { Tone } from '@/ui/record-row.vue'

export function termText(term: Term | Category | undefined, code: string): string {
  if (!term) return code
  return language.value === 'en' ? term.en : term.zh
}

const TONES: Record<RecordState, Tone> = {
  waiting: 'wait', received: 'plain', merged: 'plain', answered: 'good', approved: 'good', returned: 'bad', quarantined: 'bad', late: 'bad',
}

export function toneOf(state: RecordState): Tone {
  return TONES[state]
}

/** "任务 0042 · 待受理": what became of a record, in a few words. */
export function standingText({ state, reply }: Standing): string {
  if (!reply?.job || state === 'waiting' || state === 'quarantined') return t(`state.${state}`)
  const job = t('record.job', { number: reply.job.number })
  return state === 'merged' ? job : `${job} · ${t(`state.${state}`)}`
}

export function reasonsText(reply: Reply | undefined): string[] {
  return (reply?.reasons ?? []).map(({ code, field }) => {
    const key = `reason.${code}`
    return hasText(key) ? t(key) : field ? `${code} (${field})` : code
  })
}

export function jobStateText(job: Pick<Job, 'state'>): string {
  const key = `job-state.${job.state}`
  return hasText(key) ? t(key) : job.state
}

export function verbText(verb: string): string {
  const key = `did.${verb}`
  return hasText(key) ? t(key) : verb
}

/** The time today, the day and time before that. */
export function whenText(instant: number, now: number): string {
  const [then, today] = [new Date(instant), new Date(now)]
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hour12: false }
  const sameDay = then.toDateString() === today.toDateString()
  return new Intl.DateTimeFormat(language.value, sameDay ? time : { month: 'numeric', day: 'numeric', ...time }).format(then)
}
