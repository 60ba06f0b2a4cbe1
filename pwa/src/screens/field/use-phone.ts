/** What field screens read: the open phone, and what follows from its documents. */
import { computed, type ComputedRef } from 'vue'
import { asksSomething, attentionOf, editsByRecord, markOf, type Attention } from '@/domain/attention'
import type { Catalogue, EditDocument, Job, RecordDocument } from '@/domain/documents'
import { fold, type Folded } from '@/domain/fold'
import { typeOf } from '@/domain/ids'
import { spotsOf, type Spot } from '@/domain/places'
import { standingOf, standingOfRecord, type Receipts, type Standing } from '@/domain/receipts'
import { phone, type Phone } from '@/sync/phone'

/** The open phone. Field screens are only shown once there is one. */
export function usePhone(): Phone {
  if (!phone.value) throw new Error('no phone is open')
  return phone.value
}

export function useReceipts({ mirror }: Phone): ComputedRef<Receipts> {
  return computed(() => {
    const replies = mirror.of('reply')
    return { received: mirror.of('me').get('me')?.received ?? {}, replyTo: (id) => replies.get(`reply:${id}`) }
  })
}

/** Visits and problems written on this phone or another of the same person's, newest first. */
export function useRecords({ mirror }: Phone): ComputedRef<RecordDocument[]> {
  return computed(() => {
    const all: RecordDocument[] = [...mirror.of('visit').values(), ...mirror.of('problem').values()]
    return all.sort((a, b) => (a.at < b.at ? 1 : -1))
  })
}

export function useAttention(open: Phone): ComputedRef<Attention> {
  const [records, receipts] = [useRecords(open), useReceipts(open)]
  return computed(() =>
    attentionOf(
      {
        records: records.value,
        edits: [...open.mirror.of('edit').values()],
        actions: [...open.mirror.of('action').values()],
        photos: open.photos.value,
        written: { [open.store.records.replica]: open.written.value },
        drafts: open.drafts.value.length,
        denied: open.denied.value.length,
        seen: open.seen.value,
      },
      receipts.value,
    ),
  )
}

/** What became of a document of any type this phone writes into the mailbox. */
export function useStanding({ mirror }: Phone, receipts: ComputedRef<Receipts>): (document: { _id: string; type: string; replica: string; seq: number }) => Standing {
  const edits = computed(() => editsByRecord(mirror.of('edit').values()))
  return (document) =>
    document.type === 'visit' || document.type === 'problem'
      ? standingOfRecord(document as RecordDocument, edits.value.get(document._id) ?? [], receipts.value)
      : standingOf(document, receipts.value)
}

export function useSpots({ mirror }: Phone): ComputedRef<Map<string, Spot>> {
  return computed(() => spotsOf(mirror.of('place').values()))
}

export function useCatalogue({ mirror }: Phone): ComputedRef<Catalogue | undefined> {
  return computed(() => mirror.of('catalogue').get('catalogue'))
}

/** Open jobs first, the one changed last first. */
export function useJobs({ mirror }: Phone): ComputedRef<Job[]> {
  const done = new Set(['closed', 'declined'])
  return computed(() => [...mirror.of('job').values()].sort((a, b) => Number(done.has(a.state)) - Number(done.has(b.state)) || b.updated_at - a.updated_at))
}

/** What a record says, from its writes. */
export interface Said {
  writes: readonly (RecordDocument | EditDocument)[]
  folded: Folded
}

/** What the record of an id says now, its later saves included; nothing in it when it is not on this phone. */
export function useSaid(open: Phone): (id: string) => Said {
  const receipts = useReceipts(open)
  const edits = computed(() => editsByRecord(open.mirror.of('edit').values()))
  return (id) => {
    const record = open.mirror.of(typeOf(id) === 'visit' ? 'visit' : 'problem').get(id)
    const writes = record ? [record, ...(edits.value.get(id) ?? [])] : []
    return { writes, folded: fold(writes.map((document) => ({ document: { ...document }, received: receipts.value.replyTo(document._id)?.received_at ?? null }))) }
  }
}

/** Marks what came back about these documents as looked at: the line on Today need not name it again. */
export function useSeeing(open: Phone, standings: () => readonly Standing[]): { unseen: ComputedRef<boolean>; see: () => Promise<void> } {
  const asking = computed(() => standings().filter(asksSomething).map(markOf).filter((mark) => !open.seen.value.has(mark)))
  return { unseen: computed(() => asking.value.length > 0), see: () => open.see(asking.value) }
}
