import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runTick } from '../../worker/export/tick.ts'
import { createApp } from '../../worker/http/app.ts'
import { loadResources } from '../../worker/ingest/load-resources.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import { group, observation, patient } from '../store/open-store.ts'
import { actionsOf, auditOf } from '../support/audit-rows.ts'
import { bearer } from '../support/bearer.ts'
import {
  createHarness,
  type Harness,
  type Manifest,
  pathOf,
  statusPathOf,
  streamOf,
} from '../support/harness.ts'
import { administrator, clientWith, smartEnvironment } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness({ retryLimit: 2 })
})
afterEach(() => h.close())

const idOf = (statusPath: string): string => statusPath.split('/').at(-1) ?? ''
const filePaths = async (response: Response): Promise<readonly string[]> => {
  const manifest = (await response.json()) as Manifest
  return manifest.output.map(({ url }) => pathOf(url))
}
const smartHarness = (limits = {}) => createHarness(limits, undefined, undefined, smartEnvironment)

describe('The audit', () => {
  test('says of an export who asked for what about whom, how it ended, and who took which file', async () => {
    await h.load([patient('p1'), patient('p2'), observation('o1', 'p1'), group('g', ['p1'])])
    const response = await h.request('/fhir/Group/g/$export?_type=Patient,Observation&_since=2020-01-01')
    const statusPath = statusPathOf(response)
    const [file = ''] = await filePaths(await h.finish(statusPath))
    await (await h.request(file)).text()
    const rows = await auditOf(h)
    expect(rows).toMatchObject([
      {
        action: 'export.kick-off',
        outcome: 'success',
        actor_kind: 'open',
        job_id: idOf(statusPath),
        target: 'Group/g',
        recorded_at: h.clock.now(),
        detail: { level: 'group', types: ['Observation', 'Patient'], since: '2020-01-01T00:00:00.000Z' },
      },
      {
        action: 'export.end',
        outcome: 'success',
        actor_kind: 'system',
        job_id: idOf(statusPath),
        detail: { files: 2, resources: 2 },
      },
      {
        action: 'export.download',
        actor_kind: 'open',
        job_id: idOf(statusPath),
        target: 'Observation-1.ndjson',
      },
    ])
    expect(rows[1]?.detail.bytes).toBeGreaterThan(0)
  })

  test('names the client or the administrator, and where the request came from', async () => {
    const smart = await createSmartHarness({ CLIENT_ADDRESS_HEADER: 'x-real-ip' })
    const from = { headers: { 'x-real-ip': '203.0.113.7' } }
    const response = await smart.as(clientWith('system/*.rs'))('/fhir/$export', from)
    expect(response.status).toBe(202)
    await smart.as(administrator())(statusPathOf(response), {
      method: 'DELETE',
    })
    const client = { actor_kind: 'client', actor_id: 'client-1', actor_name: 'Client One' }
    expect(await auditOf(smart)).toMatchObject([
      { action: 'export.kick-off', ...client, source: '203.0.113.7' },
      {
        action: 'export.cancel',
        actor_kind: 'administrator',
        actor_id: 'administrator-1',
        actor_name: 'Ada',
      },
    ])
    smart.close()
  })

  test('has a row of each request that opens a file, with its range, and of no other', async () => {
    await h.load([patient('p1')])
    const [file = ''] = await filePaths(await h.finish(await h.kickOff()))
    const whole = await h.request(file)
    const etag = whole.headers.get('etag') ?? ''
    await whole.text()
    await (await h.request(file, { headers: { range: 'bytes=2-5' } })).text()
    await (await h.request(file, { headers: { 'accept-encoding': 'gzip' } })).arrayBuffer()
    expect((await h.request(file, { method: 'HEAD' })).status).toBe(200)
    expect((await h.request(file, { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await h.request(file, { headers: { range: 'bytes=999999-' } })).status).toBe(416)
    expect((await h.request(`${file}x`)).status).toBe(404)
    const downloads = (await auditOf(h)).filter(({ action }) => action === 'export.download')
    expect(downloads.map(({ detail }) => detail.range)).toEqual([undefined, '2-5', undefined])
  })

  test('comes before the file: a download that cannot be recorded is refused', async () => {
    await h.load([patient('p1')])
    const [file = ''] = await filePaths(await h.finish(await h.kickOff()))
    await sql`create trigger full before insert on audit_event begin select raise(abort, 'full'); end`.execute(
      h.deps.db.query,
    )
    expect(await expectOutcome(await h.request(file), 503, 'transient')).toContain('audit')
    expect((await h.request(file, { method: 'HEAD' })).status).toBe(200)
    // Nor is an export started of which nothing would be known.
    expect((await h.request('/fhir/$export')).status).toBeGreaterThanOrEqual(500)
    expect(await h.deps.db.query.selectFrom('job').selectAll().execute()).toHaveLength(1)
  })

  test('tells an export that was deleted, cancelled, that expired, that failed, and each once', async () => {
    await h.load([patient('p1')])
    const deleted = await h.kickOff()
    await h.finish(deleted)
    await h.request(deleted, { method: 'DELETE' })
    await h.request(deleted, { method: 'DELETE' })
    await h.request(await h.kickOff(), { method: 'DELETE' })
    await h.finish(await h.kickOff())
    h.clock.advance(h.deps.config.limits.retentionMs)
    await h.sweep()
    await h.sweep()
    await h.kickOff()
    const broken = { ...h.deps, storage: { ...h.storage, put: () => Promise.reject(new Error('secret')) } }
    for (let n = 0; n < 9; n++) {
      h.clock.advance(400_000)
      await runTick(broken)
    }
    const kickOffAndEnd = ['export.kick-off', 'export.end']
    expect(await actionsOf(h)).toEqual([
      ...[...kickOffAndEnd, 'export.delete'],
      ...['export.kick-off', 'export.cancel'],
      ...[...kickOffAndEnd, 'export.expire'],
      ...['export.kick-off', 'export.end failure'],
    ])
    expect(JSON.stringify(await auditOf(h))).not.toContain('secret')
  })

  test('tells of an expired export whose Idempotency-Key came again before any sweep', async () => {
    const headers = { 'idempotency-key': 'k' }
    const first = await h.request('/fhir/$export', { headers })
    await h.finish(statusPathOf(first))
    h.clock.advance(h.deps.config.limits.retentionMs)
    expect((await h.request('/fhir/$export', { headers })).status).toBe(202)
    await h.sweep()
    expect(await actionsOf(h)).toEqual(['export.kick-off', 'export.end', 'export.expire', 'export.kick-off'])
  })

  test('has one row of a kick-off that is sent twice with one Idempotency-Key, and none of a dry run', async () => {
    for (let times = 0; times < 2; times++)
      await h.request('/fhir/$export', { headers: { 'idempotency-key': 'k' } })
    await h.request('/fhir/$export?_dryRun=true')
    expect(await actionsOf(h)).toEqual(['export.kick-off'])
  })

  test('has one row of a load, with its counts, and of one that broke off', async () => {
    const body = `${JSON.stringify(patient('p1'))}\nno json\n`
    const headers = { 'content-type': 'application/fhir+ndjson' }
    await h.request('/admin/api/ingest', { method: 'POST', headers, body })
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('cut')),
    })
    await expect(loadResources(h.deps, broken, { kind: 'open' })).rejects.toThrow()
    await loadResources(h.deps, streamOf(''), { kind: 'system' })
    expect(await auditOf(h)).toMatchObject([
      { action: 'resource.load', outcome: 'success', actor_kind: 'open', detail: { stored: 1, refused: 1 } },
      { action: 'resource.load', outcome: 'failure' },
      {
        action: 'resource.load',
        outcome: 'success',
        actor_kind: 'system',
        detail: { stored: 0, refused: 0 },
      },
    ])
  })

  test('tells who was handed URLs that open files by themselves, each time', async () => {
    await h.load([patient('p1')])
    const statusPath = await h.kickOff()
    await h.finish(statusPath)
    const signing = {
      ...h.storage,
      sign: async (key: string) => `https://bucket.example/${key}?signature=canary`,
    }
    const config = { ...h.deps.config, fileAccess: 'signed' as const }
    const app = createApp({ ...h.deps, config, storage: signing }, () => {})
    for (let times = 0; times < 2; times++)
      expect((await app.request(statusPath, { headers: { host: 'localhost' } })).status).toBe(200)
    await h.request(statusPath) // whose URLs open nothing by themselves
    const rows = (await auditOf(h)).filter(({ action }) => action === 'export.manifest')
    expect(rows).toMatchObject([{ detail: { urls: 'signed', files: 1 } }, { detail: { files: 1 } }])
    expect(JSON.stringify(rows)).not.toContain('canary')
  })

  test('can be added to, and neither changed nor removed', async () => {
    await h.kickOff()
    const { query } = h.deps.db
    await expect(sql`update audit_event set outcome = 'refused'`.execute(query)).rejects.toThrow()
    await expect(sql`delete from audit_event`.execute(query)).rejects.toThrow()
    expect(await actionsOf(h)).toEqual(['export.kick-off'])
  })
})

describe('A refusal', () => {
  test('is recorded with who was refused, and of a kick-off as one', async () => {
    const smart = await smartHarness()
    await expectOutcome(await smart.request('/fhir/Patient/secret-id'), 401, 'login')
    await smart.as(clientWith('system/*.rs'))('/admin/api/jobs')
    await smart.as(administrator('viewer'))('/fhir/Group/g/$export')
    await smart.request('/fhir/$export', { headers: { authorization: 'Basic c2VjcmV0' } })
    const rows = await auditOf(smart)
    expect(rows).toMatchObject([
      { action: 'access.refused', outcome: 'refused', actor_kind: 'stranger', detail: { status: 401 } },
      { action: 'access.refused', actor_kind: 'client', actor_id: 'client-1', detail: { status: 403 } },
      { action: 'export.kick-off', outcome: 'refused', actor_kind: 'administrator', target: 'Group/g' },
      { action: 'export.kick-off', actor_kind: 'stranger', detail: { status: 401, reason: 'invalid-token' } },
    ])
    expect(JSON.stringify(rows)).not.toMatch(/secret|c2VjcmV0/)
    smart.close()
  })

  test('of strangers fills no database: the rest of a minute is counted, and hides nothing of others', async () => {
    const smart = await smartHarness()
    const refuse = () => smart.request('/fhir/Patient')
    for (let times = 0; times < 200; times++) await refuse()
    await smart.as(clientWith('system/*.rs'))('/admin/api/jobs')
    const rows = await auditOf(smart)
    expect(rows.filter(({ actor_kind }) => actor_kind === 'stranger')).toHaveLength(60)
    expect(rows.at(-1)).toMatchObject({ actor_kind: 'client', detail: { unrecorded: 0 } })
    smart.clock.advance(60_000)
    await refuse()
    expect((await auditOf(smart)).at(-1)?.detail.unrecorded).toBe(140)
    smart.close()
  })

  test('is answered though it cannot be recorded', async () => {
    const smart = await smartHarness()
    await sql`drop table audit_event`.execute(smart.deps.db.query)
    await expectOutcome(await smart.request('/fhir/$export'), 401, 'login')
    smart.close()
  })
})

describe('Nothing of patients, and no secret,', () => {
  test('is in the audit, wherever it stands in a request', async () => {
    const canary = 'Canary4711'
    const withName = { ...patient('p1'), name: [{ family: canary }], identifier: [{ value: canary }] }
    await h.load([withName, { ...patient(canary), active: true }])
    const post = (path: string, body: object, headers: Record<string, string> = {}) =>
      h.request(path, {
        method: 'POST',
        headers: {
          'content-type': 'application/fhir+json',
          prefer: 'respond-async, handling=lenient',
          ...headers,
        },
        body: JSON.stringify(body),
      })
    const parameter = [
      { name: 'patient', valueReference: { reference: `Patient/${canary}` } },
      { name: '_typeFilter', valueString: `Patient?name=${canary}` },
    ]
    const asked = [
      await h.request(`/fhir/$export?_typeFilter=Patient%3Fname%3D${canary}&_elements=id`),
      await post(
        '/fhir/Patient/$export',
        { resourceType: 'Parameters', parameter },
        { 'idempotency-key': canary },
      ),
      await h.request(`/fhir/$export?unknown=${canary}`, { headers: { prefer: 'handling=lenient' } }),
    ]
    for (const response of asked) {
      expect(response.status).toBe(202)
      const finished = await h.finish(statusPathOf(response))
      for (const file of await filePaths(finished)) await (await h.request(file)).text()
    }
    const smart = await smartHarness()
    for (const path of [`Patient/${canary}`, `Patient?name=${canary}`, `$export?patient=${canary}`])
      await smart.request(`/fhir/${path}`, { headers: { ...bearer(canary), cookie: canary } })
    await h.request(`/fhir/Patient/${canary}`, {
      method: 'DELETE',
      headers: { origin: `https://${canary}.example` },
    })
    const text = JSON.stringify([await auditOf(h), await auditOf(smart)])
    expect(text).toContain('"filters":1')
    expect(text).toContain('"patients":1')
    expect(text).not.toContain(canary)
    smart.close()
  })
})
