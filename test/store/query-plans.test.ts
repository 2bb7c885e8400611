import { type Client, createClient, type InArgs, type InStatement } from '@libsql/client'
import { beforeAll, describe, expect, test } from 'vitest'
import { runSweep } from '../../worker/export/sweep.ts'
import { runTick } from '../../worker/export/tick.ts'
import { createApp } from '../../worker/http/app.ts'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { memoryStorage } from '../../worker/storage/memory.ts'
import { prepareDatabase } from '../../worker/store/prepare-database.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createDeps, pathOf, startOfTime, streamOf } from '../support/harness.ts'
import { group, observation, patient } from './open-store.ts'

type Sent = { readonly sql: string; readonly args: InArgs }
type Plan = Sent & { readonly lines: readonly string[] }

/** A client that notes what is sent through it, each statement once. */
const listening = (client: Client, sent: Map<string, Sent>): Client => {
  const note = (statement: InStatement | [string, InArgs?]) => {
    if (typeof statement === 'string' || Array.isArray(statement)) throw new Error('cannot note a bare text')
    sent.set(statement.sql, { sql: statement.sql, args: statement.args ?? [] })
  }
  return new Proxy(client, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        const [given] = args as [InStatement | InStatement[]]
        if (name === 'execute') note(given as InStatement)
        if (name === 'batch') for (const statement of given as InStatement[]) note(statement)
        return Reflect.apply(member, target, args)
      }
    },
  })
}

/** Everything the service does in its day, and the statements it sends for it. Migrations are not among them. */
const statementsOfADay = async (client: Client): Promise<readonly Sent[]> => {
  const sent = new Map<string, Sent>()
  const clock = fakeClock(startOfTime)
  const storage = memoryStorage({ clock })
  const limits = {
    partBytes: 200,
    fileBytes: 900,
    rangeBytes: 1_000,
    pageRows: 5,
    tickRows: 8,
    sliceMs: 1e9,
    partsInFlight: 9,
  }
  const deps = createDeps(listening(client, sent), storage, clock, { ...limits, maxClockSkewMs: 1e15 })
  await prepareDatabase(createDeps(client, storage, clock, {}).db, clock.now())
  const app = createApp(deps, () => {})
  const request = async (path: string, method = 'GET', resource?: object) =>
    app.request(path, {
      method,
      headers: { host: 'localhost', prefer: 'handling=lenient', 'content-type': 'application/fhir+json' },
      ...(resource === undefined ? {} : { body: JSON.stringify(resource) }),
    })
  const kickOff = async (query: string) => {
    const response = await request(`/fhir/$export${query}`)
    return pathOf(response.headers.get('content-location') ?? '')
  }
  const tickToEnd = async () => {
    while (await runTick(deps)) clock.advance(1)
  }

  const ids = Array.from({ length: 30 }, (_, n) => `p${n}`)
  // Of a storage so slow that the lease has to be renewed.
  const slowly = async <T>(answer: Promise<T>): Promise<T> => {
    clock.advance(deps.config.limits.leaseMs / 2)
    return answer
  }
  const slow = {
    ...storage,
    put: (...call: Parameters<typeof storage.put>) => slowly(storage.put(...call)),
    uploadPart: (...call: Parameters<typeof storage.uploadPart>) => slowly(storage.uploadPart(...call)),
  }
  const resources = [
    ...ids.map((id) => patient(id)),
    ...ids.map((id) => observation(id, id)),
    group('g', ids),
  ]
  await ingestNdjson(deps, streamOf(resources.map((resource) => `${JSON.stringify(resource)}\n`).join('')))
  await request('/fhir/Group/g', 'PUT', group('g', ids.slice(5)))
  await request('/fhir/Group/g', 'DELETE')
  await request('/fhir/Patient/p1', 'PUT', patient('p1'))
  await request('/fhir/Patient/p1')
  await request('/fhir/Patient/p2', 'DELETE')
  clock.advance(1_000)
  await request('/fhir/Patient/p3', 'DELETE')
  await request('/health')

  const first = await kickOff('')
  await request(first)
  const isPlanned = async () =>
    (await client.execute(`select 1 from work_unit where kind = 'plan' and state = 'done'`)).rows.length > 0
  while (!(await isPlanned())) await runTick(deps)
  // A tick of another process, whose uploads fail: the unit is given back.
  const broken = { ...storage, uploadPart: () => Promise.reject(new Error('broken')) }
  await runTick(deps)
  await runTick({ ...deps, storage: { ...broken, put: broken.uploadPart } })
  await request(first)
  clock.advance(60_000)
  await runTick({ ...deps, storage: slow })
  await tickToEnd()
  const manifest = await (await request(first)).json()
  await request(pathOf(manifest.output[0].url))

  const since = await kickOff(`?_since=${new Date(startOfTime).toISOString()}&_until=2100&_type=Patient&x=1`)
  await tickToEnd()
  await request(since)

  // A storage that loses an upload: its file is written anew.
  storage.uploads.clear()
  const lost = await kickOff('')
  for (let ticks = 0; storage.uploads.size === 0 && ticks < 50; ticks++) await runTick(deps)
  storage.uploads.clear()
  await runTick(deps)

  // One fails, one is cancelled, all the others expire.
  const hopeless = {
    ...deps,
    config: { ...deps.config, limits: { ...deps.config.limits, retryLimit: 1 } },
    storage: { ...broken, put: broken.uploadPart, beginUpload: broken.uploadPart },
  }
  clock.advance(deps.config.limits.leaseMs)
  while (await runTick(hopeless)) clock.advance(1)
  await request(lost)
  await request(await kickOff(''), 'DELETE')
  clock.advance(2 * deps.config.limits.leaseMs)
  await runSweep(deps)
  clock.advance(deps.config.limits.retentionMs)
  await runSweep(deps)
  await runSweep(deps)
  return [...sent.values()]
}

const explain = async (client: Client, { sql, args }: Sent): Promise<Plan> => {
  const { rows } = await client.execute({ sql: `explain query plan ${sql}`, args })
  return { sql, args, lines: rows.map(({ detail }) => String(detail)) }
}

let plans: readonly Plan[]
let realTables: ReadonlySet<string>
beforeAll(async () => {
  const client = createClient({ url: ':memory:', intMode: 'number', concurrency: 1 })
  const sent = await statementsOfADay(client)
  plans = await Promise.all(sent.map((statement) => explain(client, statement)))
  const { rows } = await client.execute(`select name from sqlite_schema where type = 'table'`)
  realTables = new Set(rows.map(({ name }) => String(name)))
  client.close()
})

const plansOf = (words: string): readonly Plan[] => plans.filter(({ sql }) => sql.includes(words))

/** The tables of a statement by what its plan calls them. A CTE or a subquery is none. */
const tablesOf = (sql: string): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  const pattern =
    /\b(?:from|join|update|into)\s+"?(\w+)"?(?:\s+(?:as\s+)?"?(?!on\b|where\b|set\b|order\b|cross\b)(\w+)"?)?/gi
  for (const [, table = '', alias] of sql.matchAll(pattern)) {
    names.set(table, table)
    if (alias !== undefined) names.set(alias, table)
  }
  return names
}

/** Why a whole table may be read, by table or by what the plan says of it. */
const scansWithReason: readonly { readonly scan: RegExp; readonly reason: string }[] = [
  { scan: /^store_clock$/, reason: 'it has one row' },
  {
    scan: /^job USING (COVERING )?INDEX job_open$/,
    reason: 'jobs that run are few, and these are all in it',
  },
]

/** The scans of a plan that read a whole real table, as `table` or `table USING INDEX index`. */
const scansOf = ({ sql, lines }: Plan): readonly string[] => {
  const tables = tablesOf(sql)
  return lines.flatMap((line) => {
    const [, name = '', rest = ''] = /^SCAN (\S+)(.*)$/.exec(line) ?? []
    const table = tables.get(name) ?? ''
    return realTables.has(table) ? [`${table}${rest}`] : []
  })
}

const textOf = ({ sql, lines }: Plan): string => `${sql}\n  ${lines.join('\n  ')}`

describe('A day of the service', () => {
  test.each([
    ['the check of the clock', "unixepoch('subsec')"],
    ['the versions of a load', 'insert into resource_version'],
    ['bodies', 'insert into resource_body'],
    ['superseding', 'update resource_version set superseded_by'],
    ['compartments', 'insert into compartment'],
    ['references', 'insert into reference '],
    ['members who leave', 'update group_member set removed_seq'],
    ['members who come', 'insert into group_member'],
    ['reading a resource', '"r"."current_position"'],
    ['a kick-off', 'insert into job '],
    ['a kick-off with _since and _until', 'select last_seq from instant where last_updated <= ?'],
    ['a claim', 'set fence = fence + 1, lease_until = ?'],
    ['planning', 'count(line_bytes) as lines, coalesce(sum(line_bytes), 0) as bytes'],
    ['a page', 'group_concat(b.line'],
    ['a page of deletions', 'where deleted = 1'],
    ['a part', 'insert into file_part'],
    ['what a slice leaves', 'insert into carry'],
    ['a renewed lease', 'update work_unit set lease_until = ?\n'],
    ['a failed slice', 'last_error = ?'],
    ['a file written anew', "set state = 'writing', upload_id = null"],
    ['a failed job', 'failure = ?'],
    ['a removed job', 'update job set removed_at'],
    ['progress', 'as isPlanned'],
    ['the manifest', "f.state = 'complete'"],
    ['a file request', 'where "job_id" = ? and "name" = ?'],
    ['expiry', 'set expired_at = ?'],
    ['the sweep of leftovers', 'swept_at is null'],
    ['the end of a job row', 'delete from "job"'],
  ])('includes %s', (_, words) => {
    expect(plansOf(words)).not.toEqual([])
  })

  test('has no statement without a plan', () => {
    expect(plans.filter(({ sql, lines }) => lines.length === 0 && !/\bvalues\b/i.test(sql))).toEqual([])
  })

  test('reads no whole table but for the reasons listed here', () => {
    const without = plans.filter((plan) =>
      scansOf(plan).some((scan) => !scansWithReason.some((known) => known.scan.test(scan))),
    )
    expect(without.map(textOf)).toEqual([])
    const scans = plans.flatMap(scansOf)
    expect(scansWithReason.filter(({ scan }) => !scans.some((found) => scan.test(found)))).toEqual([])
  })

  test('sorts nothing: rows come in the order of an index', () => {
    const sorting = plans.filter(({ lines }) => lines.some((line) => line.includes('TEMP B-TREE')))
    expect(sorting.map(textOf)).toEqual([])
  })

  test('builds no index for one statement', () => {
    const building = plans.filter(({ lines }) => lines.some((line) => /AUTOMATIC|BLOOM/.test(line)))
    expect(building.map(textOf)).toEqual([])
  })
})

describe('A page', () => {
  test('is a range of the primary key, and its bodies are found by key', () => {
    const pages = plansOf('group_concat(b.line')
    expect(pages).toHaveLength(1)
    for (const { lines } of pages) {
      expect(lines.filter((line) => line.startsWith('SEARCH'))).toEqual([
        'SEARCH resource_version USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
        'SEARCH b USING INTEGER PRIMARY KEY (rowid=?)',
      ])
    }
  })

  test('of deletions is a range of the index of deletions', () => {
    const pages = plansOf('where deleted = 1')
    expect(pages).toHaveLength(1)
    for (const { lines } of pages) {
      expect(lines).toContain(
        'SEARCH resource_version USING INDEX resource_version_deleted (seq>? AND seq<?)',
      )
    }
  })

  test('is planned by a range of the primary key', () => {
    for (const { lines } of plansOf('count(line_bytes) as lines, coalesce(sum(line_bytes), 0) as bytes')) {
      expect(lines).toContain('SEARCH resource_version USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)')
    }
  })
})

describe('Units that are done', () => {
  test('are passed over by whoever looks for one that is not', () => {
    const looking = plansOf("state <> 'done'")
    expect(looking.length).toBeGreaterThanOrEqual(3)
    const others = looking.filter(
      ({ lines }) => !lines.some((line) => /^SEARCH \w+ USING (COVERING )?INDEX work_unit_open/.test(line)),
    )
    expect(others.map(textOf)).toEqual([])
  })
})
