import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runTick } from '../../worker/export/tick.ts'
import { jobPartSchemas } from '../../worker/http/job-part-schemas.ts'
import { recordSlice } from '../../worker/store/end-slice.ts'
import { observation, patient } from '../store/open-store.ts'
import { createHarness, type Harness, type Manifest } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

const { JobUnits, JobSlices, JobFiles, JobProblems } = jobPartSchemas

let h: Harness
let id: string
let statusPath: string
beforeEach(async () => {
  h = await createHarness({ fileBytes: 300, tickRows: 7, retryLimit: 3 })
  await h.load(Array.from({ length: 12 }, (_, n) => [patient(`p${n}`), observation(`o${n}`, `p${n}`)]).flat())
  statusPath = await h.kickOff()
  id = statusPath.slice(statusPath.lastIndexOf('/') + 1)
})
afterEach(() => h.close())

const part = async (path: string, query = ''): Promise<unknown> => {
  const response = await h.request(`/admin/api/jobs/${id}/${path}${query}`)
  expect(response.status).toBe(200)
  return response.json()
}
const plan = async () => {
  while ((await units()).items[0]?.state !== 'done') await h.tick()
}
/** All pages, so many at a time. */
const all = async <Item>(
  read: (query: string) => Promise<{ items: readonly Item[]; next?: string | undefined }>,
  count: number,
) => {
  const found: Item[] = []
  for (let next: string | undefined = ''; next !== undefined; ) {
    const page = await read(`?count=${count}${next === '' ? '' : `&after=${next}`}`)
    expect(page.items.length).toBeLessThanOrEqual(count)
    found.push(...page.items)
    next = page.next
  }
  return found
}
const units = async (query = '') => {
  const { units: items, next } = JobUnits.strict().parse(await part('units', query))
  return { items, next }
}
const slices = async (query = '') => {
  const { slices: items, next } = JobSlices.strict().parse(await part('slices', query))
  return { items, next }
}
const files = async (query = '') => {
  const { files: items, next } = JobFiles.strict().parse(await part('files', query))
  return { items, next }
}

describe('The units of a job', () => {
  test('are the plan first, then what it has made, with what holds them', async () => {
    expect((await units()).items).toMatchObject([{ ordinal: 0, kind: 'plan', state: 'open', attempts: 0 }])
    const { clock, storage } = h
    const put = async () => {
      const held = (await units()).items.filter(({ lease }) => lease !== undefined)
      expect(held).toMatchObject([
        {
          kind: 'output',
          lease: { until: new Date(clock.now() + h.deps.config.limits.leaseMs).toISOString() },
        },
      ])
      throw new Error('secret detail')
    }
    await plan()
    await runTick({ ...h.deps, storage: { ...storage, put } })
    const resting = (await units()).items.filter(({ restsUntil }) => restsUntil !== undefined)
    const reason = 'an unexpected error, see the log of the server'
    expect(resting[0]).toMatchObject({ attempts: 1, lastError: reason, state: 'open' })
    await h.finish(statusPath)
    const done = await all(units, 2)
    expect(done.map(({ kind, type, state }) => [kind, type, state])).toEqual([
      ['plan', undefined, 'done'],
      ['output', 'Observation', 'done'],
      ['output', 'Patient', 'done'],
      ['manifest', undefined, 'done'],
    ])
    expect(done.every(({ lease, restsUntil }) => lease === undefined && restsUntil === undefined)).toBe(true)
    expect(done[1]?.progress).toEqual({ done: 12, total: 12 })
  })
})

describe('The slices of a job', () => {
  test('tell, the last one first, what each did and how it ended; all of them read what there is once', async () => {
    await plan()
    const put = () => Promise.reject(new Error('secret detail'))
    await runTick({ ...h.deps, storage: { ...h.storage, put } })
    h.clock.advance(1_000_000)
    await h.finish(statusPath)
    const told = await all(slices, 3)
    expect(told.map(({ number }) => number)).toEqual(told.map((_, at) => told.length - at))
    expect(told.at(-1)).toMatchObject({ kind: 'plan', unit: 0, fence: 1 })
    expect(told[0]).toMatchObject({ kind: 'manifest', outcome: 'done' })
    const failedOnes = told.filter(({ outcome }) => outcome === 'failed')
    expect(failedOnes.length).toBeGreaterThan(0)
    for (const { reason } of failedOnes) expect(reason).toBe('an unexpected error, see the log of the server')
    for (const kind of ['plan', 'output'])
      expect(told.filter((slice) => slice.kind === kind && slice.outcome === 'done').length).toBe(
        kind === 'plan' ? 1 : 2,
      )
    expect(told.filter(({ outcome }) => outcome === 'continues').length).toBeGreaterThan(0)
    const ofWork = told.filter(({ kind, outcome }) => kind === 'output' && outcome !== 'failed')
    expect(ofWork.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThanOrEqual(24)
    expect(ofWork.every(({ bytes, rows }) => bytes > 0 === rows > 0)).toBe(true)
    for (const { beganAt, endedAt } of told) expect(endedAt >= beganAt).toBe(true)
  })

  test('are the last 500, however many there were, and go with the job', async () => {
    const { rows } = await sql<{ fence: number }>`select fence from work_unit where job_id = ${id}`.execute(
      h.deps.db.query,
    )
    let { fence } = rows[0] ?? { fence: 0 }
    for (let n = 0; n < 520; n++) {
      fence += 1
      const lease = { jobId: id, ordinal: 0, fence }
      const slice = { beganAt: n, endedAt: n, rows: 1, bytes: 1, outcome: 'continues' }
      await h.deps.db.batch([
        sql`update work_unit set fence = ${fence} where job_id = ${id}`,
        ...recordSlice(lease, slice),
        ...recordSlice(lease, { ...slice, rows: 2 }), // the answer was lost, and it is told once more
        ...recordSlice({ ...lease, fence: fence - 1 }, slice), // a zombie
      ])
    }
    const kept = await all(slices, 100)
    expect(kept).toHaveLength(500)
    expect([kept[0]?.number, kept.at(-1)?.number]).toEqual([520, 21])
    expect(kept.every((slice) => slice.rows === 2)).toBe(true)
    await h.request(statusPath, { method: 'DELETE' })
    for (let n = 0; n < 3; n++) {
      h.clock.advance(2 * h.deps.config.limits.leaseMs)
      await h.sweep()
    }
    const left = await sql<{ n: number }>`select count(*) as n from job_slice`.execute(h.deps.db.query)
    expect(left.rows[0]?.n).toBe(0)
  })
})

describe('The files of a job', () => {
  test('are those of the manifest, in its order, with their digests', async () => {
    const manifest: Manifest = await (await h.finish(statusPath)).json()
    const listed = await all(files, 3)
    expect(manifest.output.length).toBeGreaterThan(4)
    expect(listed.map(({ url, lines, bytes, sha256 }) => ({ url, lines, bytes, sha256 }))).toEqual(
      manifest.output.map(({ url, count, extension: { bytes, sha256 } }) => ({
        url,
        lines: count,
        bytes,
        sha256,
      })),
    )
  })
})

describe('The problems of a job', () => {
  test('name what could not be exported, and why, page by page', async () => {
    await sql`delete from resource_body where position in
      (select current_position from resource where id in ('p3', 'p7', 'o1'))`.execute(h.deps.db.query)
    const config = { ...h.deps.config, limits: { ...h.deps.config.limits, failureLimitPercent: 100 } }
    while (await runTick({ ...h.deps, config })) h.clock.advance(1)
    const found = await all(async (query) => {
      const { problems: items, next } = JobProblems.strict().parse(await part('problems', query))
      return { items, next }
    }, 1)
    expect(found.map(({ reason }) => /^Cannot export (\S+), version 1: /.exec(reason)?.[1]).sort()).toEqual([
      'Observation/o1',
      'Patient/p3',
      'Patient/p7',
    ])
    const details = await (await h.request(`/admin/api/jobs/${id}`)).json()
    expect(details.totals.problems).toBe(3)
  })
})

describe('A page of a job', () => {
  test.each([
    'units?after=x',
    'units?after=-1',
    'slices?after=1_1',
    'files?after=1',
    'files?after=1_',
    'problems?after=99999999999999999',
    'units?count=0',
    'units?count=1001',
    'units?offset=5',
    'files?count=1&count=2',
  ])('%s is refused', async (path) => {
    expect((await h.request(`/admin/api/jobs/${id}/${path}`)).status).toBe(400)
  })

  test('of a job that is gone is 404', async () => {
    await h.request(statusPath, { method: 'DELETE' })
    for (const path of ['units', 'slices', 'files', 'problems'])
      await expectOutcome(await h.request(`/admin/api/jobs/${id}/${path}`), 404, 'not-found')
  })
})
