import { expect, test } from 'vitest'
import type { Place } from './documents'
import { buildingsInScope, findDoors, floorsOf, spotsOf } from './places'

const building = (code: string, in_scope = true): Place => ({
  _id: `place:${code}`, type: 'place', code, kind: 'building', name: `${code.slice(5)}栋`, parent: 'CX01', in_scope,
  units: [{ code: `${code}-1`, name: '1单元', doors: [101, 102, 201, 1001].map((number) => ({ code: `${code}-1-${number}`, name: `${number}`, floor: Math.floor(number / 100) })) }],
})

test('a door is named from its building on', () => {
  expect(spotsOf([building('CX01-1')]).get('CX01-1-1-201')?.name).toBe('1栋 1单元 201')
})

test('floors stand from the top down, the tenth above the second', () => {
  const floors = floorsOf(building('CX01-1').units?.[0] ?? { code: '', name: '', doors: [] })
  expect(floors.map(({ floor, doors }) => [floor, doors.length])).toEqual([[10, 1], [2, 1], [1, 2]])
})

test('the building used last comes first, the others as people count, and none out of scope', () => {
  const all = ['CX01-10', 'CX01-2', 'CX01-1'].map((code) => building(code))
  expect(buildingsInScope([...all, building('CX01-3', false)], 'CX01-10').map((place) => place.code)).toEqual(['CX01-10', 'CX01-1', 'CX01-2'])
})

test('doors are found by any part of their number', () => {
  expect(findDoors(building('CX01-1'), '01').map(({ door }) => door.name)).toEqual(['101', '201', '1001'])
  expect(findDoors(building('CX01-1'), ' ')).toEqual([])
})
