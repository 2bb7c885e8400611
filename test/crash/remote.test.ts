import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Deps } from '../../worker/deps.ts'
import { runTick } from '../../worker/export/tick.ts'
import type { MemoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { createRemoteDb } from '../../worker/store/open-remote-database.ts'
import { type FaultKind, sweepFaults } from '../support/crash-sweep.ts'
import { createScene, type ExportScene, nothingLeft, type Outcome } from '../support/export-scene.ts'
import { Crash, faultPlan } from '../support/faulty.ts'
import { isSqldMissing, type SqldServer, startSqld } from '../support/sqld-server.ts'
import { callsOfExport, isStorageWrite, sweepHolds } from '../support/zombie-sweep.ts'
import { kickOffOn, wholeExportOn } from './export-scenarios.ts'

/** The export of `export-scene.ts` on a real libSQL server; what is asserted on a file is asserted there too. */
describe.skipIf(isSqldMissing)('An export on a libSQL server', { timeout: 120_000 }, () => {
  let sqld: SqldServer
  let golden: Outcome
  beforeAll(async () => {
    sqld = await startSqld()
    const scene = await createScene()
    golden = await undisturbed(scene)
    scene.close()
  })
  afterAll(() => sqld.stop())

  test.each<readonly [FaultKind, number]>([
    ['crash', 73],
    ['lost answer', 97],
  ])('comes out the same after a %s at any call (a sample)', async (kind, step) => {
    const scenario = wholeExportOn(async () => ({ database: await sqld.emptied() }))
    const { golden: result, runs } = await sweepFaults(scenario, kind, step)
    expect(result).toEqual({ outcome: golden, leftovers: nothingLeft })
    expect(runs).toBeGreaterThanOrEqual(4)
  })

  test('comes out the same after a worker was held at any call and another went on (a sample)', async () => {
    const open = async () => ({ database: await sqld.emptied() })
    const calls = await callsOfExport(open)
    const writes = every(29, calls.filter(isStorageWrite))
    await sweepHolds([...writes, ...every(83, calls)], ['before', 'after'], { open })
    await sweepHolds(writes, ['before'], { open, ticks: 1 })
  })

  test('is kicked off or not when an answer is lost, and nothing between', async () => {
    const { golden: result } = await sweepFaults(
      kickOffOn(async () => ({ database: await sqld.emptied() })),
      'lost answer',
    )
    expect(result.endings).toHaveLength(1)
  })

  test('goes on when the server has been killed and is back', async () => {
    let uploads = 0
    const scene = await createScene({
      database: await sqld.emptied(),
      wrap: (memory) => ({
        ...memory,
        uploadPart: async (...call) => {
          const etag = await memory.uploadPart(...call)
          if (++uploads === 3) await sqld.kill()
          return etag
        },
      }),
    })
    const jobId = await scene.kickOffAt()
    await scene.writeMore()

    await expect(scene.runToEnd(jobId)).rejects.toMatchObject({ code: 'database-unavailable' })
    const status = await scene.request(`/fhir/$export-status/${jobId}`)
    expect(status.status).toBe(503)
    expect(status.headers.get('retry-after')).toBe('5')
    expect((await scene.request('/health')).status).toBe(503)

    await sqld.start()
    expect((await scene.request('/health')).status).toBe(200)
    scene.clock.advance(scene.deps.config.limits.leaseMs)
    await scene.runToEnd(jobId)

    expect(await scene.outcome(jobId)).toEqual(golden)
    await scene.sweepAll()
    expect(await scene.leftovers()).toEqual(nothingLeft)
    scene.close()
  })

  test('is shared by two processes, and no part is uploaded twice', async () => {
    const written: string[] = []
    const scene = await createScene({
      database: await sqld.emptied(),
      wrap: (memory) => noting(memory, written),
    })
    const jobId = await scene.kickOffAt()
    await scene.writeMore()
    const warnings: string[] = []
    const workers = [0, 1].map((): Deps & { claims: number } => ({
      ...scene.deps,
      db: createRemoteDb(sqld.connect()),
      log: (level, message) => level === 'warn' && warnings.push(message),
      claims: 0,
    }))

    await Promise.all(
      workers.map(async (worker) => {
        while (!(await scene.hasEnded(jobId))) if (await runTick(worker)) worker.claims++
      }),
    )

    expect(await scene.outcome(jobId)).toEqual(golden)
    expect(written.length).toBeGreaterThan(40)
    expect(new Set(written).size).toBe(written.length)
    expect(warnings).toEqual([])
    for (const { claims, db } of workers) {
      expect(claims).toBeGreaterThan(3)
      db.close()
    }
    await scene.sweepAll()
    expect(await scene.leftovers()).toEqual(nothingLeft)
    scene.close()
  })

  test.each([40, 75, 110])(
    'that a process leaves behind when it dies in call %i costs no more than the parts it had under way',
    async (number) => {
      const written: string[] = []
      const scene = await createScene({
        database: await sqld.emptied(),
        wrap: (memory) => noting(memory, written),
      })
      const jobId = await scene.kickOffAt()
      await scene.writeMore()
      const plan = faultPlan({ number, moment: 'after' })
      const doomed = scene.process(plan)
      const dying = async () => {
        while (await runTick(doomed));
      }
      await expect(dying()).rejects.toThrow(Crash)
      await plan.settled()
      expect(plan.isCrashed).toBe(true)

      scene.clock.advance(scene.deps.config.limits.leaseMs)
      await scene.runToEnd(jobId)

      expect(await scene.outcome(jobId)).toEqual(golden)
      const { partsInFlight } = scene.deps.config.limits
      expect(written.length - new Set(written).size).toBeLessThanOrEqual(partsInFlight + 1)
      scene.close()
    },
  )
})

const undisturbed = async (scene: ExportScene): Promise<Outcome> => {
  const jobId = await scene.kickOffAt()
  await scene.writeMore()
  await scene.runToEnd(jobId)
  return scene.outcome(jobId)
}

/** Notes every part and object that is written, each time it is. */
const noting = (memory: MemoryStorage, written: string[]): Storage => ({
  ...memory,
  put: (key, ...rest) => {
    written.push(key)
    return memory.put(key, ...rest)
  },
  uploadPart: (upload, partNumber, bytes) => {
    written.push(`part ${partNumber} of ${upload.key}`)
    return memory.uploadPart(upload, partNumber, bytes)
  },
})

const every = <T>(step: number, all: readonly T[]): readonly T[] =>
  all.filter((_, index) => index % step === 0)
