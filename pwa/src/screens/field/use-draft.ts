/**
 * One form, never lost: every change is kept within a fraction of a second, and at once when the page is hidden.
 * The id of the record to be is in the address, so a reload, a killed tab or a second tap find the same form.
 */
import { onBeforeUnmount, onMounted, reactive, ref, shallowReactive, watch, type Ref } from 'vue'
import type { PhotoRole } from '@/domain/documents'
import { putDraft, putDraftPhoto, readDraft, readDraftPhoto, removeDraft, type Draft, type DraftBody } from '@/storage/drafts'
import { NotAPicture, shrink } from '@/storage/shrink'
import { mintId } from '@/storage/mint'
import { save as saveDraft } from '@/storage/store'
import type { Phone } from '@/sync/phone'
import { locate } from '@/ui/location'

const AUTOSAVE = 200

export interface Form<Body extends DraftBody> {
  body: Body
  photos: Draft['photos']
  /** Object URLs of the photos by id. */
  pictures: Map<string, string>
  /** False until a kept draft has been read. */
  ready: Ref<boolean>
  busy: Ref<boolean>
  /** A photo could not be opened, or the phone could not store something. */
  trouble: Ref<'unreadable' | 'storage' | null>
  addPhoto: (file: File, role: PhotoRole) => Promise<void>
  removePhoto: (id: string) => void
  /** True when the record is stored; false leaves the form as it is, with `trouble` set. */
  save: () => Promise<boolean>
  discard: () => Promise<void>
}

export function useDraft<Body extends DraftBody>(phone: Phone, id: string, fresh: Body): Form<Body> {
  const { drafts } = phone.store
  const body = reactive(fresh) as Body
  const photos = reactive<Draft['photos']>([])
  const pictures = shallowReactive(new Map<string, string>())
  const [ready, busy] = [ref(false), ref(false)]
  const trouble = ref<'unreadable' | 'storage' | null>(null)
  let startedAt = phone.now()
  /** What is kept so far. Where the phone stands is left out: a place alone is nothing anybody typed, it goes along with the next change. */
  const typed = () => JSON.stringify([{ ...body, location: undefined }, photos])
  let asKept = typed()
  let closed = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const asDraft = (): Draft => ({
    id, body: JSON.parse(JSON.stringify(body)) as DraftBody, photos: JSON.parse(JSON.stringify(photos)) as Draft['photos'],
    started_at: startedAt, touched_at: phone.now(), saving: false,
  })

  async function keep(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    asKept = typed()
    try {
      await putDraft(drafts, asDraft())
    } catch {
      trouble.value = 'storage'
    }
  }

  function touched(): void {
    if (ready.value && !closed && typed() !== asKept) timer ??= setTimeout(() => void keep(), AUTOSAVE)
  }

  function keepNow(): void {
    if (timer !== undefined && !closed) void keep()
  }

  async function show(photo: string): Promise<void> {
    pictures.set(photo, URL.createObjectURL(await readDraftPhoto(drafts, photo)))
  }

  async function restore(): Promise<void> {
    const kept = await readDraft(drafts, id)
    if (kept) {
      Object.assign(body, kept.body)
      photos.push(...kept.photos)
      startedAt = kept.started_at
      await Promise.all(kept.photos.map((photo) => show(photo.id)))
      asKept = typed()
    }
    ready.value = true
    await locateOnce()
  }

  async function locateOnce(): Promise<void> {
    if ((body.type !== 'visit' && body.type !== 'problem') || body.location) return
    const location = await locate()
    if (location && !closed) body.location = location
  }

  onMounted(() => {
    void restore()
    document.addEventListener('visibilitychange', keepNow)
    window.addEventListener('pagehide', keepNow)
  })
  onBeforeUnmount(() => {
    keepNow()
    document.removeEventListener('visibilitychange', keepNow)
    window.removeEventListener('pagehide', keepNow)
    for (const url of pictures.values()) URL.revokeObjectURL(url)
  })
  watch(typed, touched)

  return {
    body, photos, pictures, ready, busy, trouble,

    async addPhoto(file, role) {
      busy.value = true
      trouble.value = null
      try {
        const { picture, sha256 } = await shrink(file)
        const photo = mintId('photo', phone.now())
        await putDraftPhoto(drafts, photo, picture)
        photos.push({ id: photo, role, taken_at: phone.now(), sha256, bytes: picture.size, ...('location' in body && body.location && { location: body.location }) })
        pictures.set(photo, URL.createObjectURL(picture))
        await keep()
      } catch (error) {
        trouble.value = error instanceof NotAPicture ? 'unreadable' : 'storage'
      } finally {
        busy.value = false
      }
    },

    removePhoto(photo) {
      const index = photos.findIndex((one) => one.id === photo)
      if (index >= 0) photos.splice(index, 1)
    },

    async save() {
      busy.value = true
      clearTimeout(timer)
      closed = true
      try {
        if (body.type === 'visit') Object.assign(body, { started_at: startedAt, ended_at: phone.now() })
        await saveDraft(phone.store, asDraft())
        await phone.rereadDrafts()
        phone.kick()
        return true
      } catch {
        closed = false
        trouble.value = 'storage'
        return false
      } finally {
        busy.value = false
      }
    },

    async discard() {
      closed = true
      clearTimeout(timer)
      await removeDraft(drafts, asDraft())
      await phone.rereadDrafts()
    },
  }
}
