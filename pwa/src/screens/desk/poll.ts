import { onScopeDispose } from 'vue'
import { ApiError } from '@/api/client'

const SLOWEST = 30_000

/** Milliseconds until the next try after `failures` in a row: doubles from `every` to half a minute, and never sooner than the server asks. */
export function delayAfter(failures: number, every: number, error: unknown): number {
  const asked = error instanceof ApiError ? error.retryAfter * 1000 : 0
  return Math.max(asked, Math.min(every * 2 ** failures, Math.max(every, SLOWEST)))
}

/**
 * Run now and then every `every` ms while the page is visible, at once when it becomes visible or the network returns; slower while it fails.
 * Ends with the component that called it. Answers a function that runs it at once.
 */
export function pollWhileVisible(run: () => Promise<void>, every: number): () => void {
  let timer = 0
  let failures = 0
  let running = false
  let again = false
  let stopped = false

  async function turn(): Promise<void> {
    window.clearTimeout(timer)
    if (stopped || document.visibilityState !== 'visible') return
    if (running) {
      again = true
      return
    }
    running = true
    let wait = every
    try {
      await run()
      failures = 0
    } catch (error) {
      failures += 1
      wait = delayAfter(failures, every, error)
    } finally {
      running = false
    }
    if (again) wait = 0
    again = false
    if (!stopped) timer = window.setTimeout(() => void turn(), wait)
  }

  const now = () => void turn()
  document.addEventListener('visibilitychange', now)
  window.addEventListener('online', now)
  onScopeDispose(() => {
    stopped = true
    window.clearTimeout(timer)
    document.removeEventListener('visibilitychange', now)
    window.removeEventListener('online', now)
  })
  now()
  return now
}
