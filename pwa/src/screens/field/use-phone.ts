/** What field screens read: the open phone, and what follows from its documents. */
import { computed, type ComputedRef } from 'vue'
import { attentionOf, editsOf, type Attention } from '@/domain/attention'
import type { Catalogue, EditDocument, Job, RecordDocument } from '@/domain/documents'
import { fold, type Folded } from '@/domain/fold'
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
      },
      receipts.value,
    ),
  )
}

/** What became of a document of any type this phone writes into the mailbox. */
export function useStanding({ mirror }: Phone, receipts: ComputedRef<Receipts>): (document: { _id: string; type: string; replica: string; seq: number }) => Standing {
  const edits = computed<EditDocument[]>(() => [...mirror.of('edit').values()])
  return (document) =>
    document.type === 'visit' || document.type === 'problem'
      ? standingOfRecord(document as RecordDocument, editsOf(document._id, edits.value), receipts.value)
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

/** What a record says now, its later saves included. */
export function foldRecord(record: RecordDocument, edits: readonly EditDocument[], { replyTo }: Receipts): Folded {
  return fold([record, ...edits].map((document) => ({ document: { ...document }, received: replyTo(document._id)?.received_at ?? null })))
}
