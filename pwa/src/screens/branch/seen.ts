/** Which version of each job somebody last opened on this device, so that what is new to them stands out. */
import { shallowRef } from 'vue'
import type { Job } from '@/api/jobs'

export type Seen = Readonly<Record<string, number>>

const KEPT = 500

/** A job never opened is news while it is new; one opened before, when it has moved since. */
export function isNews(seen: Seen, job: Pick<Job, 'id' | 'state' | 'version'>): boolean {
  const version = seen[job.id]
  return version === undefined ? job.state === 'opened' : job.version > version
}

/** With this job seen last; of those seen longest ago, more than `kept` are forgotten. */
export function withSeen(seen: Seen, job: Pick<Job, 'id' | 'version'>, kept = KEPT): Seen {
  const others = Object.entries(seen).filter(([id]) => id !== job.id)
  return Object.fromEntries([...others, [job.id, job.version] as const].slice(-kept))
}

export function seenJobs(user: string) {
  const key = `doorstep.seen.${user}`
  const seen = shallowRef<Seen>(stored(key))

  function see(job: Job): void {
    if (seen.value[job.id] === job.version) return
    seen.value = withSeen(seen.value, job)
    localStorage.setItem(key, JSON.stringify(seen.value))
  }

  return { isNews: (job: Job) => isNews(seen.value, job), see }
}

function stored(key: string): Seen {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as Seen
  } catch {
    return {}
  }
}
