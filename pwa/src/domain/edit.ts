/** A later save of a record: what its author changed of what was on the screen, and which writes that takes the place of (docs/protocol.md section 3, edit). */
import { canonical } from './canonical'
import type { EditBody } from './documents'
import type { Folded } from './fold'

/** The record as it stood when its form opened. `stamps`: the `at` of every write then current, which the edit has to be later than. */
export interface SeenRecord extends Pick<Folded, 'fields' | 'heads'> {
  stamps: string[]
}

const SETS: readonly string[] = ['photos', 'needs']

export function seenRecord({ fields, heads }: Folded, writes: readonly { _id: string; at: string }[]): SeenRecord {
  const current = new Set(Object.values(heads).flat())
  return { fields, heads, stamps: writes.filter((write) => current.has(write._id)).map((write) => write.at) }
}

/** The edit that makes the record `seen` say what is `wanted` in the fields named there; undefined when it says so already. */
export function editTo(record: string, seen: Pick<SeenRecord, 'fields' | 'heads'>, wanted: Readonly<Record<string, unknown>>): EditBody | undefined {
  const set: Record<string, unknown> = {}
  const over: Record<string, string[]> = {}
  for (const [field, value] of Object.entries(wanted)) {
    const changes = SETS.includes(field) ? setChanges(field, listOf(seen.fields[field]), listOf(value)) : fieldChange(field, seen.fields[field], value)
    if (!Object.keys(changes).length) continue
    Object.assign(set, changes)
    const heads = seen.heads[field]
    if (heads?.length) over[field] = heads
  }
  return Object.keys(set).length ? { type: 'edit', record, set, over } : undefined
}

function fieldChange(field: string, before: unknown, after: unknown): Record<string, unknown> {
  const [was, is] = [blankless(before), blankless(after)]
  return canonical(was) === canonical(is) ? {} : { [field]: is }
}

function setChanges(field: string, before: readonly string[], after: readonly string[]): Record<string, string[]> {
  const [added, removed] = [after.filter((one) => !before.includes(one)), before.filter((one) => !after.includes(one))]
  return { ...(added.length && { [`${field}+`]: added }), ...(removed.length && { [`${field}-`]: removed }) }
}

/** An emptied text says nothing, as one that was never there. */
function blankless(value: unknown): unknown {
  return value === undefined || value === '' ? null : value
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? (value as string[]) : []
}
