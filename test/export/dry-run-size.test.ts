import { createClient } from '@libsql/client'
import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { typeIdOf } from '../../worker/fhir/resource-type.ts'
import type { Db } from '../../worker/store/db.ts'
import { positionOf } from '../../worker/store/position.ts'
import { readEstimate } from '../support/estimate.ts'
import { createHarness, type Harness } from '../support/harness.ts'

/** Dry runs of what is too large to be counted. Rows are written as the store has them, for loading so many would take too long. */
const [patient, observation, group, condition] = (
  ['Patient', 'Observation', 'Group', 'Condition'] as const
).map(typeIdOf)

const open: Harness[] = []
afterEach(() => {
  for (const h of open.splice(0)) h.close()
})

/** A service that counts what it asks of its database. */
const createCounting = async () => {
  const client = createClient({ url: ':memory:', intMode: 'number', concurrency: 1 })
  let calls = 0
  let statements = 0
  const counting = new Proxy(client, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: readonly unknown[]) => {
        calls++
        statements += Array.isArray(args[0]) ? args[0].length : 1
        return Reflect.apply(member, target, args)
      }
    },
  })
  const h = await createHarness({}, undefined, { client: counting, pages: 'blob' })
  open.push(h)
  const dryRun = async (path: string) => {
    const before = { calls, statements }
    const response = await h.request(`/fhir/${path}${path.includes('?') ? '&' : '?'}_dryRun=true`)
    const estimate = await readEstimate(response)
    return { ...estimate, calls: calls - before.calls, statements: statements - before.statements }
  }
  return { h, db: h.deps.db, dryRun }
}

const numbers = (count: number) =>
  sql`(with recursive n (n) as (select 1 union all select n + 1 from n where n < ${count}) select n from n)`

/** So many versions, the type of each said by `type` of `n`, from resources numbered as they are; some of them superseded. */
const addVersions = async (db: Db, count: number, type: ReturnType<typeof sql>) => {
  await sql`insert into resource (type_id, id, current_position)
    select t, 'r' || n, t * ${positionOf(1, 0)} + n from (select n, ${type} as t from ${numbers(count)})`.execute(
    db.query,
  )
  await sql`insert into resource_version (position, resource_key, version_id, last_updated, superseded_by, deleted, bytes)
    select current_position, resource_key, 1, 0, case when resource_key % 7 = 3 then resource_key + 1 end, 0, 500 + resource_key % 1000
    from resource`.execute(db.query)
  await sql`update store_clock set next_seq = ${count + 1}`.execute(db.query)
}

const within = (share: number, expected: number) => ({
  asymmetricMatch: (given: unknown) =>
    typeof given === 'number' && Math.abs(given - expected) <= share * expected,
  toString: () => `within ${share}`,
})

describe('A dry run of more than is counted', { timeout: 120_000 }, () => {
  test('at system level extrapolates what types have many rows, and says so', async () => {
    const { db, dryRun } = await createCounting()
    // Patients come with many Observations; Conditions were loaded in one go, at the end, and few in between.
    const type = sql`case when n > 700000 or n % 1000 = 0 then ${condition} when n % 50 = 0 then ${patient} else ${observation} end`
    await addVersions(db, 900_000, type)
    const { types, isExact, count, bytes, calls } = await dryRun('$export')
    const real = async (typeId: number | undefined) => {
      const { rows } = await sql<{
        count: number
        bytes: number
      }>`select count(*) as count, sum(bytes) as bytes from resource_version
        where superseded_by is null and position > ${positionOf(typeId ?? 0, 0)} and position < ${positionOf((typeId ?? 0) + 1, 0)}`.execute(
        db.query,
      )
      return rows[0] ?? { count: 0, bytes: 0 }
    }
    const [patients, observations, conditions] = [
      await real(patient),
      await real(observation),
      await real(condition),
    ]
    expect(types.Patient).toMatchObject({ count: patients.count, bytes: patients.bytes, isExact: true })
    expect(types.Observation).toEqual({
      count: within(0.03, observations.count),
      bytes: within(0.03, observations.bytes),
      isExact: false,
    })
    expect(types.Condition).toEqual({
      count: within(0.1, conditions.count),
      bytes: within(0.1, conditions.bytes),
      isExact: false,
    })
    expect(isExact).toBe(false)
    expect(count).toEqual(within(0.05, patients.count + observations.count + conditions.count))
    expect(bytes).toEqual(within(0.05, patients.bytes + observations.bytes + conditions.bytes))
    expect(calls).toBeLessThan(12)
    expect((await dryRun('$export?_type=Patient')).isExact).toBe(true)
  })

  test('of a large Group asks some of its members, also of nested groups', async () => {
    const { db, dryRun } = await createCounting()
    const patients = 30_000
    const perPatient = 4
    await addVersions(
      db,
      patients * perPatient,
      sql`case when (n - 1) % ${perPatient} = 0 then ${patient} else ${observation} end`,
    )
    await sql`update resource_version set superseded_by = null`.execute(db.query)
    await sql`insert into compartment (patient_key, position)
      select r.resource_key - (r.resource_key - 1) % ${perPatient}, r.current_position from resource r`.execute(
      db.query,
    )
    const addGroup = async (key: number, id: string) => {
      await sql`insert into resource (resource_key, type_id, id, current_position) values (${key}, ${group}, ${id}, ${positionOf(group ?? 0, key)})`.execute(
        db.query,
      )
      await sql`insert into resource_version (position, resource_key, version_id, last_updated, superseded_by, deleted, bytes)
        values (${positionOf(group ?? 0, key)}, ${key}, 1, 0, null, 0, 100)`.execute(db.query)
    }
    const addMembers = (key: number, which: ReturnType<typeof sql>) =>
      sql`insert into group_member (group_key, member_key, added_seq, ordinal, inactive)
        select ${key}, resource_key, 1, 1, resource_key % ${3 * perPatient} = 1 from resource where ${which}`.execute(
        db.query,
      )
    const [large, around] = [1_000_000, 1_000_001]
    await addGroup(large, 'large')
    await addGroup(around, 'around')
    await addMembers(large, sql`type_id = ${patient}`)
    await addMembers(around, sql`resource_key = ${large}`)
    await sql`update store_clock set next_seq = 1000010`.execute(db.query)

    const active = (patients * 2) / 3 // every third of them is inactive
    for (const id of ['large', 'around']) {
      const { types, isExact, calls, statements } = await dryRun(`Group/${id}/$export`)
      expect(isExact).toBe(false)
      expect(types.Patient?.count).toEqual(within(0.05, active))
      expect(types.Observation?.count).toEqual(within(0.05, active * (perPatient - 1)))
      expect(calls).toBeLessThan(20)
      expect(statements).toBeLessThan(100)
    }
    const { isExact, calls, types } = await dryRun('Patient/$export')
    expect(types.Patient?.count).toEqual(within(0.03, patients))
    expect(types.Observation?.count).toEqual(within(0.05, patients * (perPatient - 1)))
    expect(isExact).toBe(false)
    expect(calls).toBeLessThan(12)
  })

  test('with _since is as exact as what has changed is little', async () => {
    const { h, db, dryRun } = await createCounting()
    await addVersions(db, 500_000, sql`${observation}`)
    await sql`insert into instant (last_updated, last_seq) values (${h.clock.now()}, 500000)`.execute(
      db.query,
    )
    await sql`update store_clock set last_assigned = ${h.clock.now()}`.execute(db.query)
    h.clock.advance(1000)
    const since = new Date(h.clock.now()).toISOString()
    h.clock.advance(1000)
    await h.load(Array.from({ length: 20 }, (_, n) => ({ resourceType: 'Observation', id: `new${n}` })))
    expect((await dryRun('$export')).isExact).toBe(false)
    expect(await dryRun(`$export?_since=${since}`)).toMatchObject({ count: 20, isExact: true })
  })

  test('says how many deletions there are, about', async () => {
    const { h, db, dryRun } = await createCounting()
    await addVersions(db, 40_000, sql`${observation}`)
    await sql`update resource_version set superseded_by = position % ${positionOf(1, 0)} + 100000`.execute(
      db.query,
    )
    await sql`insert into resource_version (position, resource_key, version_id, last_updated, superseded_by, deleted, bytes)
      select position + 100000, resource_key, 2, 0, null, 1, 0 from resource_version`.execute(db.query)
    await sql`insert into instant (last_updated, last_seq) values (${h.clock.now()}, 50000)`.execute(db.query)
    await sql`update store_clock set next_seq = 140001, last_assigned = ${h.clock.now()}`.execute(db.query)
    h.clock.advance(1000)
    const since = new Date(h.clock.now()).toISOString()
    h.clock.advance(1000)
    await h.load([{ resourceType: 'Patient', id: 'p' }])
    const { deleted } = await dryRun(`$export?_since=${since}`)
    expect(deleted).toMatchObject({ count: within(0.05, 40_000), isExact: false })
  })
})
