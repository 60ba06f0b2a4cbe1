/**
 * The fold: what a record says, given every write about it (docs/protocol.md section 7, laws 1, 2, 3 and 8).
 * sync/domain/fold.py is the same rule in Python; both read tests/merge_cases/*.json.
 *
 * A register is one thing a write can set: a field (`note`), or one element of a set (`photos`, this photo), which is in or out.
 */
import { canonical, compareUtf8 } from './canonical'
import { parseStamp, type Stamp } from './clock'

export interface WriteDocument {
  _id: string
  type: string
  at: string
  [field: string]: unknown
}

export interface Contested {
  /** In a set the field ends in `+` (it said: in) or `-` (out). */
  field: string
  write: string
  value: unknown
}

export interface Folded {
  /** What the record now says; sets as sorted lists. */
  fields: Record<string, unknown>
  /** Per field, the ids of the writes an edit made now has seen as current: what goes into its `over`. */
  heads: Record<string, string[]>
  contested: Contested[]
  /** Ids of writes dated before what they claim to replace. */
  void: string[]
}

interface Write {
  id: string
  at: Stamp
  /** The earlier of `at` and the first arrival: all that can be believed of when it was written. */
  first: Stamp
  spelling: string
  sets: Map<string, { field: string; element: string | null; value: unknown }>
  over: Record<string, string[]>
}

const ENVELOPE = new Set(['_id', '_rev', '_conflicts', '_attachments', '_revisions', 'type', 'v', 'replica', 'seq', 'at', 'clock'])
const SETS = new Set(['photos', 'needs'])

/** The record. `received`: when the write first arrived at the server, in ms; null when it is still on the phone alone. */
export function fold(given: Iterable<{ document: WriteDocument; received: number | null }>): Folded {
  const writes = new Map<string, Write>()
  for (const { document, received } of given) writes.set(document._id, writeOf(document, received))
  const voided = new Set([...writes.values()].filter((write) => namesTheFuture(write, writes)).map((write) => write.id))
  const sound = [...writes.values()].filter((write) => !voided.has(write.id))

  const superseded = new Set<string>()
  for (const write of sound) {
    for (const [register, { field }] of write.sets) for (const id of write.over[field] ?? []) superseded.add(`${register}\n${id}`)
  }
  const rivals = new Map<string, Write[]>()
  for (const write of sound) {
    for (const register of write.sets.keys()) {
      if (!superseded.has(`${register}\n${write.id}`)) rivals.set(register, [...(rivals.get(register) ?? []), write])
    }
  }
  return { ...settle(rivals), void: [...voided].sort(compareUtf8) }
}

function settle(rivals: Map<string, Write[]>): Omit<Folded, 'void'> {
  const fields: Record<string, unknown> = {}
  const heads: Record<string, string[]> = {}
  const contested: Contested[] = []
  for (const [register, writes] of rivals) {
    const winner = writes.reduce((best, write) => (compareRank(write, best) > 0 ? write : best))
    const said = winner.sets.get(register)
    if (!said) continue
    heads[said.field] = [...new Set([...(heads[said.field] ?? []), ...writes.map((write) => write.id)])].sort(compareUtf8)
    if (said.element === null) fields[said.field] = said.value
    else fields[said.field] = [...((fields[said.field] as string[] | undefined) ?? []), ...(said.value ? [said.element] : [])]
    for (const write of writes) {
      const value = write.sets.get(register)?.value
      if (canonical(value) === canonical(said.value)) continue
      contested.push(
        said.element === null
          ? { field: said.field, write: write.id, value }
          : { field: said.field + (value ? '+' : '-'), write: write.id, value: said.element },
      )
    }
  }
  for (const name of SETS) if (name in fields) (fields[name] as string[]).sort(compareUtf8)
  contested.sort(
    (a, b) => compareUtf8(a.field, b.field) || compareUtf8(a.write, b.write) || compareUtf8(canonical(a.value), canonical(b.value)),
  )
  return { fields, heads, contested }
}

function writeOf(document: WriteDocument, received: number | null): Write {
  const at = parseStamp(document.at)
  const arrived = received === null ? at : { ms: received, counter: 0, replica: '' }
  const isEdit = document.type === 'edit'
  const said = isEdit ? (document.set as Record<string, unknown>) : withoutEnvelope(document)
  const sets: Write['sets'] = new Map()
  // Sorted, so that `photos-` comes after `photos+`: an element in both is out, however the JSON was ordered.
  for (const [key, value] of Object.entries(said).sort(([a], [b]) => compareUtf8(a, b))) {
    const signed = key.endsWith('+') || key.endsWith('-')
    const field = signed ? key.slice(0, -1) : key
    if (!SETS.has(field)) sets.set(key, { field: key, element: null, value })
    else for (const element of (value as string[] | null) ?? []) sets.set(`${field}\n${element}`, { field, element, value: !key.endsWith('-') })
  }
  const body = Object.fromEntries(Object.entries(document).filter(([key]) => key === '_id' || !key.startsWith('_')))
  return {
    id: document._id,
    at,
    first: compareStamps(arrived, at) < 0 ? arrived : at,
    spelling: canonical(body),
    sets,
    over: isEdit ? ((document.over as Record<string, string[]> | undefined) ?? {}) : {},
  }
}

function withoutEnvelope(document: WriteDocument): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).filter(([key]) => !ENVELOPE.has(key)))
}

function namesTheFuture(write: Write, writes: Map<string, Write>): boolean {
  return Object.values(write.over)
    .flat()
    .some((id) => {
      const named = writes.get(id)
      return named !== undefined && compareStamps(named.at, write.at) >= 0
    })
}

function compareRank(a: Write, b: Write): number {
  return compareStamps(a.first, b.first) || compareStamps(a.at, b.at) || compareUtf8(a.spelling, b.spelling)
}

function compareStamps(a: Stamp, b: Stamp): number {
  return a.ms - b.ms || a.counter - b.counter || compareUtf8(a.replica, b.replica)
}
