import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { positionOf } from '../../worker/store/position.ts'
import { readResource } from '../../worker/store/read-resource.ts'
import { writeVersions } from '../../worker/store/write-versions.ts'
import { del, group, observation, openStore, patient, put, type Store, typeId } from './open-store.ts'

let store: Store
beforeEach(async () => {
  store = await openStore()
})
afterEach(() => store.client.close())

const versionsOf = (id: string) =>
  store.rows(
    `select v.version_id, v.seq, v.last_updated, v.superseded_by, v.deleted, v.position
      from resource r join resource_version v on v.resource_key = r.resource_key where r.id = ? order by v.version_id`,
    id,
  )

describe('A version', () => {
  test('is the first of a resource that was not there', async () => {
    const written = await store.writeOne(put(patient('a')), 5_000)
    expect(written).toEqual({ versionId: 1, lastUpdated: 5_000, seq: 1, isCreated: true })
    expect(await versionsOf('a')).toEqual([
      {
        version_id: 1,
        seq: 1,
        last_updated: 5_000,
        superseded_by: null,
        deleted: 0,
        position: positionOf(typeId('Patient'), 1),
      },
    ])
  })

  test('supersedes the one before it, which stays as it was', async () => {
    await store.writeOne(put(patient('a', { active: true })), 5_000)
    const second = await store.writeOne(put(patient('a', { active: false })), 6_000)
    expect(second).toEqual({ versionId: 2, lastUpdated: 6_000, seq: 2, isCreated: false })
    expect(await versionsOf('a')).toMatchObject([
      { version_id: 1, seq: 1, last_updated: 5_000, superseded_by: 2, deleted: 0 },
      { version_id: 2, seq: 2, last_updated: 6_000, superseded_by: null, deleted: 0 },
    ])
    const lines = await store.column('select line from resource_body order by position')
    expect(lines.map((line) => JSON.parse(String(line)).active)).toEqual([true, false])
  })

  test('of one resource leaves those of others alone, of the same id and another type too', async () => {
    await store.write([put(patient('a')), put(observation('a')), put(patient('b'))])
    await store.writeOne(put(observation('a')))
    expect(await store.column('select superseded_by from resource_version order by seq')).toEqual([
      null,
      4,
      null,
      null,
    ])
    expect((await readResource(store.db, 'Patient', 'a'))?.versionId).toBe(1)
    expect((await readResource(store.db, 'Observation', 'a'))?.versionId).toBe(2)
  })

  test('has the same number again and again for as many writes', async () => {
    for (let n = 1; n <= 120; n++) {
      expect(await store.writeOne(put(patient('a')))).toMatchObject({ versionId: n, seq: n })
    }
    expect(await store.column('select count(*) from resource_version where superseded_by is null')).toEqual([
      1,
    ])
    // The text of the number is one, two and three digits long, and the bytes are counted with it.
    const wrong = await store.rows(
      `select * from resource_version v join resource_body b on b.position = v.position
        where v.bytes <> length(cast(b.line as blob)) + 1`,
    )
    expect(wrong).toEqual([])
  })

  test('of a batch has the seq of its place in it, and all have one lastUpdated', async () => {
    const drafts = ['c', 'a', 'b'].map((id) => put(patient(id)))
    await store.writeOne(put(patient('a')), 5_000)
    const written = await store.write(drafts, 6_000)
    expect(written).toEqual([
      { versionId: 1, lastUpdated: 6_000, seq: 2, isCreated: true },
      { versionId: 2, lastUpdated: 6_000, seq: 3, isCreated: false },
      { versionId: 1, lastUpdated: 6_000, seq: 4, isCreated: true },
    ])
  })

  test('is written by no draft at all when there is none', async () => {
    expect(await store.write([])).toEqual([])
    expect(await store.column('select next_seq from store_clock')).toEqual([1])
  })
})

describe('A batch', () => {
  test.each([1_000, 10_000])(
    'of %i drafts, as many as may be configured, is written whole',
    async (count) => {
      const drafts = Array.from({ length: count }, (_, n) => put(patient(`p${n}`)))
      const written = await store.write(drafts)
      expect(written.filter((version) => version?.isCreated)).toHaveLength(count)
      expect(await store.column('select count(*) from resource_body')).toEqual([count])
    },
  )

  test('is written whole or not at all', async () => {
    await store.writeOne(put(patient('a')))
    const before = await store.contents()
    const clock = await store.rows('select * from store_clock')
    await store.client.execute(`create trigger broken before insert on group_member
      begin select raise(abort, 'near the end of the batch'); end`)
    const drafts = [put(patient('a')), put(observation('o', 'a')), del('Patient/b'), put(group('g', ['a']))]
    await expect(store.write(drafts)).rejects.toMatchObject({ code: 'internal' })
    expect(await store.contents()).toEqual(before)
    expect(await store.rows('select * from store_clock')).toEqual(clock)
  })
})

describe('lastUpdated', () => {
  const lastUpdatedAt = async (now: number) => (await store.writeOne(put(patient('a')), now)).lastUpdated

  test('is what the clock of the writer says', async () => {
    expect(await lastUpdatedAt(5_000)).toBe(5_000)
    expect(await lastUpdatedAt(5_000)).toBe(5_000)
    expect(await lastUpdatedAt(5_001)).toBe(5_001)
  })

  test('never falls when the clock does', async () => {
    await lastUpdatedAt(5_000)
    expect(await lastUpdatedAt(4_000)).toBe(5_000)
    expect(await lastUpdatedAt(4_999)).toBe(5_000)
    expect(await lastUpdatedAt(5_001)).toBe(5_001)
  })

  test('is never below the floor that an export has raised', async () => {
    await lastUpdatedAt(5_000)
    await store.client.execute('update store_clock set floor = 5001')
    expect(await lastUpdatedAt(5_000)).toBe(5_001)
    expect(await lastUpdatedAt(4_000)).toBe(5_001)
    expect(await lastUpdatedAt(6_000)).toBe(6_000)
  })

  test('leads to the last seq of its instant, one row for each', async () => {
    await store.write([put(patient('a')), put(patient('b'))], 5_000)
    await store.writeOne(put(patient('c')), 4_000)
    await store.writeOne(put(patient('d')), 6_000)
    expect(await store.rows('select * from instant')).toEqual([
      { last_updated: 5_000, last_seq: 3 },
      { last_updated: 6_000, last_seq: 4 },
    ])
  })
})

describe('A delete', () => {
  test('is a version of its own, without a body', async () => {
    await store.writeOne(put(patient('a')), 5_000)
    const written = await store.writeOne(del('Patient/a'), 6_000)
    expect(written).toMatchObject({ versionId: 2, lastUpdated: 6_000, seq: 2 })
    expect(await versionsOf('a')).toMatchObject([
      { version_id: 1, superseded_by: 2, deleted: 0 },
      { version_id: 2, superseded_by: null, deleted: 1 },
    ])
    expect(await store.column('select bytes from resource_version where deleted = 1')).toEqual([0])
    expect(await store.column('select position from resource_body')).toEqual([
      positionOf(typeId('Patient'), 1),
    ])
    expect(await readResource(store.db, 'Patient', 'a')).toMatchObject({
      versionId: 2,
      deleted: true,
      line: '',
    })
  })

  test('adds no compartment and no reference, and takes none of the earlier version away', async () => {
    await store.writeOne(put(observation('o', 'a')))
    const before = await store.contents()
    await store.writeOne(del('Observation/o'))
    const { compartment, reference } = await store.contents()
    expect({ compartment, reference }).toEqual({
      compartment: before.compartment,
      reference: before.reference,
    })
  })

  test.each([
    ['what never was', async () => {}],
    ['what is only referred to', () => store.writeOne(put(observation('o', 'a')))],
    [
      'what is deleted already',
      async () => {
        await store.writeOne(put(patient('a')))
        await store.writeOne(del('Patient/a'))
      },
    ],
  ])('of %s writes nothing', async (_, prepare) => {
    await prepare()
    const before = await store.contents()
    expect(await store.write([del('Patient/a')])).toEqual([undefined])
    expect(await store.contents()).toEqual(before)
  })

  test('of what is not there leaves the others of its batch alone', async () => {
    await store.writeOne(put(patient('a')))
    const written = await store.write([
      put(patient('b')),
      del('Patient/x'),
      del('Patient/a'),
      put(patient('c')),
    ])
    expect(written.map((version) => version?.versionId)).toEqual([1, undefined, 2, 1])
    expect((await readResource(store.db, 'Patient', 'a'))?.deleted).toBe(true)
    expect((await readResource(store.db, 'Patient', 'c'))?.line).toContain('"id":"c"')
    expect(await readResource(store.db, 'Patient', 'x')).toBeUndefined()
  })

  test('is undone by the next version, whose number goes on', async () => {
    await store.writeOne(put(patient('a')))
    await store.writeOne(del('Patient/a'))
    expect(await store.writeOne(put(patient('a', { active: true })))).toMatchObject({
      versionId: 3,
      isCreated: true,
    })
    expect(await versionsOf('a')).toMatchObject([
      { version_id: 1, superseded_by: 2 },
      { version_id: 2, superseded_by: 3, deleted: 1 },
      { version_id: 3, superseded_by: null, deleted: 0 },
    ])
    expect(await readResource(store.db, 'Patient', 'a')).toMatchObject({ versionId: 3, deleted: false })
    expect(await store.writeOne(del('Patient/a'))).toMatchObject({ versionId: 4 })
  })
})

describe('A draft that expects a version', () => {
  /** Of each kind one, so that there is something to write in every table. */
  const whole = (expected?: number) => put({ ...group('g', ['a', 'b']), managingEntity: ref }, expected)
  const ref = { reference: 'Organization/o' }

  test('is written when that version is current', async () => {
    expect(await store.writeOne(put(patient('a'), 0))).toMatchObject({ versionId: 1 })
    expect(await store.writeOne(put(patient('a'), 1))).toMatchObject({ versionId: 2 })
    expect(await store.writeOne(del('Patient/a', 2))).toMatchObject({ versionId: 3 })
    expect(await store.writeOne(put(patient('a'), 0))).toMatchObject({ versionId: 4, isCreated: true })
  })

  test.each([
    ['there is none', async () => {}, 1],
    ['there is one and none was expected', () => store.writeOne(whole()), 0],
    [
      'it is an older one',
      async () => {
        await store.writeOne(whole())
        await store.writeOne(whole())
      },
      1,
    ],
    ['it is yet to come', () => store.writeOne(whole()), 2],
    [
      'it is that of a delete',
      async () => {
        await store.writeOne(whole())
        await store.writeOne(del('Group/g'))
      },
      2,
    ],
  ] as const)('writes nothing at all when %s', async (_, prepare, expected) => {
    await prepare()
    const before = await store.contents()
    expect(await store.write([whole(expected)])).toEqual([undefined])
    expect(await store.contents()).toEqual(before)
    expect(await store.write([put({ ...group('g', []) }, expected)])).toEqual([undefined])
    expect(await store.write([del('Group/g', expected)])).toEqual([undefined])
    expect(await store.contents()).toEqual(before)
  })

  test('is one of several that expect the same: just one of them is written', async () => {
    await store.writeOne(put(patient('a')))
    const written = await Promise.all(Array.from({ length: 10 }, () => store.write([put(patient('a'), 1)])))
    expect(written.flat().filter((version) => version !== undefined)).toMatchObject([{ versionId: 2 }])
    expect(await versionsOf('a')).toHaveLength(2)
  })

  test('and is refused leaves the others of its batch as if it were not among them', async () => {
    const other = await openStore()
    const drafts = [put(observation('x', 'a')), whole(), put(group('h', ['b'])), put(patient('a'))]
    for (const each of [store, other]) await each.writeOne(put({ ...group('g', ['a', 'c']) }))
    const written = await store.write(drafts.map((draft, n) => (n === 1 ? { ...draft, expected: 7 } : draft)))
    expect(written.map((version) => version?.versionId)).toEqual([1, undefined, 1, 1])
    // A delete of what is not there takes the same place and writes nothing for sure.
    await other.write(drafts.map((draft, n) => (n === 1 ? del('Device/none') : draft)))
    const stored = async (each: Store) =>
      each.rows(`select t.type_id, t.id, v.seq, v.version_id, v.bytes, v.superseded_by, b.line,
          (select group_concat(p.id) from compartment c join resource p on p.resource_key = c.patient_key
            where c.position = v.position) as patients,
          (select group_concat(m.id || g.added_seq || coalesce(g.removed_seq, '')) from group_member g
            join resource m on m.resource_key = g.member_key where g.group_key = v.resource_key) as members
        from resource_version v join resource t on t.resource_key = v.resource_key
        join resource_body b on b.position = v.position order by v.seq`)
    expect(await stored(store)).toEqual(await stored(other))
    other.client.close()
  })
})

describe('A writer whose clock is too far off the clock of the database', () => {
  const writeAt = (now: number, maxClockSkewMs = 30_000) =>
    writeVersions(store.db, [put(patient('a'))], { now, maxClockSkewMs })

  test.each([-3_600_000, -31_000, 31_000, 3_600_000])('by %i ms writes nothing', async (skewMs) => {
    const before = { ...(await store.contents()), clock: await store.rows('select * from store_clock') }
    await expect(writeAt(Date.now() + skewMs)).rejects.toMatchObject({
      code: 'database-unavailable',
      retryAfterSeconds: expect.any(Number),
    })
    expect({ ...(await store.contents()), clock: await store.rows('select * from store_clock') }).toEqual(
      before,
    )
    expect(await store.column('select count(*) from resource')).toEqual([0])
  })

  test.each([-20_000, 0, 20_000])('is another than one who is %i ms off, and writes', async (skewMs) => {
    const now = Date.now() + skewMs
    expect(await writeAt(now)).toEqual([{ versionId: 1, lastUpdated: now, seq: 1, isCreated: true }])
  })
})
