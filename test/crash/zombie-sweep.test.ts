import { describe, expect, test } from 'vitest'
import { runSweep } from '../../worker/export/sweep.ts'
import { runTick } from '../../worker/export/tick.ts'
import { constantTags } from '../support/constant-tags.ts'
import { createScene, type ExportScene, nothingLeft } from '../support/export-scene.ts'
import { faultPlan } from '../support/faulty.ts'
import { groupPopulation, organizedPopulation } from '../support/group-population.ts'
import { troubledPopulation } from '../support/troubled-population.ts'
import { callsOfExport, isStorageWrite, startAndHold, sweepHolds } from '../support/zombie-sweep.ts'

const calls = await callsOfExport()
const writes = calls.filter(isStorageWrite)
const puts = writes.filter(({ name }) => name === 'put')
const commits = calls.filter(({ name }) => name === 'batch')
/** A sample; `zombie-sweep.long.test.ts` takes all of them. */
const every = <T>(step: number, all: readonly T[]): readonly T[] =>
  all.filter((_, index) => index % step === 0)

const timeout = 120_000
/** Writes may take many times as long as a lease. */
const slowStorage = { storageTimeoutMs: 600_000 }

describe('A worker whose lease ended while another finished its job changes nothing', () => {
  test('when it was held in a write to the storage', { timeout }, async () => {
    await sweepHolds([...puts, ...every(11, writes)], ['before', 'after'])
  })

  test('when it was held in a commit', { timeout }, async () => {
    await sweepHolds(every(17, commits), ['before', 'after'])
  })
})

describe('A worker on organized output whose lease ended while another finished its job changes nothing', () => {
  test('when it was held in a commit, of the population and of all else', { timeout }, async () => {
    const open = async () => ({ population: organizedPopulation })
    const all = await callsOfExport(open)
    const batches = all.filter(({ name }) => name === 'batch')
    await sweepHolds([...batches.slice(0, 12), ...every(31, batches)], ['before', 'after'], { open })
  })
})

describe('A worker on a Group whose lease ended while another finished its job changes nothing', () => {
  test('when it was held in a commit, of the population and of all else', { timeout }, async () => {
    const open = async () => ({ population: groupPopulation })
    const all = await callsOfExport(open)
    const batches = all.filter(({ name }) => name === 'batch')
    await sweepHolds([...batches.slice(0, 10), ...every(31, batches)], ['before', 'after'], { open })
  })
})

describe('A worker on a damaged store whose lease ended while another finished its job changes nothing', () => {
  test('when it was held in a commit, or in a write to the storage', { timeout }, async () => {
    const open = async () => ({ population: troubledPopulation })
    const all = await callsOfExport(open)
    const batches = all.filter(({ name }) => name === 'batch')
    await sweepHolds([...every(29, batches), ...every(9, all.filter(isStorageWrite))], ['before', 'after'], {
      open,
    })
  })
})

describe('A worker whose lease ended while another was at work', () => {
  test('does no harm when it goes on beside it', { timeout }, async () => {
    await sweepHolds(every(53, calls), ['before'], { ticks: 1 })
    await sweepHolds(every(53, calls.slice(3)), ['after'], { ticks: 3 })
  })

  test('writes no other bytes, where nothing would tell them from the right ones', { timeout }, async () => {
    await sweepHolds(every(53, calls.slice(1)), ['before'], { ticks: 1, wrap: constantTags })
    await sweepHolds(every(53, calls.slice(2)), ['after'], { wrap: constantTags })
  })

  test.each(['a carry before any part', 'a carry behind a part'] as const)(
    'does not go on from what the other has left, when it began with %s',
    { timeout },
    async (from) => {
      await sweepHolds(calls.slice(0, 8), ['before'], { from, wrap: constantTags })
      await sweepHolds(calls.slice(0, 8), ['after'], { from, ticks: 1, wrap: constantTags })
    },
  )
})

describe('A lease is kept', () => {
  test('through a write to the storage that takes ten times as long', { timeout }, async () => {
    const kinds = new Set<string>()
    for (const { number, name } of [...puts, ...every(9, writes)]) {
      const scene = await createScene({ limits: slowStorage })
      const jobId = await scene.kickOffAt()
      const plan = faultPlan()
      const gate = plan.hold(number, 'before')
      const worker = scene.runToEnd(jobId, scene.process(plan))
      await gate.reached
      const held = await heldUnits(scene)
      expect(held).toHaveLength(1)
      for (let third = 0; third < 30; third++) {
        scene.clock.advance(scene.deps.config.limits.leaseMs / 3)
        await letOthersRun()
        while (await scene.tick());
      }
      expect(await heldUnits(scene), `held before call ${number}, ${name}`).toEqual(held)
      gate.release()
      await Promise.all([worker, scene.runToEnd(jobId)])
      await scene.sweepAll()
      expect(await scene.leftovers()).toEqual(nothingLeft)
      kinds.add(name)
      scene.close()
    }
    expect([...kinds].sort()).toEqual(['beginUpload', 'completeUpload', 'put', 'uploadPart'])
  })

  test('through a slice whose every page takes half as long', async () => {
    const scene = await createScene({ limits: { sliceMs: 3_600_000, tickRows: 1000, tickBytes: 1_000_000 } })
    const jobId = await scene.kickOffAt()
    const own = scene.process(faultPlan())
    let pages = 0
    const slow = async () => {
      const held = await heldUnits(scene)
      scene.clock.advance(scene.deps.config.limits.leaseMs / 2)
      expect(await heldUnits(scene)).toEqual(held)
      pages++
    }
    while (await runTick({ ...own, clock: { ...own.clock, yield: slow } }));
    expect((await scene.job(jobId)).state).toBe('completed')
    expect(pages).toBeGreaterThan(20)
    expect((await unitsOf(scene)).map(({ fence }) => fence)).toEqual((await unitsOf(scene)).map(() => 1))
    scene.close()
  })
})

describe('Nothing is left of an export that was deleted (I7)', () => {
  test('while a worker was held in a write to the storage', { timeout }, async () => {
    for (const { number, name } of [...puts, ...every(11, writes)])
      for (const leases of [0, 1]) {
        const scene = await createScene()
        const jobId = await scene.kickOffAt()
        const { zombie, gate } = await startAndHold(scene, jobId, { number, moment: 'before' })
        await remove(scene, jobId)
        await scene.sweep()
        scene.clock.advance(leases * scene.deps.config.limits.leaseMs)
        await scene.sweep()
        gate.release()
        await zombie.ended
        expect(await statusOf(scene, jobId)).toBe(404)
        await scene.sweepAll()
        await expectNothing(scene, `held before call ${number}, ${name}, for ${leases} leases`)
        scene.close()
      }
  })

  test('while a worker was at work, which then stops', { timeout }, async () => {
    for (const { number, name } of [...puts, ...every(9, writes)]) {
      const scene = await createScene()
      const jobId = await scene.kickOffAt()
      const later = await writesAfter(scene, jobId, number, () => remove(scene, jobId))
      expect(later, `held before call ${number}, ${name}`).toEqual([])
      await scene.sweepAll()
      await expectNothing(scene, `held before call ${number}, ${name}`)
      scene.close()
    }
  })

  test('while a write was under way that took as long as a write may take', { timeout }, async () => {
    for (const { number, name } of [...puts, ...every(9, writes)]) {
      const scene = await createScene({ limits: slowStorage })
      const { leaseMs, storageTimeoutMs } = scene.deps.config.limits
      const jobId = await scene.kickOffAt()
      const plan = faultPlan()
      const gate = plan.hold(number, 'before')
      const worker = scene.runToEnd(jobId, scene.process(plan))
      await gate.reached
      await remove(scene, jobId)
      for (let passed = 0; passed < 10; passed++) {
        scene.clock.advance(Math.floor((storageTimeoutMs - 1) / 10))
        await letOthersRun()
        await scene.sweep()
      }
      gate.release()
      await worker
      for (let sweeps = 0; sweeps < 2; sweeps++) {
        scene.clock.advance(leaseMs + storageTimeoutMs)
        await scene.sweep()
      }
      await expectNothing(scene, `held before call ${number}, ${name}`)
      scene.close()
    }
  })

  test('while a write of a dead worker arrived between any two steps of the last look', {
    timeout,
  }, async () => {
    for (const name of ['put', 'beginUpload', 'completeUpload'])
      for (let step = 1; step <= 8; step++) {
        const write = writes.find((call) => call.name === name)
        const scene = await createScene()
        const { leaseMs } = scene.deps.config.limits
        const jobId = await scene.kickOffAt()
        const { zombie, gate } = await startAndHold(scene, jobId, {
          number: write?.number ?? 0,
          moment: 'before',
        })
        await remove(scene, jobId)
        scene.memory.objects.clear() // so that there is nothing to be seen but what arrives
        scene.clock.advance(2 * leaseMs - 1)
        const plan = faultPlan()
        const look = plan.hold(step, 'after')
        const sweep = runSweep(scene.process(plan))
        await Promise.race([look.reached, sweep])
        gate.release()
        await zombie.ended
        scene.clock.advance(1)
        look.release()
        await sweep
        await scene.sweepAll()
        await expectNothing(scene, `${name} arrived after call ${step} of the sweep`)
        scene.close()
      }
  })
})

describe('A job that failed in the hands of one worker', () => {
  test('is not written any further by another', async () => {
    const scene = await createScene({
      limits: { retryLimit: 1 },
      wrap: (memory) => ({ ...memory, put: () => Promise.reject(new Error('the storage is broken')) }),
    })
    const jobId = await scene.kickOffAt()
    const [first] = writes
    const later = await writesAfter(scene, jobId, first?.number ?? 0, () => scene.runToEnd(jobId))
    expect(await statusOf(scene, jobId)).toBe(500)
    expect(later).toEqual([])
    scene.clock.advance(scene.deps.config.limits.retentionMs)
    await scene.sweepAll()
    expect(scene.memory.uploads.size).toBe(0)
    scene.close()
  })
})

/**
 * Holds a worker in a write to the storage, lets something end its job and more than a lease pass, in which a worker that is alive
 * notices; then the writes it makes once it goes on.
 */
const writesAfter = async (
  scene: ExportScene,
  jobId: string,
  number: number,
  end: () => Promise<void>,
): Promise<readonly string[]> => {
  const plan = faultPlan()
  const gate = plan.hold(number, 'before')
  const worker = scene.runToEnd(jobId, scene.process(plan))
  await gate.reached
  await end()
  for (let third = 0; third < 4; third++) {
    scene.clock.advance(scene.deps.config.limits.leaseMs / 3)
    await letOthersRun()
  }
  const before = plan.calls.length
  gate.release()
  await worker
  await letOthersRun()
  return plan.calls.slice(before).filter((name) => isStorageWrite({ number, name }))
}

const remove = async (scene: ExportScene, jobId: string): Promise<void> => {
  const response = await scene.request(`/fhir/$export-status/${jobId}`, { method: 'DELETE' })
  expect(response.status).toBe(202)
}

const statusOf = async (scene: ExportScene, jobId: string): Promise<number> =>
  (await scene.request(`/fhir/$export-status/${jobId}`)).status

const expectNothing = async (scene: ExportScene, label: string): Promise<void> => {
  expect([...scene.memory.objects.keys()], label).toEqual([])
  expect([...scene.memory.uploads.keys()], label).toEqual([])
  expect(await scene.jobRows(), label).toBe(0)
}

const unitsOf = (scene: ExportScene) =>
  scene.deps.db.query.selectFrom('work_unit').select(['ordinal', 'fence', 'lease_until']).execute()

const heldUnits = async (scene: ExportScene): Promise<readonly string[]> =>
  (await unitsOf(scene))
    .filter((unit) => unit.lease_until > scene.clock.now())
    .map(({ ordinal, fence }) => `unit ${ordinal}, fence ${fence}`)

const letOthersRun = async (): Promise<void> => {
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve))
}
