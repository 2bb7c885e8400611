import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileUrlOfPath } from '../../worker/config/file-url.ts'
import { onDisk } from '../support/on-disk.ts'
import { ndjson, populationLines } from '../support/population.ts'
import { runCli } from '../support/run-cli.ts'
import { startServer } from '../support/server-process.ts'
import { isSqldMissing, startSqld } from '../support/sqld-server.ts'

let folder: string
let env: { readonly DATABASE_URL: string; readonly STORAGE_URL: string; readonly LOG_LEVEL: string }
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-db-'))
  env = {
    ...onDisk(folder),
    LOG_LEVEL: 'error',
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: readonly string[]) => runCli(args, env)

const load = async (...target: readonly string[]): Promise<void> => {
  const path = join(folder, 'all.ndjson')
  const group = `{"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/p1"}},{"entity":{"reference":"https://example.org/Patient/x"}}]}`
  const document = `{"resourceType":"DocumentReference","id":"d","status":"current","content":[{"attachment":{"url":"Binary/1"}},{"attachment":{"url":"Binary/2"}}]}`
  writeFileSync(path, ndjson([...populationLines(20), group, document]))
  expect((await run('load', ...target, path)).exitCode).toBe(0)
  writeFileSync(path, ndjson(populationLines(5, 2))) // second versions
  expect((await run('load', ...target, path)).exitCode).toBe(0)
}

describe('migrate', () => {
  it('makes the schema, says so, and has nothing to do the second time', async () => {
    expect(await run('migrate')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^The schema was made, at version \d+ \(store, export, population/),
    })
    expect((await run('migrate')).stdout).toMatch(
      /^The schema is at version \d+ already; nothing had to be done\n$/,
    )
  })

  it('says from which version it came', async () => {
    await run('migrate')
    const client = createClient({ url: env.DATABASE_URL })
    const { rows } = await client.execute('select max(version) as version from schema_migration')
    const newest = Number(rows[0]?.version)
    client.close()
    rmSync(join(folder, 'sluice.db'))
    await makeVersion1(env.DATABASE_URL)
    expect((await run('db', 'verify')).stderr).toContain('its schema is version 1, this Sluice knows version')
    expect((await run('migrate')).stdout).toContain(`from version 1 to ${newest} (export, population`)
    expect((await run('db', 'verify')).exitCode).toBe(0)
  })
})

const makeVersion1 = async (url: string): Promise<void> => {
  const { migrations } = await import('../../schema/migrations/index.ts')
  const client = createClient({ url })
  await client.batch(
    [
      'create table schema_migration (version integer primary key, name text not null, applied_at integer not null)',
      "insert into schema_migration values (1, 'store', 0)",
      ...(migrations[0]?.statements ?? []),
    ],
    'write',
  )
  client.close()
}

describe('db backup', () => {
  it('copies a database that nobody uses, for this user alone, and leaves nothing beside the copy', async () => {
    await load('--database', env.DATABASE_URL)
    const to = join(folder, 'backup', 'copy.db')
    expect(await run('db', 'backup', '--to', to)).toMatchObject({ exitCode: 2 }) // there is no such folder
    const near = join(folder, 'copy.db')
    expect(await run('db', 'backup', '--to', near, '--json')).toMatchObject({ exitCode: 0 })
    expect(statSync(near).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).filter((name) => name.startsWith('copy.db'))).toEqual(['copy.db'])
    expect(await run('db', 'verify', '--database', fileUrlOfPath(near))).toMatchObject({ exitCode: 0 })
    expect(await run('db', 'backup', '--to', near)).toMatchObject({
      exitCode: 2,
      stderr: `Cannot back up to "${near}": it is there already\n`,
    })
  })

  it('copies beside a server that writes, whose writes go on, and the copy is whole', async () => {
    const server = await startServer(env)
    try {
      await load('--server', server.url)
      const writing = load('--server', server.url)
      const near = join(folder, 'copy.db')
      const { exitCode, stdout, stderr } = await run('db', 'backup', '--to', near)
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(stdout).toContain('while another process was using the database')
      await writing
      expect(await run('db', 'verify', '--database', fileUrlOfPath(near))).toMatchObject({ exitCode: 0 })
      expect(await run('db', 'verify')).toMatchObject({ exitCode: 0, stderr: '' })
    } finally {
      await server.stop()
    }
  })

  it('refuses a file that is not there, and does not make it', async () => {
    expect(await run('db', 'backup', '--to', join(folder, 'copy.db'))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('there is no such file'),
    })
    expect((await run('db', 'verify')).stderr).toContain('there is no such file')
    expect(existsSync(join(folder, 'sluice.db'))).toBe(false)
  })

  it('refuses a server by name, and says what to do', async () => {
    const args = ['db', 'backup', '--database', 'http://127.0.0.1:1', '--to', join(folder, 'x')]
    expect(await run(...args)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/it is on a libSQL server; use the snapshots/),
    })
  })
})

describe('db verify', () => {
  it.each<[string, string]>([
    ['update resource_version set superseded_by = null where version_id = 1', 'superseded by the next'],
    ['update resource_version set superseded_by = 9999 where version_id = 2', 'superseded by the next'],
    ['delete from resource_version where version_id = 1', 'have numbers 1, 2, 3'],
    [
      'delete from resource_body where position = (select max(position) from resource_body)',
      'has a body of the length',
    ],
    ["update resource_body set line = line || ' '", 'has a body of the length'],
    ['insert into resource_body values (7, 1)', 'a body belongs to a version'],
    ['update resource set current_position = null', 'current_position is that of the newest'],
    ['update store_clock set next_seq = 3', 'the clock is ahead of every version'],
    ['update store_clock set floor = 0', 'whose floor is not behind'],
    ['update instant set last_seq = 1', 'lies among those of its instant'],
    ['update compartment set patient_key = 999', 'a compartment is that of a Patient'],
    ['update reference set target_key = 999', 'the target of a reference is named'],
    ['update group_member set member_key = 999', 'a member is a resource'],
    ["insert into carry values ('none', 1, 1, x'00')", 'a row of carry belongs to a job'],
  ])('finds what "%s" has done', async (statement, sentence) => {
    await load('--database', env.DATABASE_URL)
    expect(await run('db', 'verify')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('all is well'),
    })
    const client = createClient({ url: env.DATABASE_URL })
    await client.execute(statement)
    client.close()
    const { exitCode, stdout } = await run('db', 'verify')
    expect(exitCode).toBe(1)
    expect(stdout).toContain(sentence)
    expect(stdout).toContain('NOT WELL')
  })

  it('finds a damaged page, and looks no further', async () => {
    await load('--database', env.DATABASE_URL)
    const path = join(folder, 'copy.db') // all in one file
    await run('db', 'backup', '--to', path)
    writeFileSync(path, readFileSync(path).fill(0x5a, 4096 * 20, 4096 * 24))
    const { exitCode, stdout } = await run('db', 'verify', '--database', fileUrlOfPath(path))
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^damaged: .*\n(.*\n)*NOT WELL/)
  })

  it.skipIf(isSqldMissing)('looks at a database on a server, where migrate works as well', async () => {
    const sqld = await startSqld()
    try {
      const database = ['--database', sqld.url]
      expect((await run('migrate', ...database)).stdout).toContain('The schema was made')
      await load(...database)
      const { exitCode, stdout } = await run('db', 'verify', ...database, '--json')
      expect(exitCode).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ integrity: null, violations: [], rows: { resource: 128 } })
    } finally {
      await sqld.stop()
    }
  })
})
