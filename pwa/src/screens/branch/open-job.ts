import { shallowRef, watch } from 'vue'
import { listJobs, readJob, type Job } from '@/api/jobs'
import { pollWhileVisible } from '@/screens/desk/poll'

const EVERY = 4_000

/** Whether the list knows something that the job on the screen does not show yet: a step, or a photo that has arrived. */
export function hasMoved(shown: Job, listed: Job): boolean {
  const here = (job: Job) => job.photos.filter((photo) => photo.state === 'stored').length
  return listed.version > shown.version || listed.updated_at > shown.updated_at || here(listed) > here(shown)
}

/** The job on the screen, kept fresh while it is looked at. `onRead` hears of every reading. */
export function openJob(id: () => string, onRead: (job: Job) => void) {
  const job = shallowRef<Job | null>(null)
  const failure = shallowRef<unknown>(null)

  /** What the server says of the job now, from wherever it came. An answer older than what is shown is not shown. */
  function put(read: Job): void {
    if (read.id !== id() || (job.value && job.value.version > read.version)) return
    job.value = read
    failure.value = null
    onRead(read)
  }

  /** Throws what `readJob` throws, having shown it. */
  async function reload(): Promise<void> {
    const asked = id()
    try {
      put(await readJob(asked))
    } catch (error) {
      if (asked === id()) failure.value = error
      throw error
    }
  }

  /** The whole job is read again only when it has moved: reading it shows whom to call back, and each such reading is logged. */
  async function look(): Promise<void> {
    const shown = job.value
    if (!shown) return reload()
    const { items } = await listJobs({ state: '', q: shown.number }, null, 1)
    if (items[0]?.id === id() && hasMoved(shown, items[0])) await reload()
  }

  const now = pollWhileVisible(look, EVERY)
  watch(id, () => {
    job.value = null
    failure.value = null
    now()
  })
  return { job, failure, put, reload }
}
