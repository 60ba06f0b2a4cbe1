/** The phone in the hand of whoever is signed in: what it holds, how far it has been delivered, and the loop that delivers it. */
import { shallowReactive, shallowReadonly, shallowRef, type ShallowRef } from 'vue'
import { learnOffset } from '@/domain/clock'
import type { PhotoDocument } from '@/domain/documents'
import type { User } from '@/domain/people'
import { isBehind } from '@/domain/receipts'
import { dropFact, keepFact, recall } from '@/storage/device'
import { listDrafts, type Draft } from '@/storage/drafts'
import { holdOpen, ifNobodyHas, withLock } from '@/storage/locks'
import { openMirror, type Mirror } from '@/storage/mirror'
import { forgetDenied, keepSeen, listDenied, listSeen, type Denied } from '@/storage/notes'
import { listPhotos } from '@/storage/pictures'
import { onChange } from '@/storage/pouch'
import { photosReceived, recordsReceived } from '@/storage/receipts'
import { openLegs } from '@/storage/replicate'
import { finishSaves, openStore, rebuildMailbox, wipe, type Store } from '@/storage/store'
import type { PhoneClock } from '@/storage/writer'
import { SyncLoop, type Trouble } from './loop'
import { session, sessionExpired, signOut } from './session'

export interface Phone {
  readonly user: User
  readonly store: Store
  readonly mirror: Mirror
  /** Forms begun and not saved, the one touched last first. */
  readonly drafts: ShallowRef<readonly Draft[]>
  readonly photos: ShallowRef<readonly PhotoDocument[]>
  readonly denied: ShallowRef<readonly Denied[]>
  /** Marks of the answers that were looked at. */
  readonly seen: ShallowRef<ReadonlySet<string>>
  /** The last number this phone gave a record. */
  readonly written: ShallowRef<number>
  readonly sync: { readonly busy: boolean; readonly uploading: boolean; readonly trouble: Trouble | null; readonly delivered: number }
  /** Now, as the server's clock has it; ms. */
  now: () => number
  /** Look again which drafts there are: one that is gone leaves no trace a feed could tell of. */
  rereadDrafts: () => Promise<void>
  /** Note answers as looked at. */
  see: (marks: readonly string[]) => Promise<void>
  /** Note a denied document as looked at. */
  forgetDenied: (id: string) => Promise<void>
  /** Synchronise as soon as possible. */
  kick: () => void
  close: () => Promise<void>
}

const current = shallowRef<Phone | null>(null)
export const phone = shallowReadonly(current)
let opening: Promise<Phone> | null = null

/** The phone of the person signed in, opened once. Throws when the browser gives no database. */
export async function openPhone(user: User): Promise<Phone> {
  if (current.value?.user.id === user.id) return current.value
  opening ??= open(user).finally(() => (opening = null))
  current.value = await opening
  return current.value
}

export async function closePhone(): Promise<void> {
  const open = current.value
  current.value = null
  await open?.close()
}

async function open(user: User): Promise<Phone> {
  let offset = Number(recall('offset', user.id)) || 0
  const store = await openUpToDate(user.id, { now: Date.now, offset: () => offset })
  const mirror = await openMirror(store.mailbox)
  const drafts = shallowRef<readonly Draft[]>([])
  const rereadDrafts = async () => {
    drafts.value = (await listDrafts(store.drafts)).filter((draft) => !draft.saving)
  }
  const denied = shallowRef<readonly Denied[]>([])
  const seen = shallowRef<ReadonlySet<string>>(new Set())
  const rereadNotes = async () => {
    ;[denied.value, seen.value] = await Promise.all([listDenied(store.drafts), listSeen(store.drafts)])
  }
  await Promise.all([rereadDrafts(), rereadNotes()])
  const photos = shallowRef<readonly PhotoDocument[]>(await listPhotos(store.photos))
  const written = shallowRef(await store.records.written())
  const sync = shallowReactive({ busy: false, uploading: false, trouble: null as Trouble | null, delivered: Number(recall('delivered', user.id)) || 0 })

  const legs = openLegs(store, location.origin, {
    heard: (date, asked, answered) => {
      offset = learnOffset(date, asked, answered)
      keepFact('offset', user.id, String(offset))
    },
  })
  const loop = new SyncLoop(
    legs,
    {
      unreceived: async (what) => !(await (what === 'records' ? recordsReceived(store) : photosReceived(store))),
      changed: (state) => {
        Object.assign(sync, state)
        if (!state.busy && !state.trouble) {
          // It is made anew when the app is next opened: not under a form, nor under another tab.
          if (isBehind(sync.delivered, mirror.of('me').get('me')?.horizon ?? 0)) keepFact('behind', user.id, '1')
          sync.delivered = Date.now() + offset
          keepFact('delivered', user.id, String(sync.delivered))
        }
        if (state.trouble === 'sign-in') sessionExpired()
        if (state.trouble === 'wiped') void obeyWipe(user.id)
      },
    },
    {
      alone: (round) => withLock(`doorstep-sync-${user.id}`, round),
      online: () => navigator.onLine,
      inFront: () => document.visibilityState === 'visible',
      chance: Math.random,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      setTimer: (work, ms) => {
        const timer = setTimeout(work, ms)
        return () => clearTimeout(timer)
      },
    },
  )

  const kick = () => void loop.kick()
  const kickWhenVisible = () => document.visibilityState === 'visible' && kick()
  const stops = [
    onChange(store.drafts, () => void Promise.all([rereadDrafts(), rereadNotes()])),
    onChange(store.photos, () => void listPhotos(store.photos).then((all) => (photos.value = all))),
    onChange(store.mailbox, () => void store.records.written().then((last) => (written.value = last))),
    listen(window, 'online', kick),
    listen(document, 'visibilitychange', kickWhenVisible),
    () => loop.stop(),
    holdOpen(inUse(user.id)),
    mirror.close,
  ]
  // Without this a browser short of space may throw the records away; it asks nobody where it can decide for itself.
  void navigator.storage?.persist?.()
  kick()

  return {
    user, store, mirror, drafts, photos, denied, seen, written, sync, rereadDrafts, kick,
    see: async (marks) => {
      await keepSeen(store.drafts, marks)
      await rereadNotes()
    },
    forgetDenied: async (id) => {
      await forgetDenied(store.drafts, id)
      await rereadNotes()
    },
    now: () => Date.now() + offset,
    close: async () => {
      for (const stop of stops) stop()
      await withLock(`doorstep-sync-${user.id}`, () => store.close())
    },
  }
}

const inUse = (userId: string) => `doorstep-open-${userId}`

/** The databases opened, saves finished that were cut off, and the copy of the mailbox made anew if the server asked for it. */
async function openUpToDate(userId: string, clock: PhoneClock): Promise<Store> {
  const store = await openStore(userId, clock)
  await finishSaves(store)
  if (!recall('behind', userId)) return store
  const rebuilt = await ifNobodyHas(inUse(userId), () => rebuildMailbox(store, userId))
  if (rebuilt?.done) dropFact('behind', userId)
  return rebuilt?.store ?? store
}

function listen(target: EventTarget, name: string, heard: () => void): () => void {
  target.addEventListener(name, heard)
  return () => target.removeEventListener(name, heard)
}

/** The server revoked this device: nothing of its person stays on it. */
async function obeyWipe(userId: string): Promise<void> {
  await closePhone()
  await wipe(userId)
  if (session.user.value?.id === userId) await signOut()
}
