/** A record as a line of a list: where it was, what it says now, and what became of it. */
import type { Component } from 'vue'
import type { Outcome, RecordDocument } from '@/domain/documents'
import { t } from '@/i18n'
import { iconOf } from '@/ui/icons'
import type { Tone } from '@/ui/record-row.vue'
import { useCatalogue, useReceipts, useSaid, useSpots, useStanding } from './use-phone'
import type { Phone } from '@/sync/phone'
import { standingText, termText, toneOf } from './words'

export interface Row {
  id: string
  to: string
  icon: Component
  title: string
  /** The outcome or the category. */
  what: string
  state: string
  tone: Tone
}

export function useRecordRow(phone: Phone): (record: RecordDocument) => Row {
  const [spots, catalogue, saidOf] = [useSpots(phone), useCatalogue(phone), useSaid(phone)]
  const standing = useStanding(phone, useReceipts(phone))
  return (record) => {
    const said = saidOf(record._id).folded.fields as { place: string; outcome?: Outcome; category?: string; withdrawn?: boolean }
    const category = catalogue.value?.categories.find((one) => one.code === said.category)
    const became = standing(record)
    return {
      id: record._id,
      to: `/record/${record._id}`,
      icon: iconOf(record.type === 'visit' ? 'visit' : category?.icon),
      title: spots.value.get(said.place)?.name ?? said.place,
      what: said.outcome ? t(`outcome.${said.outcome}`) : termText(category, said.category ?? ''),
      ...(said.withdrawn && became.state !== 'waiting' ? { state: t('record.withdrawn'), tone: 'plain' } : { state: standingText(became), tone: toneOf(became.state) }),
    }
  }
}
