import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readGroupAndPatients } from '../../worker/store/read-members.ts'
import type { Draft, DraftMember } from '../../worker/store/write-versions.ts'
import { del, group, openStore, patient, put, type Store, typeId } from './open-store.ts'

let store: Store
beforeEach(async () => {
  store = await openStore()
})
afterEach(() => store.client.close())

const member = (id: string, periodEnd: number | null = null): DraftMember => ({
  typeId: typeId('Patient'),
  id,
  inactive: false,
  periodStart: null,
  periodEnd,
})
/** A new version of a Group of which only this changes. */
const changing = (
  id: string,
  ended: readonly string[],
  begun: readonly DraftMember[],
  expected?: number,
): Draft => ({ ...put(group(id, []), expected), memberChange: { ended, begun } })

const intervals = () =>
  store.rows(`select g.id || '/' || m.id as who, added_seq as added, removed_seq as removed, period_end as until
    from group_member join resource g on g.resource_key = group_key join resource m on m.resource_key = member_key
    order by who, added_seq`)

describe('Changing some members of a Group', () => {
  test('ends and begins their intervals at the seq of its new version, and leaves all others', async () => {
    await store.write([patient('a'), patient('b'), patient('c')].map((each) => put(each)))
    await store.write([put(group('g', ['a', 'b'])), put(group('h', ['a']))])
    const { seq } = await store.writeOne(changing('g', ['a', 'b'], [member('b', 7), member('c')]))

    expect(seq).toBe(6)
    expect(await intervals()).toEqual([
      { who: 'g/a', added: 4, removed: 6, until: null },
      { who: 'g/b', added: 4, removed: 6, until: null },
      { who: 'g/b', added: 6, removed: null, until: 7 },
      { who: 'g/c', added: 6, removed: null, until: null },
      { who: 'h/a', added: 5, removed: null, until: null },
    ])
  })

  test('does nothing where its version is refused', async () => {
    await store.write([put(patient('a')), put(patient('b'))])
    await store.write([put(group('g', ['a']))])
    const before = await store.contents()
    expect(await store.write([changing('g', ['a'], [member('b')], 7)])).toEqual([undefined])
    expect(await store.contents()).toEqual(before)
  })

  test('works beside other drafts of one transaction, each with its own seq', async () => {
    await store.write([put(patient('a')), put(patient('b'))])
    await store.write([put(group('g', ['a'])), put(group('h', ['a'])), put(group('i', ['a']))])
    await store.write([
      put(patient('c')),
      changing('g', [], [member('b')]),
      put(group('h', ['b'])),
      del('Group/i'),
    ])
    expect(await intervals()).toEqual([
      { who: 'g/a', added: 3, removed: null, until: null },
      { who: 'g/b', added: 7, removed: null, until: null },
      { who: 'h/a', added: 4, removed: 8, until: null },
      { who: 'h/b', added: 8, removed: null, until: null },
      { who: 'i/a', added: 5, removed: 9, until: null },
    ])
  })
})

describe('Reading what patients are to a Group', () => {
  test('tells members, others, and those who are not there apart', async () => {
    await store.write([put(patient('a')), put(patient('b')), put(patient('gone'))])
    await store.write([
      put(group('g', ['a', 'gone', { entity: { reference: 'Patient/a' }, inactive: true }])),
      put(group('h', ['b'])),
    ])
    await store.write([del('Patient/gone')])
    const found = await readGroupAndPatients(store.db, 'g', ['a', 'b', 'gone', 'never'])

    const active = { isActive: true, periodStart: null, periodEnd: null }
    expect(found.group).toMatchObject({ versionId: 1, deleted: false })
    expect([...found.memberships]).toEqual([
      ['a', [active, { ...active, isActive: false }]],
      ['gone', [active]],
    ])
    expect(found.missing).toEqual(['gone', 'never'])
    expect((await readGroupAndPatients(store.db, 'none', ['a'])).group).toBeUndefined()
  })
})
