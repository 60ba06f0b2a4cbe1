/** Replication with the server's door, one leg at a time: PouchDB's protocol, our fetch, our time limits. */
import { keepDenied, type Denied } from './notes'
import { PouchDB, type Database } from './pouch'
import type { Store } from './store'

/** The door did not let a whole request through. `code` is the server's (section 1 of the protocol), `status` 0 when no answer came. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** Seconds the server asks to wait, 0 when it says nothing. */
    readonly retryAfter: number,
  ) {
    super(`${status} ${code}`)
    this.name = 'Refused'
  }
}

export interface Line {
  /** Told of every answer: the server's `Date`, and when it was asked and answered by the phone's clock, all in ms. */
  heard: (date: number, asked: number, answered: number) => void
}

export interface Legs {
  /** Send what this phone wrote. Resolves to how many documents went. Throws `Refused`. */
  pushMailbox: () => Promise<number>
  pullMailbox: () => Promise<number>
  /** Send photos, `batch` documents to a request. `sent` is called with each batch's size. */
  pushPhotos: (batch: number, sent?: (documents: number) => void) => Promise<number>
}

const RECORDS_A_REQUEST = 100
const DOCUMENTS_A_PULL = 200
const TEXT_TIMEOUT = 30_000
const PHOTO_TIMEOUT = 90_000

export function openLegs(store: Store, origin: string, line: Line): Legs {
  let refusal: Refused | null = null

  function remote(name: 'mailbox' | 'photos', timeout: number): Database {
    return new PouchDB(`${origin}/sync/${name}`, {
      adapter: 'http',
      skip_setup: true,
      fetch: async (url: string | Request, options: RequestInit = {}) => {
        const asked = store.clock.now()
        const limit = AbortSignal.timeout(timeout)
        const signal = options.signal && 'any' in AbortSignal ? AbortSignal.any([options.signal, limit]) : limit
        const response = await fetch(url, { ...options, credentials: 'same-origin', signal })
        const date = Date.parse(response.headers.get('date') ?? '')
        if (date) line.heard(date, asked, store.clock.now())
        // PouchDB passes errors on without their headers, and takes a refused batch for refused documents; so the refusal is noted here.
        if ([401, 403, 413, 429].includes(response.status) || response.status >= 500) refusal = await refusalOf(response.clone())
        return response
      },
    } as PouchDB.Configuration.RemoteDatabaseConfiguration)
  }

  async function run(source: Database, target: Database, options: PouchDB.Replication.ReplicateOptions, sent?: (documents: number) => void): Promise<number> {
    refusal = null
    let before = 0
    const replication = PouchDB.replicate(source, target, { ...options, batches_limit: 1 })
    const denied: Promise<void>[] = []
    void replication.on('denied', (info) => denied.push(keepDenied(store.drafts, deniedIn(info))))
    void replication.on('change', ({ docs_written }) => {
      sent?.(docs_written - before)
      before = docs_written
    })
    try {
      const { docs_written } = await replication
      await Promise.all(denied)
      if (refusal) throw refusal as Refused
      return docs_written
    } catch (error) {
      throw refusal ?? new Refused((error as { status?: number }).status ?? 0, 'unreachable', 0)
    }
  }

  const mailbox = remote('mailbox', TEXT_TIMEOUT)
  const photos = remote('photos', PHOTO_TIMEOUT)
  // Only what this replica wrote: what the server wrote is not sent back. A selector, unlike a filter function, keeps its checkpoint over releases.
  const selector = { replica: store.records.replica }

  return {
    pushMailbox: () => run(store.mailbox, mailbox, { batch_size: RECORDS_A_REQUEST, selector }),
    pullMailbox: () => run(mailbox, store.mailbox, { batch_size: DOCUMENTS_A_PULL }),
    pushPhotos: (batch, sent) => run(store.photos, photos, { batch_size: batch }, sent),
  }
}

async function refusalOf(response: Response): Promise<Refused> {
  const told = (await response.json().catch(() => ({}))) as { code?: string; reason?: string; error?: string }
  return new Refused(response.status, told.code ?? told.reason ?? told.error ?? 'unknown', Number(response.headers.get('retry-after')) || 0)
}

/** PouchDB drops a document the other side denied and moves on; here it stays on record. */
function deniedIn(info: unknown): Denied {
  const { id = 'unknown', reason, message = '' } = ((info as { doc?: object }).doc ?? {}) as { id?: string; reason?: string; message?: string }
  return { id, reason: reason ?? message }
}
