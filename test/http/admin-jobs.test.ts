import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { runTick } from '../../worker/export/tick.ts'
import { adminSchemas } from '../../worker/http/admin-schemas.ts'
import { createApp } from '../../worker/http/app.ts'
import { group, observation, patient } from '../store/open-store.ts'
import { createHarness, type Harness, pathOf, statusPathOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

const { JobList, JobDetails, ResourceCounts, ServiceInfo } = adminSchemas

let h: Harness
beforeEach(async () => {
  h = await createHarness({ retryLimit: 3 })
})
afterEach(() => h.close())

const list = async (query = '') => JobList.strict().parse(await json(`/admin/api/jobs${query}`))
const json = async (path: string): Promise<unknown> => (await h.request(path)).json()
const idOf = (statusPath: string): string => statusPath.split('/').at(-1) ?? ''
const detailsOf = async (statusPath: string) =>
  JobDetails.strict().parse(await json(`/admin/api/jobs/${idOf(statusPath)}`))
const resources = (count: number) =>
  Array.from({ length: count }, (_, n) => [patient(`p${n}`), observation(`o${n}`, `p${n}`)]).flat()

describe('GET /admin/api/jobs', () => {
  test('lists jobs, the newest first, page by page, each once', async () => {
    const started: string[] = []
    for (let n = 0; n < 7; n++) {
      started.unshift(idOf(await h.kickOff()))
      if (n % 3 === 0) h.clock.advance(1000)
    }
    const seen: string[] = []
    let next: string | undefined
    do {
      const page = await list(`?count=2${next === undefined ? '' : `&after=${next}`}`)
      expect(page.jobs.length).toBeLessThanOrEqual(2)
      seen.push(...page.jobs.map(({ id }) => id))
      next = page.next
    } while (next !== undefined)
    expect([...seen].sort()).toEqual([...started].sort())
    expect(new Set(seen).size).toBe(7)
    expect(seen[0]).toBe(started[0])
  })

  test('tells of each what was asked, and how far it has come', async () => {
    await h.load([...resources(3), group('g', ['p0'])])
    const statusPath = await h.kickOff('?_type=Patient')
    const [queued] = (await list()).jobs
    expect(queued).toMatchObject({
      level: 'system',
      state: 'accepted',
      request: 'http://127.0.0.1:8080/fhir/$export?_type=Patient',
      statusUrl: `http://127.0.0.1:8080${statusPath}`,
      progress: { done: 0, total: 0, percent: 0 },
    })
    await h.finish(statusPath)
    const of = await h.request('/fhir/Group/g/$export')
    await h.finish(statusPathOf(of))
    const jobs = (await list()).jobs
    expect(jobs.map(({ level, groupId, state, progress }) => [level, groupId, state, progress])).toEqual([
      ['group', 'g', 'completed', expect.objectContaining({ percent: 100 })],
      ['system', undefined, 'completed', { done: 3, total: 3, percent: 100 }],
    ])
    expect(jobs[1]?.endedAt).toBeDefined()
    expect(jobs[1]?.expiresAt).toBeDefined()
  })

  test('tells what was asked in a body, which the URL does not have, and how many patients, but not who', async () => {
    await h.load(resources(3))
    const reference = (id: string) => ({ name: 'patient', valueReference: { reference: `Patient/${id}` } })
    const response = await h.request('/fhir/Patient/$export', {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Parameters',
        parameter: [
          { name: '_type', valueString: 'Observation' },
          { name: '_since', valueInstant: '2020-01-01T02:00:00.5+02:00' },
          { name: '_until', valueInstant: '2020-02-01T00:00:00Z' },
          reference('p1'),
          reference('p2'),
        ],
      }),
    })
    expect(response.status).toBe(202)
    await h.kickOff()
    const [all, listed] = (await list()).jobs.sort((a, b) => a.level.localeCompare(b.level)).reverse()
    expect(listed).toMatchObject({
      level: 'patient',
      types: ['Observation'],
      patients: 2,
      since: '2020-01-01T00:00:00.500Z',
      until: '2020-02-01T00:00:00.000Z',
    })
    expect(listed?.request).not.toContain('p1')
    expect(all?.types).toEqual([])
    for (const name of ['patients', 'since', 'until']) expect(all).not.toHaveProperty(name)
  })

  test('counts neither deletions nor notes as resources', async () => {
    await h.load(resources(3))
    const before = h.clock.now()
    h.clock.advance(1000)
    await h.load([patient('p0')])
    await h.remove('Observation/o1')
    const since = new Date(before).toISOString()
    const response = await h.request(`/fhir/$export?_since=${since}&_summary=true`, {
      headers: { prefer: 'respond-async, handling=lenient' },
    })
    const statusPath = statusPathOf(response)
    await h.finish(statusPath)
    const { job, totals, files } = await detailsOf(statusPath)
    expect(files.map(({ kind }) => kind).sort()).toEqual(['deleted', 'error', 'output'])
    expect(job.progress).toEqual({ done: 1, total: 1, percent: 100 })
    expect(totals).toMatchObject({ files: 3, resources: 1 })
  })

  test('shows those of one state only, when it is asked to', async () => {
    const done = await h.kickOff()
    await h.finish(done)
    const waiting = await h.kickOff()
    expect((await list('?state=completed')).jobs.map(({ id }) => id)).toEqual([idOf(done)])
    expect((await list('?state=accepted')).jobs.map(({ id }) => id)).toEqual([idOf(waiting)])
    expect((await list('?state=failed')).jobs).toEqual([])
  })

  test('shows no job that was deleted or has expired, from that moment on', async () => {
    const done = await h.kickOff()
    await h.finish(done)
    const deleted = await h.kickOff()
    await h.request(deleted, { method: 'DELETE' })
    expect((await list()).jobs.map(({ id }) => id)).toEqual([idOf(done)])
    await expectOutcome(await h.request(`/admin/api/jobs/${idOf(deleted)}`), 404, 'not-found')
    h.clock.advance(h.deps.config.limits.retentionMs)
    expect((await list()).jobs).toEqual([])
    await expectOutcome(await h.request(`/admin/api/jobs/${idOf(done)}`), 404, 'not-found')
  })

  test.each([
    ['count=0', 'count "0"'],
    ['count=101', 'count "101"'],
    ['count=x', 'count "x"'],
    ['state=cancelled', 'state "cancelled"'],
    ['after=yesterday', 'after "yesterday"'],
  ])('refuses %s, and says why', async (query, words) => {
    const response = await h.request(`/admin/api/jobs?${query}`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(JSON.stringify(`Cannot use ${words}`).slice(1, -1))
  })
})

describe('GET /admin/api/jobs/{id}', () => {
  test('tells the progress of each type, and the files that are finished, as the manifest has them', async () => {
    await h.load(resources(5))
    const statusPath = await h.kickOff()
    const manifest = z
      .object({ output: z.array(z.object({ url: z.string(), count: z.number() })) })
      .parse(await (await h.finish(statusPath)).json())
    const { types, files, totals } = await detailsOf(statusPath)
    expect(types).toEqual([
      { type: 'Observation', kind: 'output', done: 5, total: 5, isDone: true },
      { type: 'Patient', kind: 'output', done: 5, total: 5, isDone: true },
    ])
    expect(files.map(({ url, lines }) => ({ url, count: lines }))).toEqual(
      manifest.output.map(({ url, count }) => ({ url, count })),
    )
    expect(totals).toEqual({
      files: 2,
      resources: 10,
      problems: 0,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    })
    const file = await h.request(pathOf(files[0]?.url ?? ''))
    expect((await file.arrayBuffer()).byteLength).toBe(files[0]?.bytes)
  })

  test('says what rests after a failure, and in the end why the job failed', async () => {
    await h.load(resources(2))
    const statusPath = await h.kickOff()
    const broken = {
      ...h.deps,
      storage: { ...h.storage, put: () => Promise.reject(new Error('secret detail')) },
    }
    await runTick(broken)
    const { resting, job } = await detailsOf(statusPath)
    expect(job.state).toBe('in-progress')
    expect(resting).toMatchObject({ attempts: 1, reason: 'an unexpected error, see the log of the server' })
    expect(Date.parse(resting?.until ?? '')).toBeGreaterThan(h.clock.now())
    for (let n = 0; n < 20; n++) {
      h.clock.advance(400_000)
      await runTick(broken)
    }
    const failed = await detailsOf(statusPath)
    expect(failed.job).toMatchObject({
      state: 'failed',
      failure: 'Cannot finish the export: an unexpected error, see the log of the server (3 attempts)',
    })
  })

  test('names no URL of ours where clients read the storage', async () => {
    await h.load(resources(1))
    const statusPath = await h.kickOff()
    await h.finish(statusPath)
    const app = createApp({ ...h.deps, config: { ...h.deps.config, fileAccess: 'storage' } }, () => {})
    const response = await app.request(`/admin/api/jobs/${idOf(statusPath)}`, {
      headers: { host: 'localhost' },
    })
    const { files } = JobDetails.strict().parse(await response.json())
    expect(files).toHaveLength(2)
    expect(files.some(({ url }) => url !== undefined)).toBe(false)
  })
})

describe('GET /admin/api/resource-counts', () => {
  const counts = async () => ResourceCounts.strict().parse(await json('/admin/api/resource-counts')).types

  test('counts what is there now: neither old versions nor what was deleted', async () => {
    await h.load([...resources(4), patient('p0')])
    await h.remove('Observation/o1')
    await h.remove('Observation/o2')
    expect(await counts()).toEqual([
      { type: 'Observation', count: 2, isExact: true },
      { type: 'Patient', count: 4, isExact: true },
    ])
  })

  test('stops at 50,000 versions of a type, and says that there are that many at least', async () => {
    await h.load(Array.from({ length: 50_001 }, (_, n) => patient(`p${n}`)))
    expect(await counts()).toEqual([{ type: 'Patient', count: 50_000, isExact: false }])
  })

  test('of an empty store names no type', async () => {
    expect(await counts()).toEqual([])
  })
})

describe('GET /admin/api/service', () => {
  test('tells where FHIR is', async () => {
    expect(ServiceInfo.strict().parse(await json('/admin/api/service'))).toMatchObject({
      fhirBase: 'http://127.0.0.1:8080/fhir',
      fhirPath: '/fhir',
      fileAccess: 'proxy',
    })
  })
})
