import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { codecVersion } from '../../worker/export/kick-off.ts'
import { runTick } from '../../worker/export/tick.ts'
import { createApp } from '../../worker/http/app.ts'
import type { Log } from '../../worker/platform/log.ts'
import { consoleLog } from '../../worker/platform/log.ts'
import type { Db } from '../../worker/store/db.ts'
import { readJob } from '../../worker/store/jobs.ts'
import { claimUnit } from '../../worker/store/units.ts'
import fc from '../support/fast-check.ts'
import { createHarness, type Harness, linesOf, pathOf } from '../support/harness.ts'
import { populationLines } from '../support/population.ts'
import { finished, saidBy } from './history.ts'

/** What a kick-off wishes of the work changes neither which lines come out, nor their order. */

const limits = {
  partBytes: 900,
  fileBytes: 2_000,
  rangeBytes: 3_000,
  pageRows: 3,
  pageBytes: 1_500,
  maxResourceBytes: 4_000,
}
const memberOf = (id: string) => ({ entity: { reference: `Patient/${id}` } })

const loaded = async (): Promise<Harness> => {
  const h = await createHarness(limits)
  const lines = populationLines(9).map((line) => JSON.parse(line))
  const { refused } = await h.load([
    ...lines,
    { resourceType: 'Group', id: 'g', member: ['p1', 'p2', 'p3', 'p5'].map(memberOf) },
  ])
  if (refused > 0) throw new Error(`${refused} lines were refused`)
  return h
}

const kickOffAt = async (h: Harness, level: string, query: string): Promise<string> => {
  const response = await h.request(`/fhir${level}/$export?${query}`)
  if (response.status !== 202) throw new Error(await response.text())
  return pathOf(response.headers.get('content-location') ?? '')
}
const jobOf = async (h: Harness, statusPath: string) => {
  const job = await readJob(h.deps.db, statusPath.split('/').at(-1) ?? '')
  if (job === undefined) throw new Error('there is no such job')
  return job
}
/** The lines of each type, in order, however they are cut into files. */
const linesAt = async (h: Harness, level: string, query: string) =>
  saidBy(await finished(h, await kickOffAt(h, level, query)))

const wishes = fc.record(
  {
    _maxCount: fc.integer({ min: 1, max: 10_000 }),
    patientReferenceBatchSize: fc.integer({ min: 1, max: 10_000 }),
    uploadPartSize: fc.integer({ min: 60, max: 1_800 }),
    loglevel: fc.constantFrom('debug', 'error'),
    _isParallel: fc.boolean(),
    ram: fc.constantFrom('256Mi', '2G', '8G'),
    ttlSecondsAfterFinished: fc.nat(1000),
  },
  { requiredKeys: [] },
)

describe('An export with wishes about the work', () => {
  it('says the same as the plain one, line for line, at every level', async () => {
    const h = await loaded()
    const since = `_since=${new Date(h.clock.now() - 1).toISOString()}`
    const plain = new Map<string, unknown>()
    await fc.assert(
      fc.asyncProperty(
        wishes,
        fc.constantFrom('', '/Patient', '/Group/g'),
        fc.constantFrom('', since),
        async (wish, level, range) => {
          const key = `${level} ${range}`
          if (!plain.has(key)) plain.set(key, await linesAt(h, level, range))
          const query = new URLSearchParams(
            Object.entries(wish).map(([name, value]) => [name, String(value)]),
          )
          expect(await linesAt(h, level, `${range}&${query}`)).toEqual(plain.get(key))
        },
      ),
      { numRuns: 40 },
    )
    expect(Object.keys((await linesAt(h, '/Group/g', '')).output)).toEqual(
      expect.arrayContaining(['Patient', 'Observation']),
    )
    h.close()
  })

  it('freezes them in the job', async () => {
    const h = await loaded()
    const path = await kickOffAt(
      h,
      '',
      'uploadPartSize=1234&_maxCount=7&loglevel=WARN&ttlSecondsAfterFinished=9',
    )
    const { partBytes, shape } = await jobOf(h, path)
    expect(partBytes).toBe(1234)
    expect(shape.tuning).toEqual({ partBytes: 1234, pageRows: 7, logLevel: 'warn', rowLifeSeconds: 9 })
    const { partBytes: usual, shape: plain } = await jobOf(h, await kickOffAt(h, '', ''))
    expect([usual, plain.tuning]).toEqual([limits.partBytes, {}])
    h.close()
  })

  it('tells in `error` what five of them come to', async () => {
    const h = await loaded()
    const query =
      '_isParallel=false&requestsMemory=2G&ram=8G&limitsMemory=512Mi&ttlSecondsAfterFinished=30&_maxCount=5'
    const { manifest, text } = await finished(h, await kickOffAt(h, '', query))
    expect(manifest.error).toMatchObject([{ type: 'OperationOutcome', count: 5 }])
    const outcomes = linesOf(text.get('error-1.ndjson') ?? '')
    const names = ['_isParallel', 'ttlSecondsAfterFinished', 'requestsMemory', 'ram', 'limitsMemory']
    for (const [i, name] of names.entries()) {
      expect(outcomes[i]).toMatchObject({ issue: [{ severity: 'information', code: 'informational' }] })
      expect(JSON.stringify(outcomes[i])).toContain(`Parameter \\"${name}\\"`)
    }
    h.close()
  })
})

describe('uploadPartSize', () => {
  it.each([
    ['file:./data/exports', 8, 801, 16_777_216],
    ['s3://bucket', 8, 5_242_880, 16_777_216],
    ['s3://bucket', 5, 5_242_880, 10_485_760],
    ['file:./data/exports', 5 * 1024, 801, 5_368_709_120],
  ])('with %s and parts of %d MiB lies between %d and %d', async (storageUrl, MiB, min, max) => {
    const h = await createHarness({ partBytes: MiB * 1024 * 1024 })
    const app = createApp({ ...h.deps, config: { ...h.deps.config, storageUrl } }, () => {})
    const ask = async (bytes: number) =>
      (await app.request(`/fhir/$export?uploadPartSize=${bytes}`, { headers: { host: 'localhost' } })).status
    expect(await Promise.all([min - 1, min, max, max + 1].map(ask))).toEqual([400, 202, 202, 400])
    h.close()
  })
})

describe('A job of one lane', () => {
  const claim = (h: Harness) => claimUnit(h.deps.db, h.clock.now(), 45_000, codecVersion)
  const planned = async (h: Harness, query: string) => {
    const path = await kickOffAt(h, '', query)
    const { jobId } = await jobOf(h, path)
    const isPlanned = async () =>
      (
        await sql`select 1 from work_unit where job_id = ${jobId} and kind = 'plan' and state = 'done'`.execute(
          h.deps.db.query,
        )
      ).rows.length > 0
    for (let i = 0; i < 100 && !(await isPlanned()); i++)
      await runTick({
        ...h.deps,
        config: { ...h.deps.config, limits: { ...h.deps.config.limits, tickRows: 1 } },
      })
    return jobId
  }

  it('is not claimed while another unit of it is under a live lease, and is when that has ended', async () => {
    const h = await loaded()
    const jobId = await planned(h, '_isParallel=false')
    const first = await claim(h)
    expect(first?.unit.jobId).toBe(jobId)
    expect(await claim(h)).toBeUndefined()
    h.clock.advance(45_000)
    expect((await claim(h))?.unit.ordinal).toBe(first?.unit.ordinal)
    expect(await claim(h)).toBeUndefined()
    h.close()
  })

  it('is claimed once by two who look for work at the same time, and no lease is left to nobody', async () => {
    const h = await loaded()
    await planned(h, '_isParallel=false')
    const { db } = h.deps
    // Between its look and its claim another one claims.
    const late: Db = {
      ...db,
      batch: async (statements) => {
        expect(await claim(h)).toBeDefined()
        return db.batch(statements)
      },
    }
    expect(await claimUnit(late, h.clock.now(), 45_000, codecVersion)).toBeUndefined()
    const { rows } = await sql`select 1 from work_unit where lease_until > ${h.clock.now()}`.execute(
      h.deps.db.query,
    )
    expect(rows).toHaveLength(1)
    h.close()
  })

  it('keeps none of the others from their turn', async () => {
    const h = await loaded()
    const single = await planned(h, '_isParallel=false')
    const other = await planned(h, '')
    const claims = []
    for (let i = 0; i < 4; i++) claims.push((await claim(h))?.unit.jobId)
    expect(claims.filter((jobId) => jobId === single)).toHaveLength(1)
    expect(claims.filter((jobId) => jobId === other)).toHaveLength(3)
    h.close()
  })

  it.each([
    ['false', 1],
    ['true', 3],
  ])(
    'or not (_isParallel=%s) has at most so many units under a lease at once: %d',
    async (value, expected) => {
      const h = await loaded()
      const path = `/fhir/$export-status/${await planned(h, `_isParallel=${value}`)}`
      let most = 0
      const put: typeof h.storage.put = async (...call) => {
        const { rows } = await sql<{ n: number }>`select count(*) as n from work_unit
        where state <> 'done' and lease_until > ${h.clock.now()}`.execute(h.deps.db.query)
        most = Math.max(most, rows[0]?.n ?? 0)
        await new Promise((resolve) => setImmediate(resolve))
        return h.storage.put(...call)
      }
      const deps = { ...h.deps, storage: { ...h.storage, put } }
      for (let rounds = 0; rounds < 1000 && (await h.request(path)).status === 202; rounds++) {
        await Promise.all([runTick(deps), runTick(deps), runTick(deps)])
        h.clock.advance(1000)
      }
      expect((await h.request(path)).status).toBe(200)
      expect(most).toBe(expected)
      h.close()
    },
  )
})

describe('loglevel', () => {
  const linesOfExport = async (query: string, least: 'debug' | 'info'): Promise<readonly string[]> => {
    const h = await loaded()
    const lines: string[] = []
    const { log, error } = console
    console.log = console.error = (line: string) => lines.push(line)
    try {
      const failing = {
        ...h.storage,
        put: () => Promise.reject(new Error('no')),
        uploadPart: () => Promise.reject(new Error('no')),
      }
      const path = await kickOffAt(h, '', query)
      const consoleOf: Log = consoleLog(least, h.clock.now)
      await runTick({ ...h.deps, log: consoleOf, storage: failing })
      expect((await h.finish(path)).status).toBe(200)
    } finally {
      Object.assign(console, { log, error })
    }
    h.close()
    return [
      ...new Set(lines.map((line) => JSON.parse(line)).map(({ level, message }) => `${level} ${message}`)),
    ].sort()
  }

  it.each([
    ['', 'info', ['warn slice failed']],
    ['loglevel=debug', 'info', ['debug slice done', 'warn slice failed']],
    ['loglevel=error', 'info', []],
    ['', 'debug', ['debug slice done', 'warn slice failed']],
    ['loglevel=warn', 'debug', ['warn slice failed']],
  ] as const)('"%s" where the service logs %s leaves %j', async (query, least, expected) => {
    expect(await linesOfExport(query, least)).toEqual(expected)
  })
})

describe('ttlSecondsAfterFinished', () => {
  const patientsKept = async (h: Harness) =>
    (await h.deps.db.query.selectFrom('job_patient').select('job_id').execute()).length

  it('keeps the list of patients so long after the end, and no longer', async () => {
    const h = await loaded()
    await finished(h, await kickOffAt(h, '/Group/g', 'ttlSecondsAfterFinished=3600'))
    h.clock.advance(3_599_000)
    await h.sweep()
    await h.sweep()
    expect(await patientsKept(h)).toBe(4)
    h.clock.advance(1_000)
    await h.sweep()
    expect(await patientsKept(h)).toBe(0)
    h.close()
  })

  it('of nothing, as without it, waits for the last lease to have ended', async () => {
    for (const query of ['', 'ttlSecondsAfterFinished=0']) {
      const h = await loaded()
      await finished(h, await kickOffAt(h, '/Group/g', query))
      await h.sweep()
      expect(await patientsKept(h)).toBe(4)
      h.clock.advance(90_000)
      await h.sweep()
      expect(await patientsKept(h)).toBe(0)
      h.close()
    }
  })

  it.each(['DELETE', 'expiry'])('of years outlives neither %s nor the files', async (end) => {
    const h = await loaded()
    const path = await kickOffAt(h, '/Group/g', 'ttlSecondsAfterFinished=315360000')
    await finished(h, path)
    h.clock.advance(100_000)
    await h.sweep()
    expect(await patientsKept(h)).toBe(4)
    if (end === 'DELETE') await h.request(path, { method: 'DELETE' })
    else h.clock.advance(h.deps.config.limits.retentionMs)
    for (let sweeps = 0; sweeps < 4; sweeps++) {
      await h.sweep()
      h.clock.advance(100_000)
    }
    expect(await h.deps.db.query.selectFrom('job').select('job_id').execute()).toEqual([])
    expect(await patientsKept(h)).toBe(0)
    h.close()
  })
})
