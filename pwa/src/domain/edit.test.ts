import { expect, test } from 'vitest'
import { editTo, seenRecord } from './edit'
import { fold } from './fold'

const visit = {
  _id: 'visit:1', type: 'visit', v: 1, replica: 'r1', seq: 1, at: '0000000000001.0000.r1', clock: { device_at: 1, offset_ms: 0 },
  place: 'CX01-1', outcome: 'met', note: '', needs: ['repair', 'care'], photos: ['photo:1'],
}
const seen = seenRecord(fold([{ document: visit, received: null }]), [visit])

test('only what was changed is said, and every write it takes the place of is named', () => {
  expect(editTo('visit:1', seen, { outcome: 'absent', note: '', needs: ['care', 'visit'], photos: [] })).toEqual({
    type: 'edit',
    record: 'visit:1',
    set: { outcome: 'absent', 'needs+': ['visit'], 'needs-': ['repair'], 'photos-': ['photo:1'] },
    over: { outcome: ['visit:1'], needs: ['visit:1'], photos: ['visit:1'] },
  })
})

test('a form left as it was is no edit', () => {
  expect(editTo('visit:1', seen, { outcome: 'met', note: '', needs: ['care', 'repair'] })).toBeUndefined()
})

test('an emptied note is null, and a field never written takes the place of nothing', () => {
  const noted = { ...seen, fields: { ...seen.fields, note: '旧的' } }
  expect(editTo('visit:1', noted, { note: '' })).toMatchObject({ set: { note: null }, over: { note: ['visit:1'] } })
  expect(editTo('visit:1', seen, { withdrawn: true })).toEqual({ type: 'edit', record: 'visit:1', set: { withdrawn: true }, over: {} })
})

test('folded with the record it makes the record say what was wanted, contested by nobody', () => {
  const edit = editTo('visit:1', seen, { outcome: 'refused', note: '改了', needs: ['care'], photos: ['photo:1', 'photo:2'] })
  const later = { ...edit, _id: 'edit:1', type: 'edit', at: '0000000000002.0000.r1' }
  const { fields, contested } = fold([visit, later].map((document) => ({ document, received: null })))
  expect(fields).toMatchObject({ outcome: 'refused', note: '改了', needs: ['care'], photos: ['photo:1', 'photo:2'] })
  expect(contested).toEqual([])
})

test('the stamps it has to be later than are those of the writes that are current', () => {
  const stale = { ...visit, _id: 'edit:0', type: 'edit', at: '0000000000000.0000.r1', set: {}, over: {} }
  expect(seenRecord(fold([{ document: visit, received: null }]), [visit, stale]).stamps).toEqual([visit.at])
})
