import { describe, expect, it } from 'vitest'
import { readMembers } from '../../worker/fhir/group-member.ts'
import type { JsonObject } from '../../worker/fhir/json.ts'

const read = (member: JsonObject[string]) =>
  readMembers({ resourceType: 'Group', id: 'g', member }, 'http://127.0.0.1:8080/fhir')

describe('readMembers', () => {
  it('reads members in order of appearance, repeated ones too', () => {
    const members = read([
      { entity: { reference: 'Patient/b' } },
      { entity: { reference: 'http://127.0.0.1:8080/fhir/Group/a/_history/2' } },
      { entity: { reference: 'Patient/b' } },
    ])
    expect(members.map(({ type, id }) => `${type}/${id}`)).toEqual(['Patient/b', 'Group/a', 'Patient/b'])
  })

  it('reads whether a member is inactive, and its period as it stands', () => {
    const entity = { reference: 'Patient/1' }
    const plain = { type: 'Patient', id: '1', inactive: false, periodStart: undefined, periodEnd: undefined }
    expect(
      read([
        { entity },
        { entity, inactive: false, period: { start: '2020' } },
        { entity, inactive: true, period: { start: '2020-01-01T00:00:00+01:00', end: '2021-05' } },
        { entity, inactive: 'true', period: 'always' },
      ]),
    ).toEqual([
      plain,
      { ...plain, periodStart: '2020' },
      { ...plain, inactive: true, periodStart: '2020-01-01T00:00:00+01:00', periodEnd: '2021-05' },
      plain,
    ])
  })

  it('leaves out members that are no resources of this server', () => {
    const members = read([
      { entity: { reference: '#contained' } },
      { entity: { reference: 'http://example.org/fhir/Patient/1' } },
      { entity: { identifier: { value: '1' } } },
      { entity: 'Patient/1' },
      {},
      null,
      [{ entity: { reference: 'Patient/1' } }],
    ])
    expect(members).toEqual([])
  })

  it('finds no members in a Group that lists none', () => {
    expect(readMembers({ resourceType: 'Group' }, '')).toEqual([])
    expect(read([])).toEqual([])
    expect(read({ entity: { reference: 'Patient/1' } })).toEqual([])
  })
})
