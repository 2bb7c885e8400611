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
import { clientWith } from '../support/principals.ts'
import { group, observation, patient } from './open-store.ts'

const provenance = (id: string, reference: string) => ({
  resourceType: 'Provenance',
  id,
  target: [{ reference }],
})

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

/** Filters of the audit, and the index that each is looked up by. */
const auditFilters = [
  ['actor=a', 'audit_event_by_actor (actor_id=? AND recorded_at>? AND recorded_at<?)'],
  ['action=export.end', 'audit_event_by_action (action=? AND recorded_at>? AND recorded_at<?)'],
  ['outcome=refused', 'audit_event_by_outcome (outcome=? AND recorded_at>? AND recorded_at<?)'],
  ['outcome=success&from=2020', 'audit_event_by_time (recorded_at>? AND recorded_at<?)'],
  ['job=j', 'audit_event_by_job (job_id=? AND recorded_at>? AND recorded_at<?)'],
  ['target=t', 'audit_event_by_target (target=? AND recorded_at>? AND recorded_at<?)'],
  ['source=s', 'audit_event_by_source (source=? AND recorded_at>? AND recorded_at<?)'],
] as const

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
  const json = { 'content-type': 'application/fhir+json' }
  const request = async (path: string, method = 'GET', resource?: object, headers: object = {}) =>
    app.request(path, {
      method,
      headers: { host: 'localhost', prefer: 'handling=lenient', ...json, ...headers },
      ...(resource === undefined ? {} : { body: JSON.stringify(resource) }),
    })
  const kickOff = async (query: string, level = '', body?: object) => {
    const method = body === undefined ? 'GET' : 'POST'
    const response = await request(`/fhir${level}/$export${query}`, method, body)
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
    // More of one patient than a file holds.
    ...ids.slice(0, 9).map((id) => observation(`p6-${id}`, 'p6')),
    group('g', ids),
    group('cohort', ['p3', 'p5', 'p6', 'p7', { entity: { reference: 'Group/nested' } }]),
    group('nested', ['p8', 'p9']),
    ...ids.map((id) => provenance(id, `Observation/${id}`)),
    // More of one resource than is looked at at once.
    ...ids.map((id) => provenance(`again-${id}`, 'Observation/p8')),
    ...ids.map((id) => ({
      resourceType: 'Location',
      id,
      managingOrganization: { reference: 'Organization/of-locations' },
    })),
    {
      ...observation('referring', 'p8'),
      device: { reference: 'Device/d' },
      performer: [{ reference: 'Organization/o' }],
    },
    { resourceType: 'Organization', id: 'o', partOf: { reference: 'Organization/parent' } },
    { resourceType: 'Organization', id: 'parent' },
    { resourceType: 'Organization', id: 'of-locations' },
    { resourceType: 'Device', id: 'd', patient: { reference: 'Patient/p8' } },
  ]
  await ingestNdjson(deps, streamOf(resources.map((resource) => `${JSON.stringify(resource)}\n`).join('')))
  await request('/fhir/Group/g', 'PUT', group('g', ids.slice(5)))
  const members = ids.slice(0, 7).map((id) => ({
    name: 'patientReference',
    valueReference: { reference: `Patient/${id}` },
  }))
  const parameters = { resourceType: 'Parameters', parameter: members }
  await request('/fhir/Group/g/$member-remove', 'POST', parameters)
  await request('/fhir/Group/g/$member-add', 'POST', parameters)
  await request('/fhir/Group/g', 'DELETE')
  await request('/fhir/Patient/p1', 'PUT', patient('p1'))
  await request('/fhir/Patient/p1')
  await request('/fhir/Patient/p1/_history/1')
  await request('/fhir/Patient/p1/_history?_count=1')
  await request('/fhir/Patient/p2', 'DELETE')
  clock.advance(1_000)
  await request('/fhir/Patient/p3', 'DELETE')
  await request('/health')
  const entry = [
    { resource: patient('p4'), request: { method: 'PUT', url: 'Patient/p4', ifMatch: 'W/"1"' } },
    { request: { method: 'GET', url: 'Patient/p5' } },
    { request: { method: 'GET', url: 'Patient/p4/_history/1' } },
  ]
  for (const type of ['transaction', 'batch'])
    await request('/fhir', 'POST', { resourceType: 'Bundle', type, entry })

  const first = await kickOff('')
  await request(first)
  await request('/admin/api/jobs?count=1')
  await request('/admin/api/jobs?state=in-progress')
  await request('/admin/api/jobs?client=c&createdAfter=2020&createdBefore=2030')
  await request('/admin/api/jobs?level=group&group=g&type=Patient&text=x')
  await request('/admin/api/jobs?state=failed&level=group')
  const details = first.replace('/fhir/$export-status', '/admin/api/jobs')
  await request(details)
  for (const part of ['units', 'slices', 'files', 'problems']) await request(`${details}/${part}?count=2`)
  for (const query of ['', ...auditFilters.map(([filter]) => `?${filter}`)])
    await request(`/admin/api/audit${query}`)
  await request('/admin/api/audit/export')
  await request('/admin/api/resource-counts')
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

  // A manifest in pages: one while the job runs, and all the others.
  const paged = await kickOff('?allowPartialManifests=true')
  while (!(await request(paged)).headers.has('content-type')) await runTick(deps)
  await tickToEnd()
  for (const page of [2, 3, 4]) await request(`${paged}?page=${page}`)

  const since = await kickOff(`?_since=${new Date(startOfTime).toISOString()}&_until=2100&_type=Patient&x=1`)
  await tickToEnd()
  await request(since)

  // The other levels: everybody, those listed, a Group, and who has come since.
  await request('/fhir/Patient/p3', 'PUT', patient('p3'))
  await request('/fhir/Observation/p5', 'DELETE')
  await request('/fhir/Group/nested', 'PUT', group('nested', ['p8', 'p9', 'p10', 'p11']))
  const listed = {
    resourceType: 'Parameters',
    parameter: ['p6', 'p8', 'p9'].map((id) => ({
      name: 'patient',
      valueReference: { reference: `Patient/${id}` },
    })),
  }
  const ever = '?_since=2020'
  for (const query of [
    '',
    manifest.transactionTime,
    `${manifest.transactionTime}&_type=Group,Observation,Patient`,
  ])
    for (const level of ['/Patient', '/Group/cohort'])
      for (const body of [undefined, listed])
        for (const organized of ['', '&organizeOutputBy=Patient'])
          await kickOff(`${query === '' ? ever : `?_since=${query}`}${organized}`, level, body)
  for (const organized of ['', '?organizeOutputBy=Patient']) await kickOff(organized, '/Patient')
  await tickToEnd()
  for (const level of ['', '/Patient', '/Group/cohort'])
    for (const query of ['_type=Patient,Group', ever.slice(1)])
      await request(`/fhir${level}/$export?_dryRun=true&${query}`)
  for (let times = 0; times < 2; times++)
    await request(`/fhir/$export?_since=job:${first.split('/').at(-1)}`, 'GET', undefined, {
      'idempotency-key': 'k',
    })
  await tickToEnd()

  const values = ['LatestProvenanceResources', 'RelevantProvenanceResources', '_history,_deleted']
  for (const since of ['', `&_since=${manifest.transactionTime}`])
    for (const level of ['', '/Patient', '/Group/cohort'])
      for (const value of values) await kickOff(`?includeAssociatedData=${value}${since}`, level)
  for (const level of ['/Patient', '/Group/cohort'])
    await kickOff('?_type=Provenance,Observation,Organization', level)
  await tickToEnd()
  // So little has changed for so many that the way begins with Provenance.
  await request('/fhir/Provenance/p9', 'PUT', provenance('p9', 'Observation/p9'))
  const { transactionTime } = await (await request(since)).json()
  await kickOff(`?_since=${transactionTime}`, '/Group/cohort')
  await tickToEnd()

  // A client that may not read everybody, and its list.
  const bound = createApp(
    deps,
    () => {},
    undefined,
    async () => clientWith('system/Patient.rs?_id=p6,p8'),
  )
  const accepted = await bound.request('/fhir/Patient/$export', {
    method: 'POST',
    headers: { host: 'localhost', ...json },
    body: JSON.stringify({ ...listed, parameter: listed.parameter.slice(0, 2) }),
  })
  await bound.request('/fhir/$export-status', { headers: { host: 'localhost' } })
  await request(pathOf(accepted.headers.get('content-location') ?? ''), 'DELETE')

  // Of one resource nothing is left but its name.
  await client.execute(
    `delete from resource_body where position = (select current_position from resource where id = 'p20' limit 1)`,
  )
  const troubled = await kickOff('')
  await tickToEnd()
  await request(troubled)

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
  for (const [step, body] of [['extend', { seconds: 60 }], ['retry'], ['run-again'], ['cancel']] as const)
    await request(`${lost.replace('/fhir/$export-status', '/admin/api/jobs')}/${step}`, 'POST', body)
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
}, 60_000)

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

/** A dry run brings its population along, under the names of the tables that a job would have it in. */
const bringsPopulation = ({ sql }: Plan): boolean => sql.includes('with job_patient (')

/** The scans of a plan that read a whole real table, as `table` or `table USING INDEX index`. */
const scansOf = (plan: Plan): readonly string[] => {
  const tables = tablesOf(plan.sql)
  return plan.lines.flatMap((line) => {
    const [, name = '', rest = ''] = /^SCAN (\S+)(.*)$/.exec(line) ?? []
    const table = tables.get(name) ?? ''
    const isBrought = bringsPopulation(plan) && /^job_(patient|member|group)$/.test(table)
    return realTables.has(table) && !isBrought ? [`${table}${rest}`] : []
  })
}

/** What a plan looks up in real tables, and by which columns. */
const searchesOf = ({ sql, lines }: Plan): readonly { readonly table: string; readonly by: string }[] => {
  const tables = tablesOf(sql)
  return lines.flatMap((line) => {
    const [, name = '', by = ''] = /^SEARCH (\S+) USING .*?(\(.*\))/.exec(line) ?? []
    const table = tables.get(name) ?? ''
    return realTables.has(table) ? [{ table, by }] : []
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
    ['what patients are to a Group', 'as isThere'],
    ['reading a resource', '"r"."current_position"'],
    ['reading a version', '"v"."resource_key" = "r"."resource_key"'],
    ['a page of a history', 'order by version_id desc limit ?'],
    ['the length of a history', 'count(*) as total, exists'],
    ['what a transaction expects', 'not-expected'],
    ['what a transaction reads', 'as i, v.position'],
    ['the lines it reads', '"position" in'],
    ['a kick-off', 'insert into job '],
    ['a kick-off with _since and _until', 'select last_seq from instant where last_updated <= ?'],
    ['a claim', 'set fence = fence + 1, lease_until = ?'],
    ['planning', 'count(line_bytes) as lines, coalesce(sum(line_bytes), 0) as bytes'],
    [
      'a page',
      'from resource_version v where v.position > ? and v.position <= ? order by v.position limit ?)',
    ],
    ['a page of deletions', 'where deleted = 1'],
    ['the Group of a kick-off', 'select r.resource_key as key from resource r'],
    ['the patients of a kick-off', 'select r.id, r.resource_key as key'],
    ['patients who are members', 'with recursive g (key) as materialized (select ?)'],
    ['patients who are members of nested groups', 'as materialized (select ? union'],
    [
      'the first group of a population',
      'insert into job_group (job_id, group_key, added_seq, member_after, is_done)\n    select ?, ?, 0',
    ],
    ['the next group of a population', 'from job_group where job_id = ? and is_done = 0'],
    ['members', 'max(member_key) as last'],
    ['members who are listed', 'e.member_key in (select value from json_each(?))'],
    [
      'groups that are nested',
      'where r.type_id = ? and exists (select 1 from resource_version l where l.resource_key = e.member_key',
    ],
    ['patients who are listed', 'select ?, value, 0 from json_each(?)'],
    ['patients who have come', 'select ?, n.resource_key, ? from'],
    ['the numbers of patients', 'insert into job_patient'],
    ['counting patients', 'select max(ordinal) as n'],
    ['counting walks', 'select t.value as typeId'],
    ['a page of a walk', 'from job_patient p\n    cross join compartment c'],
    ['all patients', 'and true and exists (select 1 from work_unit'],
    ['counting blocks', 'from piece group by ordinal'],
    ['the lines of a block', 'select row_number as row'],
    ['what blocks came to', 'set block_lines = excluded.block_lines'],
    ['a page of blocks', 'coalesce(s.header'],
    ['the header of a block that goes on', 'select r.id from job_patient p'],
    ['types that patients may have something of', 'select min(p.after_seq)'],
    ['Provenance of what is exported', 'pair as materialized'],
    ['the latest Provenance', "->> 'recorded'"],
    ['how much Provenance has changed', 'select count(*) as n from (select 1 from resource_version'],
    ['Provenance that has changed', 'json_group_array(position) from page'],
    ['what is referred to', 'from resource k'],
    ['what everybody refers to', 'judged as materialized'],
    ['who else refers to it', 'from reference where target_key = ?'],
    ['taking what is found', 'insert into job_extra'],
    ['the first of it', 'select position from job_extra'],
    ['planning it', 'from (select x.position, v.bytes from job_extra x'],
    ['a page of it', 'select x.position as row_number, x.position, v.marked'],
    ['the end of a population', 'delete from "job_patient"'],
    ['the end of what came with it', 'delete from "job_extra"'],
    ['a part', 'insert into file_part'],
    ['what a slice leaves', 'insert into carry'],
    ['a problem', 'insert into job_problem'],
    ['what a resource with a problem is called', 'v.version_id as versionId'],
    ['a page of problems', 'from job_problem\n          where'],
    ['whether there are too many', 'max(lines_done, lines_total)'],
    ['a renewed lease', 'update work_unit set lease_until = ?\n'],
    ['a failed slice', 'last_error = ?'],
    ['a file written anew', "set state = 'writing', upload_id = null"],
    ['a failed job', 'failure = ?'],
    ['a removed job', 'update job set removed_at'],
    ['progress', 'as isPlanned'],
    ['the manifest', "f.state = 'complete'"],
    ['a page of it', 'f.page = ?'],
    ['how many pages there are', 'as hasMore'],
    ['the last of them', 'set last_page = ?'],
    ['what is put on a page', 'update export_file set page = ?'],
    ['a list of jobs', 'order by created_at desc'],
    ['the job of a key', 'request_hash as requestHash'],
    ['a key that is free again', 'expired_at is null and expires_at <= ?'],
    ['the snapshot of a dry run', 'c.next_seq - 1 as asOf'],
    ['the types of a dry run', 'order by position desc limit 1) as end'],
    ['what it counts', 'select json_array(count(*), max(position), count(line_bytes)'],
    ['whom it asks', 'as members'],
    ['what they have', 'max(row_number) as last'],
    ['deletions it counts', 'count(case when (s.superseded_by'],
    ['how fast exports are', 'ended_at - created_at as ms'],
    ['a list of jobs in one state', 'from job where state = ?'],
    ['a list of the jobs of one client', 'from job where client_id = ?'],
    ['the patients that a client may read', 'from json_each(?) k\n    cross join resource r'],
    ['a job for the dashboard', 'as counts from job where job_id'],
    ['its types', "state = 'done' as isDone"],
    ['what of it rests', 'attempts > 0'],
    ['what its files are together', 'count(*) as files'],
    ['resources by type', 'count(case when deleted = 0 and superseded_by is null'],
    ['a file request', 'where f.job_id = ? and f.name = ?'],
    ['expiry', 'set expired_at = ?'],
    ['the sweep of leftovers', 'swept_at is null'],
    ['the end of a job row', 'delete from "job"'],
    ['an audit row', 'insert into audit_event'],
    ['the audit of what expires', "'export.expire'"],
    ['a search of the audit', 'order by recorded_at desc'],
    ['an export of the audit', 'order by recorded_at, event_id'],
    ['where it ends', 'max(event_id)'],
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

  test('sorts nothing but for the reasons given here: rows come in the order of an index', () => {
    const isSorting = ({ lines }: Plan) => lines.some((line) => line.includes('TEMP B-TREE'))
    const reasons = [
      // It numbers some thousand patients at once, and no order but one that is asked for is promised.
      ({ sql }: Plan) => sql.startsWith('insert into job_patient') && sql.includes('row_number()'),
      // What a dry run brings has none either.
      bringsPopulation,
      // It adds up some thousand rows by patient. They come in this order, which SQLite does not see behind their limit.
      ({ sql }: Plan) => sql.includes('from piece group by ordinal'),
    ]
    const sorting = plans.filter(isSorting)
    const without = sorting.filter((plan) => !reasons.some((isWithReason) => isWithReason(plan)))
    expect(without.map(textOf)).toEqual([])
    expect(reasons.filter((isWithReason) => !sorting.some(isWithReason))).toEqual([])
  })

  test('asks clinical tables by keys and ranges of them, or for all of one resource or one group', () => {
    const tables = [
      'compartment',
      'group_member',
      'resource',
      'resource_version',
      'resource_body',
      'reference',
    ]
    const byOne = plans.flatMap((plan) =>
      searchesOf(plan).filter(({ table, by }) => tables.includes(table) && /^\(\w+=\?\)$/.test(by)),
    )
    expect([...new Set(byOne.map(({ table, by }) => `${table} ${by}`))].sort()).toEqual([
      'compartment (position=?)',
      'group_member (group_key=?)',
      'reference (position=?)', // all that a version refers to
      'reference (target_key=?)', // with a limit: some of what refers to a resource
      'resource (rowid=?)',
      'resource_body (rowid=?)',
      'resource_version (resource_key=?)',
      'resource_version (rowid=?)',
    ])
  })

  test('builds no index for one statement, but of what a dry run brings', () => {
    const built = plans.flatMap((plan) =>
      plan.lines.filter((line) => /AUTOMATIC/.test(line)).map((line) => ({ plan, line })),
    )
    expect(built.filter(({ plan }) => !bringsPopulation(plan)).map(({ plan }) => textOf(plan))).toEqual([])
    // What a dry run brings is looked up by patient, or it would be read for every row.
    const byPatient = /\(job_id=\? AND (patient_key|group_key)=\?\)/
    expect(built.filter(({ line }) => !byPatient.test(line)).map(({ line }) => line)).toEqual([])
    expect(built.length).toBeGreaterThan(0)
  })
})

describe('The audit', () => {
  test.each(auditFilters)('is searched with %s by an index, in its order', (filter, index) => {
    const words = filter === 'outcome=success&from=2020' ? 'audit_event_by_time' : (index.split(' ')[0] ?? '')
    const searches = plansOf(words).filter(({ sql }) => sql.includes('order by recorded_at desc'))
    expect(searches).not.toEqual([])
    for (const { lines } of searches) expect(lines).toEqual([expect.stringContaining(`USING INDEX ${index}`)])
  })

  test('is exported page by page, by time', () => {
    const [plan, ...others] = plansOf('order by recorded_at, event_id')
    expect(others).toEqual([])
    expect(plan?.lines).toEqual([
      'SEARCH audit_event USING INDEX audit_event_by_time (recorded_at>? AND recorded_at<?)',
    ])
  })
})

describe('Changing some members of a Group', () => {
  test.each([
    ['reads', 'as isThere', 'SEARCH x USING PRIMARY KEY (group_key=? AND member_key=?)'],
    [
      'ends',
      'where group_key in (select resource_key from resource_version where position',
      'SEARCH group_member USING PRIMARY KEY (group_key=? AND member_key=?)',
    ],
  ])('%s their rows by key, however many others there are', (_, words, search) => {
    const [plan, ...others] = plansOf(words)
    expect(others).toEqual([])
    expect(plan?.lines.map((line) => line.replace(/ LEFT-JOIN$/, ''))).toContain(search)
  })
})

describe('A list of jobs', () => {
  test.each([
    ['all', 'from job where true', 'and true\n', 'job_listed ((created_at,job_id)<(?,?))'],
    [
      'one state',
      'from job where state = ?',
      'and true\n',
      'job_listed_by_state (state=? AND (created_at,job_id)<(?,?))',
    ],
    [
      'one client',
      'from job where client_id = ? and removed_at',
      'and true\n',
      'job_by_client (client_id=? AND (created_at,job_id)<(?,?))',
    ],
    [
      'a client since an instant',
      'from job where client_id = ? and created_at >= ?',
      'and true\n',
      'job_by_client (client_id=? AND created_at>? AND (created_at,job_id)<(?,?))',
    ],
    [
      'what no index finds',
      'from job where true',
      'and level = ? and parameters',
      'job_listed ((created_at,job_id)<(?,?))',
    ],
    [
      'what no index finds in one state',
      'from job where state = ?',
      'and level = ?\n',
      'job_listed_by_state (state=? AND (created_at,job_id)<(?,?))',
    ],
  ])('of %s goes on where the page before ended, by an index', (_, range, filter, search) => {
    const [plan, ...others] = plansOf(range).filter(
      ({ sql }) => sql.includes(filter) && sql.includes('order by created_at') && !sql.includes('scanned'),
    )
    expect(others).toEqual([])
    expect(plan?.lines).toContain(`SEARCH job USING INDEX ${search}`)
  })

  test('looks for what no index finds in a part of it only', () => {
    const scans = plansOf('select created_at, job_id from job where')
    expect(scans.length).toBe(2)
    for (const { lines, sql } of scans) {
      expect(sql).toContain('order by created_at desc, job_id desc limit ?')
      expect(
        lines.filter((line) => /^SEARCH job USING INDEX job_listed(_by_state)? /.test(line)),
      ).toHaveLength(1)
    }
  })

  test('counts resources by ranges of the primary key', () => {
    const [plan] = plansOf('count(case when deleted = 0 and superseded_by is null')
    expect(plan?.lines).toContain('SEARCH resource_version USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)')
  })
})

/** The tables that a plan looks up outside of subqueries to make the rows of a CTE, in the order of its loops. */
const loopsOf = ({ lines }: Plan, rows = 'scanned'): readonly string[] => {
  const start = lines.indexOf(`MATERIALIZE ${rows}`) + 1
  const end = lines.findIndex((line, at) => at >= start && !line.startsWith('SEARCH'))
  return lines.slice(start, end)
}
const body = 'SEARCH b USING INTEGER PRIMARY KEY (rowid=?)'

describe('A page', () => {
  test('is a range of the primary key, and its bodies are found by key', () => {
    const pages = plansOf(
      'from resource_version v where v.position > ? and v.position <= ? order by v.position',
    ).filter(({ sql }) => sql.includes('scanned'))
    // Of all, of what belongs to patients, of patients, and of Provenance of what does; each also with `_history`.
    expect(pages).toHaveLength(8)
    for (const plan of pages) {
      expect(loopsOf(plan)).toEqual(['SEARCH v USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'])
      expect(plan.lines).toContain(body)
    }
  })

  test('of a walk is a range of patients, of each a range of the type, in this order', () => {
    const pages = plansOf('order by p.ordinal, c.position limit').filter((plan) => !bringsPopulation(plan))
    expect(pages.length).toBeGreaterThanOrEqual(4)
    for (const plan of pages) {
      // Of lines; or of sources, from which a plan goes on.
      expect(loopsOf(plan, plan.sql.includes('scanned') ? 'scanned' : 'page')).toEqual([
        'SEARCH p USING PRIMARY KEY (job_id=? AND ordinal>? AND ordinal<?)',
        'SEARCH c USING PRIMARY KEY (patient_key=? AND position>? AND position<?)',
        'SEARCH v USING INTEGER PRIMARY KEY (rowid=?)',
      ])
      if (plan.sql.includes('scanned')) expect(plan.lines).toContain(body)
    }
  })

  test.each([
    ['of blocks', 'coalesce(s.header'],
    ['of blocks to be measured', 'from piece group by ordinal'],
    ['of a block to be cut', 'select row_number as row'],
  ])(
    '%s is a range of patients, of each a range of each type, and what these give is merged as it comes',
    (_, words) => {
      const pages = plansOf(words)
      expect(pages).not.toEqual([])
      for (const plan of pages) {
        const lines = plan.lines.filter((line) => !line.startsWith('USE TEMP B-TREE FOR GROUP BY'))
        const merge = lines.slice(lines.indexOf('MERGE (UNION ALL)'))
        expect(merge).toEqual(
          expect.arrayContaining([
            'MERGE (UNION ALL)',
            'SEARCH p USING PRIMARY KEY (job_id=? AND ordinal>? AND ordinal<?)',
            'SEARCH t USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
            'SEARCH c USING PRIMARY KEY (patient_key=? AND position>? AND position<?)',
            'SEARCH x USING PRIMARY KEY (job_id=? AND ordinal=? AND position>? AND position<?)',
            'SEARCH v USING INTEGER PRIMARY KEY (rowid=?)',
          ]),
        )
        expect(merge.filter((line) => line.startsWith('SEARCH p ')).length).toBeGreaterThanOrEqual(2)
      }
    },
  )

  test('of what comes with a population is a range of its own table', () => {
    const [page, ...others] = plansOf('select x.position as row_number, x.position, v.marked')
    expect(others).toEqual([])
    expect(page && loopsOf(page)).toEqual([
      'SEARCH x USING PRIMARY KEY (job_id=? AND ordinal=? AND position>? AND position<?)',
      'SEARCH v USING INTEGER PRIMARY KEY (rowid=?)',
    ])
    expect(page?.lines).toContain(body)
  })

  test('of deletions is a range of the index of deletions', () => {
    const pages = plansOf('where deleted = 1').filter((plan) => !bringsPopulation(plan))
    // At system, at Patient and at Group level; without `_since`, with it, and with `_history`; and where Provenance is no type.
    expect(pages.length).toBeGreaterThanOrEqual(8)
    for (const { lines } of pages) {
      expect(lines).toContain(
        'SEARCH resource_version USING INDEX resource_version_deleted (seq>? AND seq<?)',
      )
    }
  })

  test('is planned by a range of the primary key', () => {
    const counts = plansOf('count(line_bytes) as lines, coalesce(sum(line_bytes), 0) as bytes')
    for (const { lines } of counts.filter((plan) => !bringsPopulation(plan))) {
      expect(lines).toContain('SEARCH resource_version USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)')
    }
  })
})

describe('What a job consists of', () => {
  test.each([
    [
      'units',
      'from work_unit where job_id = ? and ordinal > ? order by ordinal',
      'SEARCH work_unit USING PRIMARY KEY (job_id=? AND ordinal>?)',
    ],
    ['slices', 'from job_slice s', 'SEARCH s USING PRIMARY KEY (job_id=? AND number<?)'],
    [
      'files',
      'and (f.ordinal, f.file_number) > (?, ?)',
      'SEARCH f USING PRIMARY KEY (job_id=? AND (ordinal,file_number)>(?,?))',
    ],
    [
      'problems',
      'as reason from job_problem',
      'SEARCH job_problem USING PRIMARY KEY (job_id=? AND ordinal=? AND row_number>?)',
    ],
    [
      'slices that are forgotten',
      'delete from job_slice where job_id = ? and exists',
      'SEARCH job_slice USING PRIMARY KEY (job_id=? AND number<?)',
    ],
  ])('%s are a range of a primary key', (_, words, search) => {
    const [plan, ...others] = plansOf(words)
    expect(others).toEqual([])
    expect(plan?.lines).toContain(search)
  })

  test('is steered by keys', () => {
    for (const words of [
      'insert into job_slice',
      'set expires_at = ?',
      'set restarts = 0',
      'attempts = 0, not_before = 0',
    ])
      for (const { lines } of plansOf(words))
        expect(lines.filter((line) => line.startsWith('SCAN') && !line.includes('CONSTANT'))).toEqual([])
  })
})

describe('A claim', () => {
  test('counts the lanes of a job among its open units only', () => {
    const claims = plansOf("$.shape.tuning.lanes'")
    expect(claims).toHaveLength(3) // whether there is anything, whose turn it is, and which unit
    for (const { lines } of claims) {
      for (const name of ['h', 'u'])
        expect(lines).toContain(`SEARCH ${name} USING INDEX work_unit_open (job_id=?)`)
    }
  })
})

describe('Sources', () => {
  test('lead to Provenance by ranges of the index of targets, and to what they refer to by keys', () => {
    const pairs = plansOf('pair as materialized')
    expect(pairs.length).toBeGreaterThanOrEqual(8)
    for (const { lines } of pairs)
      expect(lines).toContain(
        'SEARCH r USING COVERING INDEX reference_by_target (target_key=? AND path_id=? AND position>? AND position<?)',
      )
    const referring = plansOf('from resource k')
    expect(referring.length).toBeGreaterThanOrEqual(4)
    for (const { lines } of referring)
      expect(lines).toEqual(
        expect.arrayContaining([
          'SEARCH k USING INTEGER PRIMARY KEY (rowid=?)',
          'SEARCH r USING PRIMARY KEY (position=?)',
          'SEARCH x USING PRIMARY KEY (job_id=? AND ordinal=? AND position=?)',
        ]),
      )
  })

  test('are found from what they refer to by the index of targets, of which a bounded part is read', () => {
    for (const words of ['judged as materialized', 'from reference where target_key = ?']) {
      const plans = plansOf(words)
      expect(plans).not.toEqual([])
      for (const { lines, sql } of plans) {
        expect(lines.filter((line) => line.includes('INDEX reference_by_target (target_key=?'))).not.toEqual(
          [],
        )
        expect(sql).toMatch(/order by (r\.)?path_id( desc)?, (r\.)?position( desc)? limit \?/)
      }
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
