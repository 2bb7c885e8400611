import { expect } from 'vitest'
import type { Deps } from '../../worker/deps.ts'
import { runTick } from '../../worker/export/tick.ts'
import type { MemoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import {
  createScene,
  type ExportScene,
  type Leftovers,
  nothingLeft,
  type Outcome,
  type SceneParts,
} from './export-scene.ts'
import { type FakeClock, fakeClock } from './fake-clock.ts'
import { type FaultPlan, faultPlan, type Moment } from './faulty.ts'

/** Where a worker is stopped, and how far another gets before it goes on. */
export type Hold = {
  readonly number: number
  readonly moment: Moment
  /** Where the export was left off when the worker begins; without, at its beginning. */
  readonly from?: 'a carry before any part' | 'a carry behind a part' | undefined
  /** Ticks of the other worker; without, it works to the end of the job. */
  readonly ticks?: number | undefined
  readonly wrap?: ((memory: MemoryStorage) => Storage) | undefined
  /** Opens what the scene is made of, empty each time; without, all is in memory. */
  readonly open?: (() => Promise<SceneParts>) | undefined
}
export type AfterHold = {
  readonly outcome: Outcome
  readonly leftovers: Leftovers
  /** Whether anything in the rows of the job changed once the first worker went on. */
  readonly changedRows: boolean
}

export type Calls = readonly { readonly number: number; readonly name: string }[]

/** The calls of a worker that does the whole job alone, in their order. */
export const callsOfExport = async (open?: Hold['open']): Promise<Calls> => {
  const { scene, jobId } = await openScene({ open })
  const plan = faultPlan()
  await scene.runToEnd(jobId, scene.process(plan))
  scene.close()
  return plan.calls.map((name, index) => ({ number: index + 1, name }))
}

/** The calls that change the storage. */
export const isStorageWrite = ({ name }: Calls[number]): boolean =>
  ['put', 'beginUpload', 'uploadPart', 'completeUpload'].includes(name)

const openScene = async ({
  wrap,
  open,
}: Pick<Hold, 'wrap' | 'open'>): Promise<{ readonly scene: ExportScene; readonly jobId: string }> => {
  const scene = await createScene({ ...(await open?.()), wrap })
  const jobId = await scene.kickOffAt()
  await scene.writeMore()
  return { scene, jobId }
}

/**
 * Stops a worker, its clock too, as when its machine is put to sleep in the middle of a call. Its lease ends, another goes on; then
 * the first wakes up again.
 */
export const holdWorker = async (hold: Hold): Promise<AfterHold> => {
  const { number, moment, from, ticks } = hold
  const { scene, jobId } = await openScene(hold)
  if (from !== undefined) while ((await lastCarry(scene)) !== from) await scene.tick()
  const { zombie, gate } = await startAndHold(scene, jobId, { number, moment })

  scene.clock.advance(scene.deps.config.limits.leaseMs + 1)
  if (ticks === undefined) await scene.runToEnd(jobId)
  await scene.sweep() // must not take a job for swept that a zombie may still write to
  for (let tick = 0; tick < (ticks ?? 0); tick++) await scene.tick()
  const before = await scene.dump()
  zombie.wake()
  gate.release()
  await Promise.all([zombie.ended, scene.runToEnd(jobId)])
  const changedRows = before !== (await scene.dump())

  await scene.sweepAll()
  const after = { outcome: await scene.outcome(jobId), leftovers: await scene.leftovers(), changedRows }
  scene.close()
  return after
}

const lastCarry = async ({ deps, memory }: ExportScene): Promise<Hold['from']> => {
  const carry = await deps.db.query.selectFrom('carry').select('chunk').execute()
  if (carry.length === 0) return undefined
  return memory.uploads.size === 0 ? 'a carry before any part' : 'a carry behind a part'
}

/** Holds a worker at every given call, and expects the outcome of an undisturbed export every time. Returns the number of runs. */
export const sweepHolds = async (
  calls: Calls,
  moments: readonly Moment[],
  options: Omit<Hold, 'number' | 'moment'> = {},
): Promise<number> => {
  const { outcome } = await holdWorker({
    number: Number.MAX_SAFE_INTEGER,
    moment: 'before',
    open: options.open,
  })
  for (const { number, name } of calls)
    for (const moment of moments) {
      const { from = 'the beginning', ticks = 'all' } = options
      const label = `held ${moment} call ${number}, ${name}, for ${ticks} ticks, from ${from}`
      const after = await holdWorker({ number, moment, ...options })
      expect(after.outcome, label).toEqual(outcome)
      expect(after.leftovers, label).toEqual(nothingLeft)
      if (options.ticks === undefined) expect(after.changedRows, label).toBe(false)
    }
  return calls.length * moments.length
}

export type Zombie = {
  readonly deps: Deps
  /** Resolves when its job has ended, and it has seen that. */
  readonly ended: Promise<void>
  /** Sets its clock right. */
  wake(): void
}

/** Starts a worker that has a clock of its own, and waits until it is held, or at the end of its work. */
export const startAndHold = async (
  scene: ExportScene,
  jobId: string,
  { number, moment }: Pick<Hold, 'number' | 'moment'>,
): Promise<{ readonly zombie: Zombie; readonly gate: { release(): void } }> => {
  const plan = faultPlan()
  const gate = plan.hold(number, moment)
  const zombie = startZombie(scene, jobId, plan)
  await Promise.race([gate.reached, zombie.ended])
  return { zombie, gate }
}

const startZombie = (scene: ExportScene, jobId: string, plan: FaultPlan): Zombie => {
  const clock = fakeClock(scene.clock.now())
  const deps = { ...scene.process(plan), clock }
  const wake = () => clock.advance(scene.clock.now() - clock.now())
  return { deps, ended: work(scene, jobId, deps, clock), wake }
}

const work = async (scene: ExportScene, jobId: string, deps: Deps, clock: FakeClock): Promise<void> => {
  for (let rounds = 0; rounds < 10_000; rounds++) {
    const worked = await runTick(deps)
    if (await scene.hasEnded(jobId)) return
    if (!worked) await scene.idle(clock)
  }
  throw new Error('the export does not come to an end')
}
