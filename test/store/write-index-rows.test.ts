import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { del, group, observation, openStore, patient, put, putText, type Store } from './open-store.ts'

let store: Store
beforeEach(async () => {
  store = await openStore()
})
afterEach(() => store.client.close())

/** `Type/id`, and in which version, of every row of a patient's compartment. */
const compartmentOf = (patientId: string) =>
  store.column(
    `select t.name || '/' || r.id || ' ' || v.version_id from resource p
      join compartment c on c.patient_key = p.resource_key
      join resource_version v on v.position = c.position
      join resource r on r.resource_key = v.resource_key join resource_type t on t.type_id = r.type_id
      where p.id = ? and p.type_id = (select type_id from resource_type where name = 'Patient') order by c.position`,
    patientId,
  )

const referencesFrom = (id: string) =>
  store.column(
    `select v.version_id || ' ' || p.path || ' ' || t.name || '/' || m.id from resource r
      join resource_version v on v.resource_key = r.resource_key join reference f on f.position = v.position
      join reference_path p on p.path_id = f.path_id join resource m on m.resource_key = f.target_key
      join resource_type t on t.type_id = m.type_id where r.id = ? order by v.version_id, p.path, m.id`,
    id,
  )

/** `member added..removed`, in order of member and interval, with what else is not as usual. */
const membersOf = (groupId: string) =>
  store.column(
    `select m.id || ' ' || g.added_seq || '..' || coalesce(g.removed_seq, '') || iif(g.inactive, ' inactive', '')
        || iif(g.period_start is null, '', ' from ' || g.period_start) || iif(g.period_end is null, '', ' to ' || g.period_end)
      from resource r join group_member g on g.group_key = r.resource_key
      join resource m on m.resource_key = g.member_key
      where r.id = ? order by m.id, g.added_seq, g.ordinal`,
    groupId,
  )

/** Whom the open intervals say are members at `seq`. */
const membersAt = (groupId: string, seq: number) =>
  store.column(
    `select distinct m.id from resource r join group_member g on g.group_key = r.resource_key
      join resource m on m.resource_key = g.member_key
      where r.id = ? and g.added_seq <= ? and (g.removed_seq is null or g.removed_seq > ?) order by m.id`,
    groupId,
    seq,
    seq,
  )

describe('Compartments', () => {
  test('have a row for each patient of each version', async () => {
    await store.write([put(patient('a')), put(observation('o', 'a', 'b')), put(observation('x'))])
    await store.writeOne(put(observation('o', 'b')))
    expect(await compartmentOf('a')).toEqual(['Observation/o 1', 'Patient/a 1'])
    expect(await compartmentOf('b')).toEqual(['Observation/o 1', 'Observation/o 2'])
  })

  test('of a patient who is named twice in a resource have it once', async () => {
    await store.writeOne(put(observation('o', 'a', 'a', 'a')))
    expect(await compartmentOf('a')).toEqual(['Observation/o 1'])
  })

  test('of patients who are not there are kept for when they come', async () => {
    await store.writeOne(put(observation('o', 'later')))
    await store.writeOne(put(patient('later')))
    expect(await compartmentOf('later')).toEqual(['Observation/o 1', 'Patient/later 1'])
  })

  test('are those of patients, and not of others who have the same id', async () => {
    await store.write([put({ resourceType: 'Practitioner', id: 'a' }), put(observation('o', 'a'))])
    expect(await store.column('select count(*) from compartment')).toEqual([1])
    expect(await compartmentOf('a')).toEqual(['Observation/o 1'])
  })
})

describe('References', () => {
  const encounter = (id: string, ...participants: readonly string[]) => ({
    resourceType: 'Encounter',
    id,
    participant: participants.map((name) => ({ individual: { reference: name } })),
  })

  test('have a row for each path and target of each version', async () => {
    await store.writeOne(put(encounter('e', 'Practitioner/p', 'Practitioner/q', 'Practitioner/p')))
    await store.writeOne(put(encounter('e', 'Practitioner/q')))
    expect(await referencesFrom('e')).toEqual([
      '1 participant.individual Practitioner/p',
      '1 participant.individual Practitioner/q',
      '2 participant.individual Practitioner/q',
    ])
  })

  test('may dangle: what they name has a name, and is not there', async () => {
    await store.writeOne(put(encounter('e', 'Practitioner/none')))
    expect(await referencesFrom('e')).toEqual(['1 participant.individual Practitioner/none'])
    expect(await store.rows(`select current_position from resource where id = 'none'`)).toEqual([
      { current_position: null },
    ])
    expect(await store.write([del('Practitioner/none')])).toEqual([undefined])
    expect(await store.writeOne(put({ resourceType: 'Practitioner', id: 'none' }))).toMatchObject({
      versionId: 1,
      isCreated: true,
    })
  })

  test('may name the resource itself, and others of the same batch before and after it', async () => {
    await store.write([
      put(encounter('d', 'Practitioner/p')),
      put({ ...patient('a'), link: linkTo('a', 'b') }),
    ])
    await store.write([put({ ...patient('b'), link: linkTo('a') }), put(encounter('e', 'Practitioner/p'))])
    expect(await referencesFrom('a')).toEqual(['1 link.other Patient/a', '1 link.other Patient/b'])
    expect(await referencesFrom('b')).toEqual(['1 link.other Patient/a'])
    expect(await store.column(`select count(*) from resource where id in ('a', 'b', 'p')`)).toEqual([3])
  })
  const linkTo = (...ids: readonly string[]) => ids.map((id) => ({ other: { reference: `Patient/${id}` } }))

  test.each([
    ['quotes and backslashes', ['a"b', "a'b", 'a\\b', 'a\\"b']],
    ['a NUL, where SQLite ends the text', ['a\0b', 'a\0c', 'a']],
    ['surrogates without their other half', ['\ud800', '\ud801', '\udc00']],
    ['other scripts and emoji', ['\u00e9', '\u65e5\u672c', '\u{1f468}\u200d\u{1f469}', '\u2028', '\ufeff']],
    ['no letter at all, or a dot', ['', '.', '..', 'a.b']],
  ])('stand under paths of any names: with %s', async (_, names) => {
    const members = names.map((name) => `${JSON.stringify(name)}:{"reference":"Patient/a"}`).join(',')
    await store.write([putText(`{"resourceType":"Basic","id":"b",${members}}`), put(patient('z'))])
    // As bytes, for the client ends the whole process when it reads a text that is not UTF-8.
    const paths = await store.column('select cast(path as blob) from reference_path order by path_id')
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const decoded = paths.map((path) => utf8.decode(path as ArrayBuffer))
    expect(decoded).toEqual([...new Set(names.map((name) => name.toWellFormed()))])
    expect(await store.column('select count(*) from reference')).toEqual([decoded.length])
    expect(await store.column(`select line from resource_body where line like '%"id":"b"%'`)).toEqual([
      expect.stringContaining(members),
    ])
  })
})

describe('Members of a Group', () => {
  test('are there from the version that names them', async () => {
    await store.writeOne(put(patient('a')))
    await store.writeOne(put(group('g', ['a', 'b'])))
    expect(await membersOf('g')).toEqual(['a 2..', 'b 2..'])
  })

  test('who stay keep when they were added; who leave have when they did', async () => {
    await store.writeOne(put(group('g', ['a', 'b', 'c'])))
    await store.writeOne(put(group('g', ['c', 'b', 'd'])))
    await store.writeOne(put(group('g', ['b'])))
    expect(await membersOf('g')).toEqual(['a 1..2', 'b 1..', 'c 1..3', 'd 2..3'])
    expect(await membersAt('g', 1)).toEqual(['a', 'b', 'c'])
    expect(await membersAt('g', 2)).toEqual(['b', 'c', 'd'])
    expect(await membersAt('g', 3)).toEqual(['b'])
  })

  test('who come back have another interval', async () => {
    for (const members of [['a'], [], ['a'], ['a'], []]) await store.writeOne(put(group('g', members)))
    expect(await membersOf('g')).toEqual(['a 1..2', 'a 3..5'])
  })

  test('who are named twice are members once, until no entry names them', async () => {
    await store.writeOne(put(group('g', ['a', 'a', 'b'])))
    expect(await membersAt('g', 1)).toEqual(['a', 'b'])
    await store.writeOne(put(group('g', ['a', 'b'])))
    expect(await membersAt('g', 2)).toEqual(['a', 'b'])
    await store.writeOne(put(group('g', ['b', 'a', 'a', 'a'])))
    expect(await membersAt('g', 3)).toEqual(['a', 'b'])
    await store.writeOne(put(group('g', ['b'])))
    expect(await membersAt('g', 4)).toEqual(['b'])
    expect(await membersAt('g', 3)).toEqual(['a', 'b'])
  })

  const during = (id: string, start?: string, end?: string, inactive = false) => ({
    entity: { reference: `Patient/${id}` },
    period: { ...(start && { start }), ...(end && { end }) },
    ...(inactive && { inactive }),
  })

  test('have their period and whether they are inactive, and another interval when these change', async () => {
    const [may, june] = [Date.UTC(2026, 4, 1), Date.UTC(2026, 5, 1)]
    await store.writeOne(
      put(group('g', [during('a', '2026-05-01'), during('b'), during('c', undefined, '2026-05')])),
    )
    await store.writeOne(
      put(group('g', [during('a', '2026-06-01'), during('b', undefined, undefined, true), 'd'])),
    )
    await store.writeOne(put(group('g', [during('a', '2026-06-01T00:00:00Z'), 'b', 'd'])))
    expect(await membersOf('g')).toEqual([
      `a 1..2 from ${may}`,
      `a 2.. from ${june}`,
      'b 1..2',
      'b 2..3 inactive',
      'b 3..',
      `c 1..2 to ${june - 1}`,
      'd 2..',
    ])
  })

  test('may be in it for several periods at once', async () => {
    const twice = [during('a', '2020', '2021'), during('a', '2024')]
    await store.writeOne(put(group('g', twice)))
    await store.writeOne(put(group('g', [...twice].reverse())))
    expect(await membersOf('g')).toHaveLength(2)
    await store.writeOne(put(group('g', [during('a', '2024')])))
    const [first, second] = await membersOf('g')
    expect([first, second]).toEqual([
      `a 1..3 from ${Date.UTC(2020, 0, 1)} to ${Date.UTC(2022, 0, 1) - 1}`,
      `a 1.. from ${Date.UTC(2024, 0, 1)}`,
    ])
  })

  test('at the very beginning of time are not mistaken for such without a period', async () => {
    await store.writeOne(put(group('g', [during('a', '1970')])))
    await store.writeOne(put(group('g', [during('a')])))
    expect(await membersOf('g')).toEqual(['a 1..2 from 0', 'a 2..'])
  })

  test('all leave when the Group is deleted, and are new when it comes back', async () => {
    await store.writeOne(put(group('g', ['a', 'b'])))
    await store.writeOne(del('Group/g'))
    expect(await membersOf('g')).toEqual(['a 1..2', 'b 1..2'])
    await store.writeOne(put(group('g', ['b'])))
    expect(await membersOf('g')).toEqual(['a 1..2', 'b 1..2', 'b 3..'])
  })

  test('all leave when the last one does', async () => {
    await store.writeOne(put(group('g', ['a'])))
    await store.writeOne(put({ resourceType: 'Group', id: 'g' }))
    expect(await membersOf('g')).toEqual(['a 1..2'])
    expect(await membersAt('g', 2)).toEqual([])
  })

  test('of Groups in one batch are kept apart, whatever happens to each', async () => {
    await store.write(['g', 'h', 'i', 'j'].map((id) => put(group(id, ['a', 'b']))))
    await store.write([
      put(patient('a')),
      put(group('h', ['b', 'c'])),
      del('Group/i'),
      put(group('g', ['a', 'b'])),
      put(group('k', ['a'])),
      put(group('j', [])),
    ])
    expect(await membersOf('g')).toEqual(['a 1..', 'b 1..'])
    expect(await membersOf('h')).toEqual(['a 2..6', 'b 2..', 'c 6..'])
    expect(await membersOf('i')).toEqual(['a 3..7', 'b 3..7'])
    expect(await membersOf('j')).toEqual(['a 4..10', 'b 4..10'])
    expect(await membersOf('k')).toEqual(['a 9..'])
  })

  test('are those that the Group had before when its new version is refused', async () => {
    await store.writeOne(put(group('g', ['a'])))
    await store.write([put(group('g', ['b']), 9), put(group('h', ['b']))])
    expect(await membersOf('g')).toEqual(['a 1..'])
    expect(await membersOf('h')).toEqual(['b 3..'])
  })

  test("of any type have a row, and those of other servers one for all of them, which is nobody's", async () => {
    await store.writeOne(
      put(
        group('g', [
          { entity: { reference: 'Device/a' } },
          { entity: { reference: 'Group/h' } },
          { entity: { reference: 'https://elsewhere.example/Patient/b' } },
          { entity: { display: 'nobody' } },
        ]),
      ),
    )
    expect(await membersOf('g')).toEqual([' 1..', 'a 1..', 'h 1..'])
  })

  test('are written and rewritten in time linear in their number', { timeout: 60_000 }, async () => {
    /** Milliseconds to write a Group, to write it again with half of its members changed and then all of them, and to delete it. */
    const timeOf = async (id: string, size: number) => {
      const members = Array.from({ length: size }, (_, n) => `m${n}`)
      const half = members.map((member, n) => (n % 2 === 0 ? `${member}x` : member))
      const others = members.map((member) => `${member}y`)
      const drafts = [group(id, members), group(id, half), group(id, others)].map((each) => put(each))
      const begun = performance.now()
      for (const draft of [...drafts, del(`Group/${id}`)]) await store.writeOne(draft)
      return performance.now() - begun
    }
    const small = Math.min(await timeOf('s1', 1_000), await timeOf('s2', 1_000), await timeOf('s3', 1_000))
    const large = await timeOf('large', 20_000)
    expect(await store.column('select count(*) from group_member')).toEqual([2_500 * 3 + 50_000])
    // Twenty times as many; a step that compares each with each would make it four hundred.
    expect(large / small).toBeLessThan(100)
  })
})
