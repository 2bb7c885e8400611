import { type Client, createClient, LibsqlError } from '@libsql/client'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Limits } from '../../worker/config.ts'
import type { Deps } from '../../worker/deps.ts'
import { type ErrorCode, SluiceError } from '../../worker/errors.ts'
import { startEngineLoop } from '../../worker/export/engine-loop.ts'
import { runSweep } from '../../worker/export/sweep.ts'
import { runTick } from '../../worker/export/tick.ts'
import { createApp } from '../../worker/http/app.ts'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { type MemoryStorage, memoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { prepareDatabase } from '../../worker/store/prepare-database.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import fc from '../support/fast-check.ts'
import { createDeps, type Manifest, nameOf, pathOf, startOfTime, streamOf } from '../support/harness.ts'

/** When a call of a port fails, and with what: `undefined` lets it through. */
type Fault = (call: { readonly name: string; readonly number: number }) => unknown
type Breaker = {
  fault: Fault
  /** The error comes when the call has had its effect: only the answer is lost. */
  afterEffect: boolean
  calls: string[]
}

/** The port, with calls that fail as long as the breaker says so. Unlike after a crash, the caller lives on. */
const breakable = <Port extends object>(port: Port, breaker: Breaker, methods?: readonly string[]): Port =>
  new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function' || typeof name !== 'string') return member
      if (methods !== undefined && !methods.includes(name)) return member.bind(target)
      return async (...args: unknown[]) => {
        const error = breaker.fault({ name, number: breaker.calls.push(name) })
        if (error === undefined) return Reflect.apply(member, target, args)
        if (breaker.afterEffect) await Reflect.apply(member, target, args)
        throw error
      }
    },
  })

const healthy: Fault = () => undefined

type Service = {
  readonly deps: Deps
  readonly clock: FakeClock
  readonly memory: MemoryStorage
  readonly database: Breaker
  readonly storage: Breaker
  request(path: string, init?: RequestInit): Promise<Response>
  kickOff(): Promise<string>
  /** Ticks, a second apart, until the job has ended. A tick may fail, as it may in the engine's loop. */
  runToEnd(statusPath: string): Promise<Response>
  files(manifest: Manifest): Promise<readonly string[]>
  close(): void
}

const smallLimits: Partial<Limits> = {
  partBytes: 300,
  fileBytes: 1_000,
  rangeBytes: 3_000,
  pageRows: 5,
  tickRows: 12,
}

const createService = async (limits: Partial<Limits> = smallLimits): Promise<Service> => {
  const clock = fakeClock(startOfTime)
  const memory = memoryStorage({ clock })
  const client: Client = createClient({ url: ':memory:', intMode: 'number', concurrency: 1 })
  const database: Breaker = { fault: healthy, afterEffect: false, calls: [] }
  const storage: Breaker = { fault: healthy, afterEffect: false, calls: [] }
  const deps = createDeps(
    breakable(client, database, ['execute', 'batch']),
    breakable<Storage>(memory, storage),
    clock,
    limits,
  )
  await prepareDatabase(deps.db, clock.now())
  const resources = Array.from({ length: 60 }, (_, n) => ({
    resourceType: n % 3 === 0 ? 'Observation' : 'Patient',
    id: `r${n}`,
    note: 'x'.repeat((n * 17) % 90),
  }))
  await ingestNdjson(deps, streamOf(resources.map((resource) => `${JSON.stringify(resource)}\n`).join('')))
  const app = createApp(deps, () => {})
  const request: Service['request'] = async (path, init) =>
    app.request(path, { ...init, headers: { host: 'localhost', ...init?.headers } })
  return {
    deps,
    clock,
    memory,
    database,
    storage,
    request,
    kickOff: async () => {
      const response = await request('/fhir/$export')
      if (response.status !== 202) throw new Error(`kick-off answered ${response.status}`)
      return pathOf(response.headers.get('content-location') ?? '')
    },
    runToEnd: async (statusPath) => {
      for (let seconds = 0; seconds < 20_000; seconds++) {
        await runTick(deps).catch(() => {})
        const response = await request(statusPath)
        if (response.status !== 202 && response.status !== 503) return response
        clock.advance(1_000)
      }
      throw new Error('the export does not come to an end')
    },
    files: async (manifest) => {
      const urls = manifest.output.map(({ url }) => url)
      return Promise.all(
        urls.map(async (url) => `${nameOf(url)}\n${await (await request(pathOf(url))).text()}`),
      )
    },
    close: () => client.close(),
  }
}

let service: Service
/** The files of an export that nothing happens to. */
let undisturbed: readonly string[]
beforeAll(async () => {
  service = await createService()
  undisturbed = await filesOf(await service.runToEnd(await service.kickOff()))
  service.close()
})
beforeEach(async () => {
  service = await createService()
})
afterEach(() => service.close())

const filesOf = async (response: Response): Promise<readonly string[]> => {
  expect(response.status).toBe(200)
  return service.files(await response.json())
}

const expectTransient = async (response: Response, method = 'GET') => {
  expect(response.status).toBe(503)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  if (method === 'HEAD') return
  expect(response.headers.get('content-type')).toMatch(/^application\/fhir\+json/)
  expect(await response.json()).toMatchObject({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'transient', diagnostics: expect.stringMatching(/^Cannot /) }],
  })
}

const brokenDatabase = (code: string): Fault => {
  const error = new LibsqlError('the disk is on fire at /secret/path', code)
  return () => error
}

const fhir = { 'content-type': 'application/fhir+json' }
const patient = JSON.stringify({ resourceType: 'Patient', id: 'a' })
const kickOffBody = JSON.stringify({ resourceType: 'Parameters' })

describe.each(['SQLITE_BUSY', 'SQLITE_IOERR', 'SQLITE_FULL', 'SQLITE_CANTOPEN', 'SERVER_ERROR'])(
  'While the database answers %s',
  (code) => {
    test('every request is answered 503, to be tried again, and changes nothing', async () => {
      const status = await service.kickOff()
      const manifest: Manifest = await (await service.runToEnd(status)).json()
      const file = pathOf(manifest.output[0]?.url ?? '')
      const requests: readonly (readonly [string, RequestInit])[] = [
        ['/fhir/$export', {}],
        ['/fhir/$export', { method: 'POST', headers: fhir, body: kickOffBody }],
        [status, {}],
        [status, { method: 'HEAD' }],
        [status, { method: 'DELETE' }],
        [file, {}],
        [file, { method: 'HEAD' }],
        ['/fhir/Patient/a', { method: 'PUT', headers: fhir, body: patient }],
        ['/fhir/Patient/r1', {}],
        ['/fhir/Patient/r1', { method: 'DELETE' }],
        [
          '/admin/api/ingest',
          { method: 'POST', headers: { 'content-type': 'application/fhir+ndjson' }, body: `${patient}\n` },
        ],
      ]
      service.database.fault = brokenDatabase(code)
      for (const [path, init] of requests)
        await expectTransient(await service.request(path, init), init.method)

      service.database.fault = healthy
      expect((await service.request('/fhir/Patient/a')).status).toBe(404)
      expect((await service.request('/fhir/Patient/r1')).status).toBe(200)
      expect((await service.request(status)).status).toBe(200)
      expect((await service.request(file)).status).toBe(200)
      const jobs = await service.deps.db.query.selectFrom('job').select('job_id').execute()
      expect(jobs.map(({ job_id: id }) => id)).toEqual([status.slice(status.lastIndexOf('/') + 1)])
    })

    test('no kick-off is accepted and lost: when it can read but not write, it says so', async () => {
      service.database.fault = (call) => (call.name === 'batch' ? brokenDatabase(code)(call) : undefined)
      await expectTransient(await service.request('/fhir/$export'))
      service.database.fault = healthy
      expect(await service.deps.db.query.selectFrom('work_unit').select('job_id').execute()).toEqual([])
      expect(await runTick(service.deps)).toBe(false)
    })
  },
)

describe('An export that the database leaves in the lurch', { timeout: 60_000 }, () => {
  test('goes on when it is back, to the same files', async () => {
    const status = await service.kickOff()
    for (let ticks = 0; ticks < 4; ticks++) await runTick(service.deps)
    service.database.fault = brokenDatabase('SQLITE_IOERR')
    for (let seconds = 0; seconds < 3_600; seconds++) {
      await expect(runTick(service.deps)).rejects.toMatchObject({ code: 'database-unavailable' })
      service.clock.advance(1_000)
    }
    service.database.fault = healthy
    expect((await service.request(status)).status).toBe(202)
    expect(await filesOf(await service.runToEnd(status))).toEqual(undisturbed)
  })

  test('goes on after outages at any time, before the effect of a call or after it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 25 })), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.boolean(),
        fc.constantFrom('SQLITE_BUSY', 'SQLITE_FULL'),
        async (outages, afterEffect, code) => {
          const status = await service.kickOff()
          let at = service.database.calls.length
          const windows = outages.map(([gap, length]) => {
            const from = at + gap
            at = from + length
            return { from, to: at }
          })
          service.database.afterEffect = afterEffect
          service.database.fault = (call) =>
            windows.some(({ from, to }) => call.number >= from && call.number < to)
              ? brokenDatabase(code)(call)
              : undefined
          const response = await service.runToEnd(status)
          service.database.fault = healthy
          expect(await filesOf(response)).toEqual(undisturbed)
          // An upload whose beginning could not be noted is an orphan, for the sweep.
          service.clock.advance(2 * service.deps.config.limits.leaseMs)
          await runSweep(service.deps)
          expect([...service.memory.uploads.keys()]).toEqual([])
        },
      ),
      { numRuns: 25 },
    )
  })

  test('is taken up again by the loop of a process, which lives through it', async () => {
    const status = await service.kickOff()
    service.database.fault = brokenDatabase('SQLITE_BUSY')
    const engine = startEngineLoop(service.deps)
    const seconds = async (count: number) => {
      for (let n = 0; n < count; n++) {
        service.clock.advance(1_000)
        await service.deps.clock.yield()
        await service.deps.clock.yield()
      }
    }
    await seconds(20)
    service.database.fault = healthy
    for (let minutes = 0; minutes < 30 && (await service.request(status)).status === 202; minutes++) {
      engine.wake()
      await seconds(20)
    }
    expect(await filesOf(await service.request(status))).toEqual(undisturbed)
    await engine.stop(1000)
  })
})

const brokenStorage = (code: ErrorCode = 'storage-unavailable', ...names: readonly string[]): Fault => {
  const error = new SluiceError(code, 'Cannot store part: ENOSPC')
  return ({ name }) => (names.length === 0 || names.includes(name) ? error : undefined)
}
const writing = ['put', 'uploadPart']

describe.each<[string, Fault]>([
  ['answers nothing', brokenStorage()],
  ['is full', brokenStorage('storage-unavailable', ...writing)],
  ['cannot begin uploads', brokenStorage('storage-unavailable', 'beginUpload', 'put')],
  ['cannot join parts', brokenStorage('storage-unavailable', 'completeUpload', 'put')],
  ['fails in a way nobody thought of', () => new TypeError('fetch failed')],
  ['forgets every upload', brokenStorage('no-such-upload', 'completeUpload')],
  ['forgets every upload at once', brokenStorage('no-such-upload', 'uploadPart')],
  ['finds fault with every part', brokenStorage('invalid-part', 'completeUpload')],
])('While the storage %s', (_, fault) => {
  test('an export waits, and asks its client to wait; when it is well again the files are right', async () => {
    const status = await service.kickOff()
    await runTick(service.deps)
    service.storage.fault = fault
    for (let seconds = 0; seconds < 30; seconds++) {
      await runTick(service.deps)
      const response = await service.request(status)
      expect(response.status).toBe(202)
      const retryAfter = Number(response.headers.get('retry-after'))
      expect(retryAfter).toBeGreaterThanOrEqual(1)
      expect(retryAfter).toBeLessThanOrEqual(60)
      service.clock.advance(1_000)
    }
    service.storage.fault = healthy
    expect(await filesOf(await service.runToEnd(status))).toEqual(undisturbed)
  })

  test('for ever, an export fails in the end, and says so with 500', async () => {
    service.storage.fault = fault
    const status = await service.kickOff()
    const response = await service.runToEnd(status)
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [
        { code: 'processing', diagnostics: expect.stringMatching(/^Cannot finish the export: .*attempts/) },
      ],
    })
    expect(service.clock.now() - startOfTime).toBeLessThan(6 * 3_600_000)
    // And no more is tried.
    const calls = service.storage.calls.length
    service.clock.advance(3_600_000)
    expect(await runTick(service.deps)).toBe(false)
    expect(service.storage.calls).toHaveLength(calls)
  })
})

describe('While the storage is down', () => {
  beforeEach(() => {
    service.storage.fault = brokenStorage()
  })

  test('a work unit is tried less and less often', async () => {
    await service.kickOff()
    const attempts: number[] = []
    for (let seconds = 0; seconds < 600; seconds++) {
      const before = service.storage.calls.length
      await runTick(service.deps)
      if (service.storage.calls.length > before) attempts.push(seconds)
      service.clock.advance(1_000)
    }
    const ordinals = await service.deps.db.query
      .selectFrom('work_unit')
      .select('attempts')
      .where('kind', '=', 'output')
      .execute()
    // Waits of 1, 2, 4, … seconds, the upper half of each at random: 600 seconds hold eight to ten of them.
    for (const unit of ordinals) {
      expect(unit.attempts).toBeGreaterThanOrEqual(8)
      expect(unit.attempts).toBeLessThanOrEqual(11)
    }
    expect(attempts.filter((second) => second < 60).length).toBeGreaterThan(
      attempts.filter((second) => second >= 540).length,
    )
  })

  test('Retry-After says when it is tried again, within its limits', async () => {
    const status = await service.kickOff()
    const said = new Set<number>()
    for (let seconds = 0; seconds < 400; seconds++) {
      await runTick(service.deps)
      const { next } = await service.deps.db.query
        .selectFrom('work_unit')
        .select((eb) => eb.fn.min('not_before').as('next'))
        .where('state', '<>', 'done')
        .where('kind', '<>', 'manifest') // it waits for the others
        .executeTakeFirstOrThrow()
      const retryAfter = Number((await service.request(status)).headers.get('retry-after'))
      const waitSeconds = Math.ceil((Number(next) - service.clock.now()) / 1_000)
      expect(retryAfter).toBe(Math.min(60, Math.max(1, waitSeconds)))
      said.add(retryAfter)
      service.clock.advance(1_000)
    }
    expect(said.size).toBeGreaterThan(5)
  })

  test('a file request is answered 503, and the file is there when it is well again', async () => {
    service.storage.fault = healthy
    const manifest: Manifest = await (await service.runToEnd(await service.kickOff())).json()
    const file = pathOf(manifest.output[0]?.url ?? '')
    service.storage.fault = brokenStorage()
    for (const init of [{}, { method: 'HEAD' }, { headers: { range: 'bytes=0-9' } }]) {
      await expectTransient(await service.request(file, init), init.method)
    }
    service.storage.fault = brokenStorage('storage-unavailable', 'read')
    await expectTransient(await service.request(file))
    service.storage.fault = healthy
    expect((await service.request(file)).status).toBe(200)
  })

  test('kick-off, writes and reads of resources go on', async () => {
    expect((await service.request('/fhir/$export')).status).toBe(202)
    const put = await service.request('/fhir/Patient/a', { method: 'PUT', headers: fhir, body: patient })
    expect(put.status).toBe(201)
    expect((await service.request('/fhir/Patient/a')).status).toBe(200)
  })

  test('an export may be deleted, and is swept away when it is well again', async () => {
    service.storage.fault = healthy
    const status = await service.kickOff()
    while (service.memory.uploads.size === 0) await runTick(service.deps)
    service.storage.fault = brokenStorage()
    expect((await service.request(status, { method: 'DELETE' })).status).toBe(202)
    expect((await service.request(status)).status).toBe(404)
    service.clock.advance(10 * service.deps.config.limits.leaseMs)
    await runSweep(service.deps)
    expect(service.memory.uploads.size + service.memory.objects.size).toBeGreaterThan(0)
    service.storage.fault = healthy
    for (let sweeps = 0; sweeps < 2; sweeps++) {
      service.clock.advance(service.deps.config.limits.sweepMs)
      await runSweep(service.deps)
    }
    expect([service.memory.uploads.size, service.memory.objects.size]).toEqual([0, 0])
    expect(await service.deps.db.query.selectFrom('job').select('job_id').execute()).toEqual([])
  })

  test('other exports are not held up by one that fails', async () => {
    const failing = await service.kickOff()
    await runTick(service.deps)
    service.clock.advance(60_000)
    service.storage.fault = healthy
    const other = await service.kickOff()
    expect(await filesOf(await service.runToEnd(other))).toEqual(undisturbed)
    expect(await filesOf(await service.runToEnd(failing))).toEqual(undisturbed)
  })
})
