import { SluiceError } from '../errors.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import { commitProblem, nameVersion } from '../store/job-problems.ts'
import { assertBeforeEnd } from './failure-limit.ts'
import { held } from './lease-keeper.ts'
import type { PageProblem } from './page-reader.ts'
import type { Slice } from './slice.ts'

/** Long enough for any sentence, and short enough that a page of outcomes keeps near its bound. */
const maxReasonChars = 500

/**
 * Records, before the cursor goes past it, that the resource of a page with one row cannot be exported: a crash in between finds it again, and
 * the row is there already. `count` is how many the slice has found: the limit is looked at ever less often.
 */
export const recordProblem = async (
  slice: Slice,
  position: number | undefined,
  { code, reason }: PageProblem,
  count: number,
): Promise<void> => {
  const { deps, unit, lease } = slice
  if (position === undefined)
    throw new SluiceError('internal', 'Cannot tell which resource cannot be exported: its row names none')
  const { type, id, versionId } = await nameVersion(deps.db, position)
  const diagnostics = `Cannot export ${type}/${id}, version ${versionId}: ${reason.slice(0, maxReasonChars)}`
  const outcome = JSON.stringify(outcomeOf([{ severity: 'error', code, diagnostics }]))
  held(await commitProblem(deps.db, unit, { position, outcome }, lease.renewed()))
  deps.log('warn', 'resource not exported', { job: unit.jobId, unit: unit.ordinal, reason: diagnostics })
  if (Number.isInteger(Math.log2(count))) await assertBeforeEnd(slice)
}
