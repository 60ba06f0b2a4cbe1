import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readDraft, listDrafts, putDraft, putDraftPhoto, type Draft } from './drafts'
import { sha256 } from './digest'
import { listPhotos, PIECE_BYTES, pieceId, readPicture } from './pictures'
import { mintId } from './mint'
import { keepDenied, keepSeen, forgetDenied, listDenied, listSeen } from './notes'
import { finishSaves, openStore, rebuildMailbox, save, wipe, type Store } from './store'
import { openWriter } from './writer'

let now = 1_763_600_000_000
const clock = { now: () => now, offset: () => 0 }
let user = 0
let store: Store

beforeEach(async () => {
  store = await openStore(`u${Date.now()}${++user}`, clock)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await store.close()
})

const visitDraft = (more: Partial<Draft> = {}): Draft => ({
  id: mintId('visit', now), body: { type: 'visit', place: 'CX01-1', outcome: 'met' }, photos: [], started_at: now, touched_at: now, saving: false, ...more,
})

async function withPhoto(draft: Draft, bytes = PIECE_BYTES + 100): Promise<Draft> {
  const picture = new Blob([new Uint8Array(bytes).map((_, index) => index % 251)], { type: 'image/jpeg' })
  const id = mintId('photo', now)
  await putDraftPhoto(store.drafts, id, picture)
  return { ...draft, photos: [{ id, role: 'near', taken_at: now, sha256: await sha256(await picture.arrayBuffer()), bytes }] }
}

describe('what the phone writes', () => {
  test('is numbered from 1 without gaps, and a second tap is the same document', async () => {
    const [a, b] = [visitDraft(), visitDraft()]
    await save(store, a)
    await save(store, a)
    await Promise.all([save(store, b), save(store, visitDraft())])
    const { rows } = await store.mailbox.allDocs<{ seq: number }>({ startkey: 'visit:', endkey: 'visit:\uffff', include_docs: true })
    expect(rows.map((row) => row.doc?.seq).sort()).toEqual([1, 2, 3])
    expect(await store.records.written()).toBe(3)
  })

  test('burns no number when the phone dies between the counter and the document', async () => {
    await save(store, visitDraft())
    const put = store.mailbox.put.bind(store.mailbox)
    vi.spyOn(store.mailbox, 'put').mockImplementation(((document: { _id: string }) =>
      document._id.startsWith('_local/') ? put(document) : Promise.reject(new Error('killed'))) as typeof put)
    await expect(store.records.write('visit:lost', { type: 'visit' })).rejects.toThrow('killed')
    vi.restoreAllMocks()
    const reopened = await openWriter(store.mailbox, clock, 'other')
    expect(reopened.replica).toBe(store.records.replica)
    expect(await reopened.written()).toBe(1)
    expect((await reopened.write('visit:next', { type: 'visit' })).seq).toBe(2)
  })

  test('is stamped later than everything before it when the clock is set back', async () => {
    const first = await store.records.write('visit:a', {})
    now -= 86_400_000
    const second = await store.records.write('visit:b', {})
    expect(second.at > first.at).toBe(true)
    expect(second.clock.device_at).toBe(now)
  })

  test('a photo database lost alone starts under another name', async () => {
    const { replica } = store.manifests
    expect(replica).toBe(store.records.replica)
    const name = store.photos.name
    await store.photos.destroy()
    const again = await openStore(name.replace(/^doorstep-|-photos$/g, ''), clock)
    expect(again.records.replica).toBe(store.records.replica)
    expect(again.manifests.replica).not.toBe(replica)
    store = again
  })
})

describe('a photo', () => {
  test('is stored as pieces and a manifest, and is put together again byte for byte', async () => {
    const draft = await withPhoto(visitDraft())
    await save(store, draft)
    const [manifest] = await listPhotos(store.photos)
    expect(manifest).toMatchObject({ record: draft.id, role: 'near', pieces: 2, seq: 1, bytes: PIECE_BYTES + 100, media_type: 'image/jpeg' })
    const picture = await readPicture(store.photos, manifest?._id ?? '')
    expect(await sha256(await (picture as Blob).arrayBuffer())).toBe(manifest?.sha256)
    const piece = await store.photos.get<{ sha256: string; replica: string; seq?: number }>(pieceId(manifest?._id ?? '', 1))
    expect(piece.sha256).toHaveLength(64)
    expect(piece.seq).toBeUndefined()
  })
})

describe('a save killed half-way', () => {
  test.each([0, 1, 2, 3])('after %i writes to the photo database is finished at the next start, once', async (writes) => {
    const draft = await withPhoto(visitDraft())
    const put = store.photos.put.bind(store.photos)
    let left = writes
    vi.spyOn(store.photos, 'put').mockImplementation(((document: object) => (left-- > 0 ? put(document) : Promise.reject(new Error('killed')))) as typeof put)
    await expect(save(store, draft)).rejects.toThrow('killed')
    vi.restoreAllMocks()
    expect(await finishSaves(store)).toBe(1)
    expect(await finishSaves(store)).toBe(0)
    expect((await listPhotos(store.photos)).map((photo) => photo.seq)).toEqual([1])
    expect(await store.mailbox.get(draft.id)).toMatchObject({ photos: [draft.photos[0]?.id], seq: 1 })
    expect(await readDraft(store.drafts, draft.id)).toBeUndefined()
  })
})

describe('drafts', () => {
  test('are found again, the one touched last first, and two tabs do not fall over each other', async () => {
    const draft = visitDraft()
    await Promise.all([1, 2, 3].map((n) => putDraft(store.drafts, { ...draft, touched_at: now + n, body: { ...draft.body, note: `${n}` } as Draft['body'] })))
    await putDraft(store.drafts, visitDraft({ touched_at: now + 9 }))
    expect((await listDrafts(store.drafts)).map((kept) => kept.touched_at - now)).toEqual([9, 3])
  })
})

test('what was denied and what was looked at is noted once, and a form is neither', async () => {
  await putDraft(store.drafts, visitDraft())
  await keepDenied(store.drafts, { id: 'visit:1', reason: 'forbidden' })
  await keepDenied(store.drafts, { id: 'visit:1', reason: 'again' })
  await keepSeen(store.drafts, ['visit:2 returned 5', 'visit:2 returned 5'])
  expect(await listDenied(store.drafts)).toEqual([{ id: 'visit:1', reason: 'forbidden' }])
  expect(await listSeen(store.drafts)).toEqual(new Set(['visit:2 returned 5']))
  await forgetDenied(store.drafts, 'visit:1')
  expect(await listDenied(store.drafts)).toEqual([])
  expect(await listDrafts(store.drafts)).toHaveLength(1)
})

describe('a correction', () => {
  test('is written with its photo under the record, later than what it takes the place of, and one that corrects nothing is not written', async () => {
    const visit = await store.records.write('visit:1', { type: 'visit', place: 'CX01-1', outcome: 'met' })
    const seen = { fields: { outcome: 'met' }, heads: { outcome: [visit._id] }, stamps: [visit.at] }
    const edit = (outcome: 'met' | 'absent') => visitDraft({ id: mintId('edit', now), body: { type: 'edit', record: visit._id, seen, wanted: { outcome, photos: [] } } })
    now -= 1000
    const draft = await withPhoto(edit('absent'))
    await save(store, draft)
    const photo = draft.photos[0]?.id
    const written = await store.mailbox.get<{ at: string }>(draft.id)
    expect(written).toMatchObject({ type: 'edit', record: 'visit:1', set: { outcome: 'absent', 'photos+': [photo] }, over: { outcome: ['visit:1'] }, seq: 2 })
    expect(written.at > visit.at).toBe(true)
    expect((await listPhotos(store.photos))[0]).toMatchObject({ _id: photo, record: 'visit:1' })
    await save(store, edit('met'))
    expect(await store.records.written()).toBe(2)
  })
})

describe('a copy behind the horizon', () => {
  test('is kept while anything of its own is not received, then made anew under another name, with forms and photos as they were', async () => {
    const id = store.mailbox.name.replace(/^doorstep-|-mailbox$/g, '')
    await save(store, visitDraft())
    await putDraft(store.drafts, visitDraft())
    const { replica } = store.records
    const waiting = await rebuildMailbox(store, id)
    expect([waiting.done, waiting.store]).toEqual([false, store])
    await store.mailbox.put({ _id: 'me', type: 'me', received: { [replica]: 1 } })
    const { done, store: rebuilt } = await rebuildMailbox(store, id)
    store = rebuilt
    expect(done).toBe(true)
    expect((await store.mailbox.info()).doc_count).toBe(0)
    expect(store.records.replica).not.toBe(replica)
    expect(store.manifests.replica).toBe(replica)
    expect(await listDrafts(store.drafts)).toHaveLength(1)
  })
})

test('a wipe leaves nothing of the person on the phone', async () => {
  await save(store, visitDraft())
  const id = store.mailbox.name.replace(/^doorstep-|-mailbox$/g, '')
  await store.close()
  await wipe(id)
  store = await openStore(id, clock)
  expect((await store.mailbox.info()).doc_count).toBe(0)
  expect(await store.records.written()).toBe(0)
})
