import { expect } from 'vitest'
import { SluiceError } from '../../worker/errors.ts'
import { runTick } from '../../worker/export/tick.ts'
import { constantTags } from './constant-tags.ts'
import { createScene, type ExportScene, nothingLeft, type Outcome } from './export-scene.ts'
import { type FakeClock, fakeClock } from './fake-clock.ts'
import { Crash, type FaultPlan, faultPlan } from './faulty.ts'
import { seededRandom } from './seeded-random.ts'

type Fault = 'crash' | 'pause' | 'failure' | 'lost answer' | 'lost upload' | 'removal'
type Faults = Readonly<Record<Fault, number>>

/** An export for every seed, each of which must come out as if nothing had happened. Returns what did happen. */
export const fuzzExports = async (seeds: {
  readonly first: number
  readonly last: number
}): Promise<Faults> => {
  const golden = await undisturbed()
  const all = { ...noFaults }
  for (let seed = seeds.first; seed <= seeds.last; seed++) {
    const faults = await fuzzExport(seed, golden).catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error })
    })
    for (const fault of faultNames) all[fault] += faults[fault]
  }
  return all
}

const undisturbed = async (): Promise<Outcome> => {
  const scene = await createScene()
  const jobId = await scene.kickOffAt()
  await scene.writeMore()
  await scene.runToEnd(jobId)
  const outcome = await scene.outcome(jobId)
  scene.close()
  return outcome
}

const noFaults = { crash: 0, pause: 0, failure: 0, 'lost answer': 0, 'lost upload': 0, removal: 0 }
const faultNames = Object.keys(noFaults) as readonly Fault[]

/**
 * One export by three workers at once, each of which may at any call die, fall asleep, or get no answer, while time passes in leaps,
 * uploads vanish, and perhaps a client deletes it: all of it drawn from the seed. Once all workers are awake, the export is as it
 * should be, or gone.
 */
const fuzzExport = async (seed: number, golden: Outcome): Promise<Faults> => {
  const random = seededRandom(seed)
  const scene = await createScene({
    limits: { retryLimit: 1000, retryBaseMs: 100, retryMaxMs: 1000 },
    ...(random() < 0.5 ? { wrap: constantTags } : {}),
  })
  const jobId = await scene.kickOffAt()
  await scene.writeMore()
  const faults = { ...noFaults }
  const removalChance = random() < 0.3 ? 0.002 : 0
  const workers = [1, 2, 3].map(() => startWorker(scene, jobId, faults, random))
  for (let rounds = 0; !(await scene.hasEnded(jobId)); rounds++) {
    if (rounds > 100_000) throw new Error('the export does not come to an end')
    await scene.clock.yield()
    if (random() < 0.3) passTime(scene, workers, random() * random() * 50_000)
    if (random() < 0.05) await scene.sweep()
    for (const worker of workers) if (worker.isAsleep() && random() < 0.05) worker.wake()
    const [uploadId] = scene.memory.uploads.keys()
    if (uploadId !== undefined && random() < 0.01) {
      scene.memory.uploads.delete(uploadId)
      faults['lost upload']++
    }
    if (random() < removalChance) {
      await scene.request(`/fhir/$export-status/${jobId}`, { method: 'DELETE' })
      faults.removal++
    }
  }
  for (const worker of workers) worker.retire()
  await Promise.all(workers.map(({ ended }) => ended))
  await scene.sweepAll()
  if (faults.removal === 0) expect(await scene.outcome(jobId)).toEqual(golden)
  else expect(scene.memory.objects.size + (await scene.jobRows())).toBe(0)
  expect(await scene.leftovers()).toEqual(nothingLeft)
  scene.close()
  return faults
}

const likely: readonly (readonly [Fault, number])[] = [
  ['crash', 0.01],
  ['pause', 0.02],
  ['failure', 0.01],
  ['lost answer', 0.01],
]

type Worker = {
  readonly clock: FakeClock
  readonly ended: Promise<void>
  isAsleep(): boolean
  wake(): void
  /** Wakes it, and lets it live in peace from now on. */
  retire(): void
}

/** A worker, and those that take its place when it dies, until the job has ended. */
const startWorker = (
  scene: ExportScene,
  jobId: string,
  faults: Record<Fault, number>,
  random: () => number,
): Worker => {
  const draw = (): Fault | undefined => {
    if (isRetired) return undefined
    const fault = likely.find(([, chance]) => random() < chance)?.[0]
    if (fault !== undefined) faults[fault]++
    return fault
  }
  const clock = fakeClock(scene.clock.now())
  let asleep: PromiseWithResolvers<void> | undefined
  let isRetired = false
  const live = async (): Promise<void> => {
    for (;;) {
      const plan = restlessPlan(
        () => (isRetired ? undefined : draw()),
        random,
        async () => {
          asleep ??= Promise.withResolvers<void>()
          await asleep.promise
        },
      )
      const deps = { ...scene.process(plan), clock }
      for (let worked = true; !(await scene.hasEnded(jobId)); ) {
        worked = await runTick(deps).catch(() => false)
        if (plan.isCrashed) break
        if (!worked) await clock.yield()
      }
      await plan.settled()
      if (await scene.hasEnded(jobId)) return
    }
  }
  const wake = () => {
    clock.advance(Math.max(0, scene.clock.now() - clock.now()))
    asleep?.resolve()
    asleep = undefined
  }
  const retire = () => {
    isRetired = true
    wake()
  }
  return { clock, ended: live(), isAsleep: () => asleep !== undefined, wake, retire }
}

/** A plan that draws a fault at every call. While its process sleeps, no call of it goes on. */
const restlessPlan = (
  draw: () => Fault | undefined,
  random: () => number,
  whileAsleep: () => Promise<void>,
): FaultPlan => {
  const plan = faultPlan()
  let isCrashed = false
  let isAsleep = false
  const sleepIf = async (fallsAsleep: boolean): Promise<void> => {
    isAsleep ||= fallsAsleep
    if (!isAsleep) return
    await whileAsleep()
    isAsleep = false
  }
  const assertAlive = (): void => {
    if (isCrashed) throw new Crash('the process has crashed')
  }
  return {
    ...plan,
    get isCrashed() {
      return isCrashed
    },
    run: async (name, call) => {
      const fault = draw()
      const isBefore = random() < 0.5
      assertAlive()
      await sleepIf(fault === 'pause' && isBefore)
      if (fault === 'crash' && isBefore) isCrashed = true
      assertAlive()
      if (fault === 'failure') throw failure(name)
      const [outcome] = await Promise.allSettled([plan.run(name, call)])
      await sleepIf(fault === 'pause' && !isBefore)
      if (fault === 'crash') isCrashed = true
      assertAlive()
      if (fault === 'lost answer') throw failure(name)
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value
    },
  }
}

const failure = (name: string): Error =>
  new SluiceError(
    name === 'execute' || name === 'batch' ? 'database-unavailable' : 'storage-unavailable',
    `Cannot ${name}: the connection was lost`,
  )

/** Time passes for whoever is awake. */
const passTime = (scene: ExportScene, workers: readonly Worker[], ms: number): void => {
  scene.clock.advance(Math.round(ms))
  for (const { clock, isAsleep } of workers)
    if (!isAsleep()) clock.advance(Math.max(0, scene.clock.now() - clock.now()))
}
