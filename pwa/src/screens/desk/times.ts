/** Moments as people say them. `language` is a BCP 47 tag, times are ms. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** "刚刚", "3分钟前", "昨天"; older than a week the date. `justNow` is the text for less than a minute. */
export function age(at: number, now: number, language: string, justNow: string): string {
  const past = now - at
  if (past < MINUTE) return justNow
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'narrow' })
  if (past < HOUR) return relative.format(-Math.floor(past / MINUTE), 'minute')
  if (past < DAY) return relative.format(-Math.floor(past / HOUR), 'hour')
  if (past < 7 * DAY) return relative.format(-Math.floor(past / DAY), 'day')
  return new Intl.DateTimeFormat(language, sameYear(at, now) ? { month: 'short', day: 'numeric' } : { dateStyle: 'medium' }).format(at)
}

/** The hour and minute, with the date unless it is today. */
export function moment(at: number, now: number, language: string): string {
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hour12: false }
  const today = new Date(at).toDateString() === new Date(now).toDateString()
  const date: Intl.DateTimeFormatOptions = today ? {} : { month: 'numeric', day: 'numeric', ...(sameYear(at, now) ? {} : { year: 'numeric' }) }
  return new Intl.DateTimeFormat(language, { ...date, ...clock }).format(at)
}

/** Whole minutes between two moments, at least 1. */
export function minutesBetween(from: number, to: number): number {
  return Math.max(1, Math.round((to - from) / MINUTE))
}

function sameYear(one: number, other: number): boolean {
  return new Date(one).getFullYear() === new Date(other).getFullYear()
}
