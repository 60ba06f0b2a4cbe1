/** Receipts read from the database itself, for the sync loop, which must not wait until a screen has caught up. */
import { allReceived, type Receipts } from '@/domain/receipts'
import type { Me, Reply } from '@/domain/documents'
import { listPhotos } from './pictures'
import { readOrNone } from './pouch'
import type { Store } from './store'

export async function recordsReceived(store: Store): Promise<boolean> {
  return allReceived({ [store.records.replica]: await store.records.written() }, [], await receiptsOf(store, []))
}

export async function photosReceived(store: Store): Promise<boolean> {
  const photos = await listPhotos(store.photos)
  const receipts = await receiptsOf(store, photos.map((photo) => photo._id))
  return allReceived({}, photos, receipts)
}

async function receiptsOf(store: Store, ids: string[]): Promise<Receipts> {
  const me = await readOrNone<Me>(store.mailbox, 'me')
  const { rows } = await store.mailbox.allDocs<Reply>({ keys: ids.map((id) => `reply:${id}`), include_docs: true })
  const replies = new Map(rows.flatMap((row) => ('doc' in row && row.doc ? [[row.doc.document, row.doc as Reply] as const] : [])))
  return { received: me?.received ?? {}, replyTo: (id) => replies.get(id) }
}
