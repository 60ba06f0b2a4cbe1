/** The databases of one person on this phone, opened. Several people on one shared phone have several. */
import type { MailboxBody } from '@/domain/documents'
import { editTo } from '@/domain/edit'
import { listDrafts, putDraft, readDraftPhoto, removeDraft, type Draft } from './drafts'
import { writePhoto } from './pictures'
import { PouchDB, type Database } from './pouch'
import { recordsReceived } from './receipts'
import { openWriter, type PhoneClock, type Writer } from './writer'

export interface Store {
  readonly mailbox: Database
  readonly photos: Database
  readonly drafts: Database
  readonly records: Writer
  readonly manifests: Writer
  readonly clock: PhoneClock
  close: () => Promise<void>
}

const NAMES = ['mailbox', 'photos', 'drafts'] as const

function open(userId: string, name: (typeof NAMES)[number]): Database {
  // Drafts change with every keystroke; what phones and servers write is immutable or small, and must keep its revisions to replicate.
  return new PouchDB(`doorstep-${userId}-${name}`, { adapter: 'indexeddb', auto_compaction: name === 'drafts', revs_limit: name === 'drafts' ? 2 : 1000 })
}

export async function openStore(userId: string, clock: PhoneClock): Promise<Store> {
  const [mailbox, photos, drafts] = [open(userId, 'mailbox'), open(userId, 'photos'), open(userId, 'drafts')]
  const candidate = mintReplica()
  const records = await openWriter(mailbox, clock, candidate)
  // A photo database that was lost while the mailbox was kept must not count again from 1 under the old name.
  const manifests = await openWriter(photos, clock, records.replica === candidate ? candidate : mintReplica())
  return {
    mailbox, photos, drafts, records, manifests, clock,
    close: async () => {
      await Promise.all([mailbox.close(), photos.close(), drafts.close()])
    },
  }
}

/**
 * Throw the copy of the mailbox away, so that the next pull brings what the server still has, and nothing it took out since. The counter goes with it:
 * the phone goes on under a new replica name. Left as it is while anything of this phone's own has no receipt.
 */
export async function rebuildMailbox(store: Store, userId: string): Promise<{ store: Store; done: boolean }> {
  if (!(await recordsReceived(store))) return { store, done: false }
  await store.mailbox.destroy()
  await Promise.all([store.photos.close(), store.drafts.close()])
  return { store: await openStore(userId, store.clock), done: true }
}

/** Delete everything this phone holds of one person. */
export async function wipe(userId: string): Promise<void> {
  await Promise.all(NAMES.map((name) => open(userId, name).destroy()))
}

function mintReplica(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => (byte % 36).toString(36)).join('')
}

/**
 * Save a form: the wish first, then photos, then the record, and the draft last. Killed anywhere in between, `finishSaves` goes on from there
 * and nothing is stored twice, because every id was minted when the form opened.
 */
export async function save(store: Store, draft: Draft): Promise<void> {
  await putDraft(store.drafts, { ...draft, saving: true })
  await finish(store, draft)
}

/** Finish what was being saved when the app was killed. Returns how many. */
export async function finishSaves(store: Store): Promise<number> {
  const begun = (await listDrafts(store.drafts)).filter((draft) => draft.saving)
  for (const draft of begun) await finish(store, draft)
  return begun.length
}

async function finish(store: Store, draft: Draft): Promise<void> {
  // A photo added later belongs to the record, not to the edit that adds it.
  const record = draft.body.type === 'edit' ? draft.body.record : draft.id
  for (const { id, role, taken_at, sha256, location } of draft.photos) {
    const picture = await readDraftPhoto(store.drafts, id)
    await writePhoto(store.photos, store.manifests, id, picture, { record, role, taken_at, sha256, ...(location && { location }) })
  }
  const document = documentOf(draft)
  if (document) await store.records.write(draft.id, document, { after: draft.body.type === 'edit' ? draft.body.seen.stamps : [] })
  await removeDraft(store.drafts, draft)
}

/** What a finished form writes; nothing when a correction corrects nothing. */
function documentOf({ body, photos }: Draft): MailboxBody | undefined {
  const taken = photos.map((photo) => photo.id)
  if (body.type !== 'edit') return { ...body, photos: taken } as MailboxBody
  const { record, seen, wanted } = body
  return editTo(record, seen, { ...wanted, photos: [...(wanted.photos ?? []), ...taken] })
}
