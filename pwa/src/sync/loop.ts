/**
 * The sync loop: one-shot replications, push before pull, records before photos; on start, after each save, when the network or the
 * screen comes back, and every 30 s while the app is in front. It only decides when; `Legs` does the work and `Watch` is told.
 */
import type { Legs } from '@/storage/replicate'
import { Refused } from '@/storage/replicate'
import { nextBatch, waitAfter } from './backoff'

export type Trouble = 'offline' | 'sign-in' | 'server' | 'wiped'

export type What = 'records' | 'photos'

export interface Watch {
  /** Whether records, or photos, that are on this phone have no receipt yet. */
  unreceived: (what: What) => Promise<boolean>
  /** A round began (`busy`) or ended; `trouble` is null after one that went through. */
  changed: (state: { busy: boolean; uploading: boolean; trouble: Trouble | null }) => void
}

export interface Surroundings {
  /** Runs one round at a time over all tabs. */
  alone: (round: () => Promise<void>) => Promise<void>
  online: () => boolean
  inFront: () => boolean
  chance: () => number
  sleep: (ms: number) => Promise<void>
  setTimer: (work: () => void, ms: number) => () => void
}

const EVERY = 30_000
/** The merge takes a moment: when to look for its receipts after something was sent. */
const LOOKS = [300, 1_000, 2_000]
const FIRST_BATCH = 4

export class SyncLoop {
  private running: Promise<void> | null = null
  private again = false
  private failures = 0
  private batch = FIRST_BATCH
  private cancelTimer: (() => void) | null = null
  private stopped = false

  constructor(
    private readonly legs: Legs,
    private readonly watch: Watch,
    private readonly around: Surroundings,
  ) {}

  /** Synchronise now; while a round runs, once more after it. Resolves when that is done, and never rejects. */
  async kick(): Promise<void> {
    if (this.stopped) return
    this.again = this.running !== null
    this.running ??= this.rounds()
    await this.running
  }

  stop(): void {
    this.stopped = true
    this.cancelTimer?.()
  }

  private async rounds(): Promise<void> {
    this.cancelTimer?.()
    let trouble: Trouble | null = null
    let retryAfter = 0
    try {
      do {
        this.again = false
        await this.around.alone(() => this.round())
      } while (this.again && !this.stopped)
      this.failures = 0
    } catch (error) {
      this.failures += 1
      trouble = troubleOf(error, this.around.online())
      retryAfter = error instanceof Refused ? error.retryAfter : 0
    }
    this.running = null
    if (this.stopped) return
    this.watch.changed({ busy: false, uploading: false, trouble })
    // Without a session or on a wiped phone nothing is gained by knocking again; signing in starts a new loop.
    if (trouble === 'sign-in' || trouble === 'wiped') return
    const wait = trouble ? waitAfter(this.failures, this.around.chance(), retryAfter) : EVERY
    this.cancelTimer = this.around.setTimer(() => void (this.around.inFront() ? this.kick() : undefined), wait)
  }

  private async round(): Promise<void> {
    this.tell(false)
    await this.legs.pushMailbox()
    await this.legs.pullMailbox()
    await this.lookForReceipts('records')
    this.tell(true)
    const photos = await this.pushPhotos()
    this.tell(false)
    if (photos > 0) await this.lookForReceipts('photos')
  }

  private async pushPhotos(): Promise<number> {
    try {
      const sent = await this.legs.pushPhotos(this.batch)
      this.batch = nextBatch(this.batch, true)
      return sent
    } catch (error) {
      this.batch = nextBatch(this.batch, false)
      throw error
    }
  }

  private async lookForReceipts(what: What): Promise<void> {
    for (const pause of LOOKS) {
      if (this.stopped || this.again || !(await this.watch.unreceived(what))) return
      await this.around.sleep(pause)
      await this.legs.pullMailbox()
    }
  }

  private tell(uploading: boolean): void {
    if (!this.stopped) this.watch.changed({ busy: true, uploading, trouble: null })
  }
}

export function troubleOf(error: unknown, online: boolean): Trouble {
  if (error instanceof Refused && error.code === 'device_wiped') return 'wiped'
  if (error instanceof Refused && error.status === 401) return 'sign-in'
  if (error instanceof Refused && error.status > 0) return 'server'
  return online ? 'server' : 'offline'
}
