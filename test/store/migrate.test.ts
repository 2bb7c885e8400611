import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createClient } from '@libsql/client'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Migration, migrations } from '../../schema/migrations/index.ts'
import { resourceTypes } from '../../worker/fhir/r4/resource-types.generated.ts'
import { createDb, type Db } from '../../worker/store/db.ts'
import { migrate, schemaVersion } from '../../worker/store/migrate.ts'
import { openDatabase } from '../../worker/store/open-database.ts'
import { prepareDatabase } from '../../worker/store/prepare-database.ts'
import { createHarness } from '../support/harness.ts'

const newest = migrations.length
let open: Db[] = []
let folder: string
let url: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-migrate-'))
  url = `file:${join(folder, 'sluice.db')}`
})
afterEach(async () => {
  for (const db of open) db.close()
  open = []
  await rm(folder, { recursive: true })
})

const connect = (at = ':memory:'): Db => {
  const db = createDb(createClient({ url: at, intMode: 'number', concurrency: 1 }))
  open.push(db)
  return db
}

const schemaOf = async (db: Db) =>
  (
    await sql<{
      name: string
      sql: string | null
    }>`select name, sql from sqlite_schema order by name`.execute(db.query)
  ).rows

const applied = async (db: Db) =>
  (
    await sql<{
      version: number
      name: string
      applied_at: number
    }>`select * from schema_migration order by version`.execute(db.query)
  ).rows

/** Migrations as a later Sluice would have them. */
const later = (...names: readonly string[]): readonly Migration[] => [
  ...migrations,
  ...names.map((name, n) => ({
    version: newest + n + 1,
    name,
    statements: [`create table ${name} (id integer primary key)`],
  })),
]

describe('Migrations', () => {
  test('are numbered from 1 without a gap, and each has a name of its own', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, n) => n + 1))
    expect(new Set(migrations.map(({ name }) => name)).size).toBe(newest)
  })

  test('make an empty database one of the newest schema', async () => {
    const db = connect()
    await migrate(db, 5_000)
    expect(await schemaVersion(db)).toBe(newest)
    expect(await applied(db)).toEqual(
      migrations.map(({ version, name }) => ({ version, name, applied_at: 5_000 })),
    )
  })

  test('leave a database alone that has the newest schema already', async () => {
    const db = connect()
    await migrate(db, 5_000)
    await sql`update store_clock set next_seq = 42`.execute(db.query)
    const before = { schema: await schemaOf(db), applied: await applied(db) }
    await migrate(db, 6_000)
    expect({ schema: await schemaOf(db), applied: await applied(db) }).toEqual(before)
    expect((await sql`select next_seq from store_clock`.execute(db.query)).rows).toMatchObject([
      { next_seq: 42 },
    ])
  })

  test('go on from any version, to the same schema', async () => {
    const whole = connect()
    await migrate(whole, 0)
    for (let version = 0; version < newest; version++) {
      const db = connect()
      await migrate(db, 0, migrations.slice(0, version))
      expect(await schemaVersion(db)).toBe(version)
      await migrate(db, 0)
      expect(await schemaOf(db)).toEqual(await schemaOf(whole))
    }
  })

  test('are whole or not at all: one that fails leaves nothing of itself', async () => {
    const db = connect()
    await migrate(db, 0)
    const before = await schemaOf(db)
    const broken: Migration = {
      version: newest + 1,
      name: 'broken',
      statements: ['create table half (id integer)', 'create table half (id integer)'],
    }
    await expect(migrate(db, 0, [...migrations, broken])).rejects.toMatchObject({ code: 'internal' })
    expect(await schemaOf(db)).toEqual(before)
    expect(await schemaVersion(db)).toBe(newest)
  })
})

describe('A schema from a later Sluice', () => {
  test('of one version ahead is accepted, and works', async () => {
    const harness = await createHarness()
    await migrate(harness.deps.db, 0, later('one_ahead'))
    await migrate(harness.deps.db, 0)
    await prepareDatabase(harness.deps.db, 0)
    expect(await schemaVersion(harness.deps.db)).toBe(newest + 1)
    await harness.put({ resourceType: 'Patient', id: 'a' })
    expect((await harness.export()).manifest.output).toHaveLength(1)
    harness.close()
  })

  test('of two versions ahead is refused in words that say what to do, and left alone', async () => {
    const db = connect()
    await migrate(db, 0, later('one_ahead', 'two_ahead'))
    const before = await schemaOf(db)
    await expect(migrate(db, 0)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(
        new RegExp(
          `^Cannot use the database: .*version ${newest + 2}.*version ${newest}; start a newer Sluice`,
        ),
      ),
    })
    await expect(prepareDatabase(db, 0)).rejects.toMatchObject({ code: 'invalid' })
    expect(await schemaOf(db)).toEqual(before)
  })
})

describe('A database file', () => {
  test('is migrated once by several who open it at the same time', async () => {
    const dbs = Array.from({ length: 4 }, () => connect(url))
    await Promise.all(dbs.map((db, n) => migrate(db, n)))
    for (const db of dbs) expect(await schemaVersion(db)).toBe(newest)
    const [first] = dbs
    expect(first && (await applied(first)).map(({ version }) => version)).toEqual(
      migrations.map(({ version }) => version),
    )
  })

  test('is prepared once by several who open it at the same time', async () => {
    open = await Promise.all([openDatabase(url, 0, 'acknowledged'), openDatabase(url, 0, 'progress')])
    for (const db of open) {
      const { rows } = await sql<{ n: number }>`select count(*) as n from resource_type`.execute(db.query)
      expect(rows[0]?.n).toBe(resourceTypes.length)
    }
  })

  test('has the type ids of the code, which a later start does not change', async () => {
    const db = await openDatabase(url, 0, 'acknowledged')
    open.push(db)
    const read = async () => (await sql`select * from resource_type order by type_id`.execute(db.query)).rows
    const before = await read()
    expect(before).toEqual(resourceTypes.map((name, n) => ({ type_id: n + 1, name })))
    await prepareDatabase(db, 0)
    expect(await read()).toEqual(before)
  })

  test('that cannot be opened is named in the refusal', async () => {
    await expect(
      openDatabase(`file:${join(folder, 'not-there', 'x.db')}`, 0, 'progress'),
    ).rejects.toMatchObject({
      code: 'database-unavailable',
      message: expect.stringContaining('not-there'),
    })
  })

  test('is never left half migrated by processes that start at the same time: who comes too soon is told to try again', async () => {
    const script = `
      import { openDatabase } from '${new URL('../../worker/store/open-database.ts', import.meta.url)}'
      import { schemaVersion } from '${new URL('../../worker/store/migrate.ts', import.meta.url)}'
      await new Promise((resolve) => setTimeout(resolve, Number(process.argv[2]) - Date.now()))
      try {
        console.log(await schemaVersion(await openDatabase(process.argv[1], 0, 'acknowledged')))
      } catch ({ code }) {
        console.log(code)
      }`
    const args = ['--input-type=module', '-e', script, url, String(Date.now() + 1_500)]
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, args)),
    )
    for (const { stdout } of runs) expect([String(newest), 'database-unavailable']).toContain(stdout.trim())

    open = [await openDatabase(url, 0, 'acknowledged')]
    const fresh = connect()
    await prepareDatabase(fresh, 0)
    for (const db of open) {
      expect((await applied(db)).map(({ version }) => version)).toEqual(
        migrations.map(({ version }) => version),
      )
      expect(await schemaOf(db)).toEqual(await schemaOf(fresh))
    }
  }, 20_000)
})
