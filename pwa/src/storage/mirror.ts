/**
 * The mailbox as screens see it: every document in memory, by type and id, kept up to date by the database's own change feed
 * (which also carries what other tabs write). What the first screen needs is read first, the rest page by page behind it.
 */
import { shallowReactive, shallowRef, type ShallowRef } from 'vue'
import type { ActionDocument, Catalogue, EditDocument, Job, Me, Place, ProblemDocument, Reply, VisitDocument } from '@/domain/documents'
import type { Database } from './pouch'

export interface Kinds {
  me: Me
  catalogue: Catalogue
  place: Place
  job: Job
  visit: VisitDocument
  problem: ProblemDocument
  edit: EditDocument
  action: ActionDocument
  reply: Reply
}

export interface Mirror {
  /** Documents of one type by `_id`; reactive. */
  of: <Kind extends keyof Kinds>(kind: Kind) => ReadonlyMap<string, Kinds[Kind]>
  /** False until everything stored has been read. */
  complete: ShallowRef<boolean>
  close: () => void
}

/** In the order the first screen needs them. */
const KINDS = ['me', 'catalogue', 'place', 'job', 'reply', 'visit', 'problem', 'edit', 'action'] as const
const FIRST_PAGE = 60
const PAGE = 500

type Stored = { _id: string; _deleted?: boolean }

export async function openMirror(mailbox: Database): Promise<Mirror> {
  const kept = Object.fromEntries(KINDS.map((kind) => [kind, shallowReactive(new Map<string, Stored>())])) as Record<keyof Kinds, Map<string, Stored>>
  const complete = shallowRef(false)
  let closed = false

  const mapOf = (id: string) => kept[id.split(':', 1)[0] as keyof Kinds] as Map<string, Stored> | undefined

  const feed = mailbox
    .changes<Stored>({ since: 'now', live: true, include_docs: true })
    .on('change', ({ id, doc, deleted }) => {
      if (deleted) mapOf(id)?.delete(id)
      else if (doc) mapOf(id)?.set(id, doc)
    })

  /** One page of a type, newest ids first; what the feed brought meanwhile is newer and stays. Returns where to go on, or nothing. */
  async function page(kind: keyof Kinds, from: string, limit: number): Promise<string | undefined> {
    const { rows } = await mailbox.allDocs<Stored>({ startkey: from, endkey: kind, descending: true, include_docs: true, limit: limit + 1 })
    for (const { doc } of rows.slice(0, limit)) if (doc && !kept[kind].has(doc._id)) kept[kind].set(doc._id, doc)
    return rows[limit]?.id
  }

  const rest: [keyof Kinds, string][] = []
  await Promise.all(
    KINDS.map(async (kind) => {
      const next = await page(kind, `${kind}:\uffff`, kind === 'place' || kind === 'job' ? PAGE : FIRST_PAGE)
      if (next) rest.push([kind, next])
    }),
  )

  const readRest = async () => {
    for (const [kind, from] of rest) {
      for (let next: string | undefined = from; next && !closed; ) next = await page(kind, next, PAGE)
    }
    complete.value = true
  }
  void readRest()

  return {
    of: (kind) => kept[kind] as unknown as ReadonlyMap<string, Kinds[typeof kind]>,
    complete,
    close: () => {
      closed = true
      feed.cancel()
    },
  }
}
