/** Where a code is: buildings carry their units and doors, so one door's name is spelled out from its building and the compound above it. */
import type { Door, Place, Unit } from './documents'

export interface Spot {
  code: string
  /** From the building on, such as "1栋 1单元 301". */
  name: string
  building: Place | undefined
}

/** Every code on this phone, doors and units included. */
export function spotsOf(places: Iterable<Place>): Map<string, Spot> {
  const spots = new Map<string, Spot>()
  for (const place of places) {
    const building = place.kind === 'building' ? place : undefined
    spots.set(place.code, { code: place.code, name: place.name, building })
    for (const unit of place.units ?? []) {
      spots.set(unit.code, { code: unit.code, name: `${place.name} ${unit.name}`, building })
      for (const door of unit.doors) spots.set(door.code, { code: door.code, name: `${place.name} ${unit.name} ${door.name}`, building })
    }
  }
  return spots
}

/** Buildings this person may write about, the one used last first, the others in the order people count them. */
export function buildingsInScope(places: Iterable<Place>, lastUsed: string): Place[] {
  return [...places]
    .filter((place) => place.kind === 'building' && place.in_scope)
    .sort((a, b) => Number(b.code === lastUsed) - Number(a.code === lastUsed) || a.code.localeCompare(b.code, 'en', { numeric: true }))
}

/** A unit's doors as they stand in the house: floors from the top down, each with its doors in order. */
export function floorsOf(unit: Unit): { floor: number; doors: Door[] }[] {
  const floors = new Map<number, Door[]>()
  for (const door of unit.doors) floors.set(door.floor, [...(floors.get(door.floor) ?? []), door])
  return [...floors].sort(([a], [b]) => b - a).map(([floor, doors]) => ({ floor, doors: doors.sort((a, b) => a.code.localeCompare(b.code, 'en', { numeric: true })) }))
}

/** Doors of a building whose number contains what was typed. */
export function findDoors(building: Place, typed: string): { unit: Unit; door: Door }[] {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return []
  return (building.units ?? []).flatMap((unit) => unit.doors.filter((door) => door.name.toLowerCase().includes(wanted)).map((door) => ({ unit, door })))
}
