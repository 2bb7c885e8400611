import { describe, expect, test } from 'vitest'
import { retryExport } from '../../worker/export/retry.ts'
import { runTick } from '../../worker/export/tick.ts'
import type { Actor } from '../../worker/platform/actor.ts'
import type { MemoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { createScene, nothingLeft, type Population } from '../support/export-scene.ts'
import { faultPlan } from '../support/faulty.ts'
import { groupPopulation, organizedPopulation } from '../support/group-population.ts'

const admin: Actor = { kind: 'administrator', id: 'administrator-1', name: 'Ada' }

/** Lets so many writes to the storage pass, and then none until it is mended. */
const failingStorage = (passes: number) => {
  let left = passes
  const wrap = (memory: MemoryStorage): Storage => {
    const failing =
      <A extends readonly unknown[], R>(verb: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> =>
        left-- > 0 ? verb(...args) : Promise.reject(new Error('broken'))
    return {
      ...memory,
      put: failing(memory.put),
      beginUpload: failing(memory.beginUpload),
      uploadPart: failing(memory.uploadPart),
      completeUpload: failing(memory.completeUpload),
    }
  }
  const mend = () => {
    left = Number.POSITIVE_INFINITY
  }
  const writes = () => passes - left
  return { wrap, mend, writes }
}

const undisturbed = async (population?: Population | undefined) => {
  const storage = failingStorage(1e9)
  const scene = await createScene({ wrap: storage.wrap, population })
  const jobId = await scene.kickOffAt()
  await scene.writeMore()
  await scene.runToEnd(jobId)
  const outcome = await scene.outcome(jobId)
  scene.close()
  return { outcome, writes: storage.writes() }
}

const failed = async (passes: number, population?: Population) => {
  const storage = failingStorage(passes)
  const scene = await createScene({ wrap: storage.wrap, population, limits: { retryLimit: 2 } })
  const jobId = await scene.kickOffAt()
  await scene.writeMore()
  await scene.runToEnd(jobId)
  expect((await scene.job(jobId)).state).toBe('failed')
  return { scene, jobId, mend: storage.mend }
}

describe.each([
  { what: 'the whole store', population: undefined },
  { what: 'a Group', population: groupPopulation },
  { what: 'a Group, organized by patient', population: organizedPopulation },
])('An export of $what that failed, and is retried', ({ population }) => {
  test('comes out byte for byte as one that was never disturbed, wherever it failed', {
    timeout: 120_000,
  }, async () => {
    const { outcome, writes } = await undisturbed(population)
    const step = Math.max(1, Math.floor(writes / 12))
    for (let passes = 0; passes < writes; passes += step) {
      const { scene, jobId, mend } = await failed(passes, population)
      await scene.sweepAll() // which must leave it what it needs
      mend()
      await retryExport(scene.deps, jobId, admin)
      await scene.runToEnd(jobId)
      expect(await scene.outcome(jobId)).toEqual(outcome)
      await scene.sweepAll()
      expect(await scene.leftovers()).toEqual(nothingLeft)
      scene.close()
    }
  })
})

describe('A worker that held a unit when its job failed', () => {
  test('changes nothing, wherever it was held, once the job is retried by others', {
    timeout: 120_000,
  }, async () => {
    const { outcome } = await undisturbed()
    const counted = faultPlan()
    const whole = await createScene()
    const job = await whole.kickOffAt()
    await whole.writeMore()
    await whole.runToEnd(job, whole.process(counted))
    whole.close()

    let held = 0
    for (let number = 3; number < counted.calls.length; number += 23) {
      const moment = number % 2 === 0 ? 'before' : 'after'
      // A write to the storage may come late, but only as late as it may take.
      const scene = await createScene({ limits: { retryLimit: 1, storageTimeoutMs: 600_000 } })
      const jobId = await scene.kickOffAt()
      await scene.writeMore()
      const plan = faultPlan()
      const gate = plan.hold(number, moment)
      const zombie = scene.process(plan)
      let isOver = false
      const work = (async () => {
        while (!(await scene.hasEnded(jobId)) && (await runTick(zombie))) await scene.clock.yield()
      })().finally(() => {
        isOver = true
      })
      await Promise.race([gate.reached, work])
      if (isOver) {
        scene.close()
        continue
      }
      held += 1
      // Meanwhile its lease ends, and another, whose storage is broken, fails the job.
      const broken = () => Promise.reject(new Error('broken'))
      const storage = { ...scene.deps.storage, put: broken, beginUpload: broken, uploadPart: broken }
      scene.clock.advance(scene.deps.config.limits.leaseMs + 1)
      await scene.runToEnd(jobId, { ...scene.deps, storage })
      expect((await scene.job(jobId)).state).toBe('failed')
      await retryExport(scene.deps, jobId, admin)
      await runTick(scene.deps)
      gate.release()
      await work.catch(() => {})
      await scene.runToEnd(jobId)
      expect([number, await scene.outcome(jobId)]).toEqual([number, outcome])
      scene.clock.advance(600_000)
      await scene.sweepAll()
      expect(await scene.leftovers()).toEqual(nothingLeft)
      scene.close()
    }
    expect(held).toBeGreaterThan(5)
  })
})

describe('A retry', () => {
  test('beside a DELETE leaves the job retried and then gone, or gone at once; never half', async () => {
    for (const way of ['first', 'last', 'at once'] as const) {
      const { scene, jobId, mend } = await failed(6)
      mend()
      const remove = () => scene.request(`/fhir/$export-status/${jobId}`, { method: 'DELETE' })
      const retry = () =>
        retryExport(scene.deps, jobId, admin).catch(({ code }) => expect(code).toBe('not-found'))
      if (way === 'first') await retry()
      if (way === 'at once') await Promise.all([remove(), retry()])
      else await remove()
      if (way === 'last') await retry()
      expect((await scene.job(jobId)).goneAt).toBeDefined()
      expect(await scene.tick()).toBe(false)
      await scene.sweepAll()
      expect([await scene.jobRows(), scene.memory.objects.size, scene.memory.uploads.size]).toEqual([0, 0, 0])
      scene.close()
    }
  })

  test('that two ask for at once is done once', async () => {
    const { scene, jobId, mend } = await failed(6)
    mend()
    const results = await Promise.allSettled([1, 2].map(() => retryExport(scene.deps, jobId, admin)))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const rows = await scene.deps.db.query
      .selectFrom('audit_event')
      .select('action')
      .where('action', '=', 'export.retry')
      .execute()
    expect(rows).toHaveLength(1)
    scene.close()
  })

  test('gives a job as many attempts as at first, and may be made again', async () => {
    const { scene, jobId, mend } = await failed(6)
    for (let times = 0; times < 3; times++) {
      await retryExport(scene.deps, jobId, admin)
      await scene.runToEnd(jobId)
      const job = await scene.job(jobId)
      expect([job.state, job.failure]).toEqual(['failed', expect.stringContaining('(2 attempts)')])
    }
    mend()
    await retryExport(scene.deps, jobId, admin)
    await scene.runToEnd(jobId)
    expect((await scene.job(jobId)).state).toBe('completed')
    scene.close()
  })
})
