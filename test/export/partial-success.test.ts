import { sql } from 'kysely'
import { afterEach, describe, expect, it, test } from 'vitest'
import type { Limits } from '../../worker/config.ts'
import { SluiceError } from '../../worker/errors.ts'
import { tryShape } from '../../worker/export/page-reader.ts'
import { runTick } from '../../worker/export/tick.ts'
import { readJob } from '../../worker/store/jobs.ts'
import type { Page } from '../../worker/store/page.ts'
import { type Damage, damageLine, damagesOfLines } from '../support/damage.ts'
import {
  createHarness,
  type ExportedFiles,
  type Harness,
  linesOf,
  type Manifest,
} from '../support/harness.ts'

const open: Harness[] = []
afterEach(() => {
  for (const harness of open.splice(0)) harness.close()
})

const patient = (n: number) => ({
  resourceType: 'Patient',
  id: `p${n}`,
  active: true,
  name: [{ text: `No ${n}` }],
})
const patients = (count: number) => Array.from({ length: count }, (_, n) => patient(n))

/** A store with so many Patients, of which some cannot be exported. */
const storeOf = async (
  count: number,
  damaged: readonly number[],
  limits: Partial<Limits> = {},
  damage: Damage = 'missing',
): Promise<Harness> => {
  const h = await createHarness({ failureLimitPercent: 100, ...limits })
  open.push(h)
  await h.load(patients(count))
  for (const n of damaged) await damageLine(h.deps.db, `Patient/p${n}`, damage)
  return h
}

const idsOf = ({ manifest, text }: ExportedFiles): readonly unknown[] =>
  [...text]
    .filter(([name]) => manifest.output.some(({ url }) => url.endsWith(`/${name}`)))
    .flatMap(([, lines]) => linesOf(lines))
    .map(({ id }) => id)

const othersOf = (count: number, damaged: readonly number[]): readonly string[] =>
  patients(count).flatMap(({ id }, n) => (damaged.includes(n) ? [] : [id]))

const diagnosticsOf = ({ text }: ExportedFiles): readonly string[] =>
  [...text]
    .filter(([name]) => name.startsWith('error'))
    .flatMap(([, lines]) => linesOf(lines))
    .map(({ issue }) => (Array.isArray(issue) ? issue[0].diagnostics : undefined))

describe('A resource that cannot be exported', () => {
  it.each(damagesOfLines)(
    'because its stored line is damaged (%s) is told of, and all others come',
    async (damage) => {
      const h = await storeOf(30, [4], {}, damage)

      const exported = await h.export()

      expect(idsOf(exported)).toEqual(othersOf(30, [4]))
      expect(exported.manifest.output).toMatchObject([{ type: 'Patient', count: 29 }])
      expect(exported.manifest.error).toMatchObject([{ type: 'OperationOutcome', count: 1 }])
      expect(linesOf(exported.text.get('error-1.ndjson') ?? '')).toEqual([
        {
          resourceType: 'OperationOutcome',
          issue: [
            {
              severity: 'error',
              code: 'exception',
              diagnostics:
                'Cannot export Patient/p4, version 1: what is stored of it is missing, damaged or too long',
            },
          ],
        },
      ])
    },
  )

  it('is found wherever it is, whatever the size of the pages', async () => {
    const damaged = [0, 1, 2, 17, 30, 31, 62, 63]
    for (const pageRows of [1, 2, 7, 64, 1000])
      for (const damage of damagesOfLines) {
        const h = await storeOf(64, damaged, { pageRows, tickRows: 9 }, damage)
        const exported = await h.export()
        expect(idsOf(exported), `${damage}, pages of ${pageRows}`).toEqual(othersOf(64, damaged))
        expect(diagnosticsOf(exported)).toHaveLength(damaged.length)
      }
  }, 60_000)

  it('takes no more statements to find than the logarithm of a page, and one when it comes behind another', async () => {
    const statements = async (damaged: readonly number[]): Promise<number> => {
      const h = await storeOf(1000, damaged)
      let count = 0
      const { query } = h.deps.db
      const counting = query.withPlugin({
        transformQuery: ({ node }) => {
          count++
          return node
        },
        transformResult: async ({ result }) => result,
      })
      const status = await h.kickOff()
      while (await runTick({ ...h.deps, db: { ...h.deps.db, query: counting } }));
      expect((await h.request(status)).status).toBe(200)
      return count
    }
    const none = await statements([])
    const one = await statements([700])
    expect(one - none).toBeLessThan(30)
    const hundred = await statements(Array.from({ length: 100 }, (_, n) => 700 + n))
    expect(hundred - one).toBeLessThan(2 * 100 + 5)
  })

  it('may be lost while the export runs', async () => {
    const h = await storeOf(50, [], { pageRows: 5, tickRows: 10, partBytes: 300 })
    const status = await h.kickOff()
    for (let ticks = 0; ticks < 3; ticks++) await h.tick()
    for (const n of [44, 49]) await damageLine(h.deps.db, `Patient/p${n}`, 'missing')

    const exported = await h.files(await (await h.finish(status)).json())

    expect(idsOf(exported)).toEqual(othersOf(50, [44, 49]))
    expect(exported.text.get('error-1.ndjson')).toMatch(/Patient\/p44.*\n.*Patient\/p49/)
  })

  it('is told of behind what the kick-off has to tell, in as many files as it takes', async () => {
    const damaged = Array.from({ length: 40 }, (_, n) => 2 * n)
    const h = await storeOf(100, damaged, { fileBytes: 700, partBytes: 200, tickRows: 3, pageRows: 4 })
    const response = await h.request('/fhir/$export?_no=1&_neither=1', {
      headers: { prefer: 'handling=lenient' },
    })
    const status = new URL(response.headers.get('content-location') ?? '').pathname

    const exported = await h.files(await (await h.finish(status)).json())

    const told = diagnosticsOf(exported)
    expect(told.slice(0, 2)).toEqual([
      expect.stringContaining('"_no"'),
      expect.stringContaining('"_neither"'),
    ])
    expect(told.slice(2).map((text) => /Patient\/p\d+/.exec(text)?.[0])).toEqual(
      damaged.map((n) => `Patient/p${n}`),
    )
    expect(exported.manifest.error.length).toBeGreaterThan(5)
    expect(exported.manifest.error.reduce((sum, { count }) => sum + count, 0)).toBe(42)
  })

  it('is told of once though it is found again, in another file', async () => {
    const h = await storeOf(40, [3, 20], { partBytes: 200, fileBytes: 900, tickRows: 6, pageRows: 3 })
    const status = await h.kickOff()
    while (h.storage.uploads.size === 0) await h.tick()
    h.storage.uploads.clear() // the file is written anew
    const exported = await h.files(await (await h.finish(status)).json())
    expect(idsOf(exported)).toEqual(othersOf(40, [3, 20]))
    expect(diagnosticsOf(exported)).toHaveLength(2)
  })

  it.each(['Patient', 'Group/g'])('is told of at the level of %s', async (level) => {
    const h = await storeOf(12, [5], {}, 'newline')
    await h.put({
      resourceType: 'Group',
      id: 'g',
      type: 'person',
      actual: true,
      member: patients(12).map(({ id }) => ({ entity: { reference: `Patient/${id}` } })),
    } as { resourceType: string; id: string })
    const response = await h.request(`/fhir/${level}/$export?_type=Patient`)
    const status = new URL(response.headers.get('content-location') ?? '').pathname
    const exported = await h.files(await (await h.finish(status)).json())
    expect(idsOf(exported)).toEqual(othersOf(12, [5]))
    expect(diagnosticsOf(exported)).toEqual([expect.stringContaining('Patient/p5, version 1')])
  })

  it('because its elements cannot be told apart is told of when they are asked for, without a word of it', async () => {
    const h = await storeOf(9, [])
    const odd = sql`update resource_body set line = replace(line, '"active":true', 'secret active')`
    await sql`${odd} where line like '%"id":"p4"%' or line like '%"id":"p8"%'`.execute(h.deps.db.query)
    for (const elements of ['name', 'active']) {
      const exported = await h.export(`?_type=Patient&_elements=${elements}`)
      expect(idsOf(exported)).toEqual(othersOf(9, [4, 8]))
      expect(diagnosticsOf(exported)).toEqual(
        ['p4', 'p8'].map((id) =>
          expect.stringMatching(
            `^Cannot export Patient/${id}, version 1: _elements cannot be applied, for it is not minified JSON from byte \\d+ on$`,
          ),
        ),
      )
      expect(exported.text.get('error-1.ndjson')).toContain('"code":"processing"')
    }
  })

  it.each(damagesOfLines)(
    'is told of where a filter cannot be asked of it (%s), whatever the filter',
    async (damage) => {
      const h = await storeOf(20, [4, 5, 11], {}, damage)
      for (const [filter, matching] of [
        ['active=true', othersOf(20, [4, 5, 11])],
        ['_id=p3', ['p3']],
        ['active=false', []],
      ] as const) {
        const exported = await h.export(
          `?_type=Patient&_typeFilter=${encodeURIComponent(`Patient?${filter}`)}`,
        )
        expect(idsOf(exported)).toEqual(matching)
        expect(diagnosticsOf(exported).map((text) => /Patient\/p\d+/.exec(text)?.[0])).toEqual([
          'Patient/p4',
          'Patient/p5',
          'Patient/p11',
        ])
      }
    },
  )

  it('among others with relative URLs is told of by itself', async () => {
    const h = await storeOf(0, [])
    const document = (id: string) => ({
      resourceType: 'DocumentReference',
      id,
      status: 'current',
      content: [{ attachment: { url: 'Binary/1' } }, { attachment: { url: 'Binary/2' } }],
    })
    await h.load(['a', 'b', 'c', 'd', 'e', 'f'].map(document))
    for (const [n, damage] of damagesOfLines.entries())
      await damageLine(h.deps.db, `DocumentReference/${'abcde'[n]}`, damage)
    const exported = await h.export()
    expect(idsOf(exported)).toEqual(['f'])
    expect(diagnosticsOf(exported)).toHaveLength(5)
  })

  it('leaves the progress sane, and shows in the job for administrators', async () => {
    const h = await storeOf(50, [10, 11], { pageRows: 5, tickRows: 10 })
    const status = await h.kickOff()
    const seen = new Set<number>()
    for (let rounds = 0; rounds < 100; rounds++) {
      const response = await h.request(status)
      if (response.status !== 202) break
      seen.add(Number.parseInt(response.headers.get('x-progress') ?? '', 10))
      await h.tick()
    }
    expect([...seen]).toEqual([...seen].sort((a, b) => a - b))
    expect(Math.max(...seen)).toBeLessThan(100)
    const jobId = status.split('/').at(-1)
    const details = await (await h.request(`/admin/api/jobs/${jobId}`)).json()
    expect(details.job.progress).toEqual({ done: 48, total: 48, percent: 100 })
    expect(details.types).toEqual([
      { kind: 'output', type: 'Patient', done: 48, total: 50, isDone: true },
      { kind: 'error', done: 2, total: 0, isDone: true },
    ])
    expect(details.totals).toMatchObject({ files: 2, resources: 48 })
  })

  it('goes with its job, and not before', async () => {
    const h = await storeOf(10, [3])
    const status = await h.kickOff()
    await h.finish(status)
    const problems = () => h.deps.db.query.selectFrom('job_problem').selectAll().execute()
    h.clock.advance(2 * h.deps.config.limits.leaseMs)
    await h.sweep()
    expect(await problems()).toHaveLength(1)
    await h.request(status, { method: 'DELETE' })
    for (let sweeps = 0; sweeps < 3; sweeps++) {
      h.clock.advance(2 * h.deps.config.limits.leaseMs)
      await h.sweep()
    }
    expect(await problems()).toEqual([])
    expect(h.storage.objects.size).toBe(0)
  })
})

describe('An export with FAILURE_LIMIT', () => {
  const endOf = async (
    count: number,
    damaged: number,
    failureLimitPercent: number,
    limits: Partial<Limits> = {},
  ) => {
    const h = await storeOf(
      count,
      Array.from({ length: damaged }, (_, n) => count - 1 - n),
      { failureLimitPercent, ...limits },
    )
    const status = await h.kickOff()
    return { h, response: await h.finish(status), jobId: status.split('/').at(-1) ?? '' }
  }

  test.each([
    [10, 100, 10],
    [10, 9, 0],
    [0, 20, 0],
    [100, 20, 20],
    [99, 200, 198],
    [1, 200, 2],
  ])('of %d completes when of %d resources %d fail', async (limit, count, damaged) => {
    const { response } = await endOf(count, damaged, limit)
    expect(response.status).toBe(200)
    const manifest: Manifest = await response.json()
    expect(manifest.output.reduce((sum, item) => sum + item.count, 0)).toBe(count - damaged)
  })

  test.each([
    [10, 100, 11],
    [10, 9, 1],
    [0, 20, 1],
    [99, 20, 20],
    [1, 200, 3],
  ])('of %d fails at once when of %d resources %d fail', async (limit, count, damaged) => {
    const { h, response, jobId } = await endOf(count, damaged, limit)
    expect(response.status).toBe(500)
    const { issue } = await response.json()
    expect(issue).toEqual([
      {
        severity: 'fatal',
        code: 'processing',
        diagnostics: expect.stringMatching(
          new RegExp(
            `^Cannot finish the export: \\d+ of ${count} resources could not be exported, more than the ${limit} percent that FAILURE_LIMIT allows; the first: Cannot export Patient/p\\d+, version 1: [^()]+$`,
          ),
        ),
      },
    ])
    const units = await h.deps.db.query.selectFrom('work_unit').select('attempts').execute()
    expect(Math.max(...units.map(({ attempts }) => attempts))).toBe(0)
    h.clock.advance(2 * h.deps.config.limits.leaseMs + h.deps.config.limits.storageTimeoutMs)
    await h.sweep()
    expect((await readJob(h.deps.db, jobId))?.state).toBe('failed')
  })

  test('fails as soon as it is certain, long before the last resource', async () => {
    const { h, response } = await endOf(1000, 1000, 10, { pageRows: 50, tickRows: 100 })
    expect(response.status).toBe(500)
    const problems = await h.deps.db.query.selectFrom('job_problem').select('row_number').execute()
    expect(problems.length).toBeGreaterThan(100)
    expect(problems.length).toBeLessThan(300)
  })
})

describe('What an export makes of a page', () => {
  const page = { after: 0, last: 2, rows: 2, lines: 2, bytes: new TextEncoder().encode('{"a":1}\n{"b":2}\n') }
  const doubled = (given: Page): Page => ({ ...given, lines: 2 * given.lines })
  const failing = (error: Error) => (): never => {
    throw error
  }

  test('is made of lines that are whole, and of no others', () => {
    expect(tryShape(page, doubled)).toEqual({ ...page, lines: 4 })
    const never = failing(new Error('never'))
    for (const damaged of [
      { ...page, missing: 1 },
      { ...page, lines: 1 },
      { ...page, bytes: page.bytes.subarray(1) },
    ])
      expect(tryShape(damaged, never)).toMatchObject({ code: 'exception' })
  })

  test('may be impossible for a reason of its own, or by a fault of ours, which fails the slice', () => {
    const reason = 'it is too odd'
    const odd = failing(new SluiceError('invalid', reason))
    expect(tryShape(page, odd)).toEqual({ code: 'processing', reason })
    for (const fault of [new SluiceError('internal', 'a bug'), new TypeError('a bug')])
      expect(() => tryShape(page, failing(fault))).toThrow('a bug')
  })
})
