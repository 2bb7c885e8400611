import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { logFrom } from '../platform/log.ts'
import { backoffMs } from '../platform/retry.ts'
import { failJob } from '../store/end-job.ts'
import { postponeUnit } from '../store/end-slice.ts'
import type { Job } from '../store/jobs.ts'
import { type ClaimedUnit, claimUnit, readAttempts } from '../store/units.ts'
import { type Budget, createBudget, meterDeps } from './budget.ts'
import { assertAtEnd } from './failure-limit.ts'
import { runBoundsOf } from './job-bounds.ts'
import { codecVersion } from './kick-off.ts'
import { createLeaseKeeper, LostLease } from './lease-keeper.ts'
import { createPartBuffers, type PartBuffers } from './part-buffers.ts'
import { runPlanSlice } from './plan.ts'
import { runFileSlice, type Slice } from './slice.ts'
import { accountSlice, type SliceAccount } from './slice-account.ts'
import { runManifestSlice } from './write-manifest.ts'

/**
 * One wake-up of the engine: claims units and works on them until nothing is left to claim or the budget is spent. Any number of
 * ticks may run at once, in any number of processes. Returns whether it did anything.
 */
export const runTick = async (deps: Deps): Promise<boolean> => {
  const budget = createBudget(deps)
  const metered = meterDeps(deps, budget)
  const bounds = runBoundsOf(deps.config)
  const buffers = createPartBuffers()
  let worked = false
  while (!budget.isSpent()) {
    const claimed = await claimUnit(
      metered.db,
      deps.clock.now(),
      deps.config.limits.leaseMs,
      codecVersion,
      bounds,
    )
    if (claimed === undefined) break
    worked = true
    await runSlice(metered, claimed, budget, buffers)
  }
  buffers.free()
  return worked
}

const runSlice = async (
  given: Deps,
  { unit, job }: { readonly unit: ClaimedUnit; readonly job: Job },
  budget: Budget,
  buffers: PartBuffers,
): Promise<void> => {
  const { logLevel } = job.shape.tuning
  const deps = logLevel === undefined ? given : { ...given, log: logFrom(given.log, logLevel) }
  const startedAt = deps.clock.now()
  const account = accountSlice(deps.clock, budget)
  try {
    if (job.codec !== codecVersion) throw unknownCodec()
    const lease = createLeaseKeeper(deps, unit)
    const slice = { deps, job, unit, lease, budget, account, buffers }
    await runKind(slice)
    const ms = deps.clock.now() - startedAt
    deps.log('debug', 'slice done', { job: job.jobId, unit: unit.ordinal, kind: unit.kind, ms })
  } catch (error) {
    if (error instanceof LostLease) return
    await giveBack(deps, unit, account, error)
  }
}

const runKind = async (slice: Slice): Promise<void> => {
  switch (slice.unit.kind) {
    case 'plan':
      return runPlanSlice(slice)
    case 'output':
    case 'deleted':
      return runFileSlice(slice)
    case 'error':
      await assertAtEnd(slice)
      return runFileSlice(slice)
    case 'manifest':
      return runManifestSlice(slice)
    default:
      return slice.unit.kind satisfies never
  }
}

/** A failed slice: the unit rests, longer each time, and after `retryLimit` failures in a row without progress its job fails. */
const giveBack = async (
  deps: Deps,
  unit: ClaimedUnit,
  account: SliceAccount,
  error: unknown,
): Promise<void> => {
  const { db, clock, config, log } = deps
  const reason = reasonOf(error)
  const before = await readAttempts(db, unit)
  if (before === undefined) return
  const attempts = before + 1
  log('warn', 'slice failed', { job: unit.jobId, unit: unit.ordinal, attempts, reason: causeOf(error) })
  const isFinal = hasCode(error, 'job-failed')
  if (attempts >= config.limits.retryLimit || isFinal) {
    const failure = `Cannot finish the export: ${reason}${isFinal ? '' : ` (${attempts} ${attempts === 1 ? 'attempt' : 'attempts'})`}`
    await failJob(db, unit, { slice: account(reason), retentionMs: config.limits.retentionMs, failure })
    return
  }
  const notBefore = clock.now() + backoffMs(attempts, config.limits)
  await postponeUnit(db, unit, attempts, notBefore, account(reason))
}

/** What a client may read of a failure; the log has the whole of it. */
const reasonOf = (error: unknown): string =>
  error instanceof SluiceError && error.code !== 'internal'
    ? error.message
    : 'an unexpected error, see the log of the server'

const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}

/** Its files could not be told apart from those of this version, nor finished byte for byte (I2). */
const unknownCodec = (): SluiceError =>
  new SluiceError('job-failed', 'it was begun by another version of Sluice; kick it off again')
