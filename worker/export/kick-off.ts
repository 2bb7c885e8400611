import { type Deps, fhirBase } from '../deps.ts'
import type { ExportRequest } from '../fhir/export-request.ts'
import { type OutcomeIssue, outcomeOf } from '../fhir/operation-outcome.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import { insertJob } from '../store/jobs.ts'
import { findPopulation } from './find-population.ts'

/** Raised whenever the same request and snapshot would no longer give the same bytes; frozen in each job. */
export const codecVersion = 4

export type KickOff = {
  readonly request: ExportRequest
  /** At Group level, as the URL has it. */
  readonly groupId: string | undefined
  readonly requestUrl: string
  readonly lenient: boolean
}

/** Starts a job: a look by key at whom it is about, and one transaction, whatever the size of the export. Returns its id. */
export const kickOff = async (
  deps: Deps,
  { request, groupId, requestUrl, lenient }: KickOff,
): Promise<string> => {
  const { config, db, clock, newId } = deps
  const { partBytes, fileBytes, rangeBytes, maxClockSkewMs } = config.limits
  const { groupKey, patientKeys, notes } = await findPopulation(deps, request, groupId, lenient)
  const jobId = newId()
  await insertJob(
    db,
    {
      jobId,
      level: request.level,
      requestUrl,
      baseUrl: fhirBase(config),
      typeIds: (request.types ?? []).map(typeIdOf),
      groupKey,
      patientKeys,
      groupBackfill: config.groupBackfill,
      shape: request.shape,
      referenced: { typeIds: [], maxDepth: 0, onlySince: false },
      // `lastUpdated` is a whole millisecond: above a fraction is above its floor, below a fraction is below its ceiling.
      sinceMs: request.since?.floorMs,
      untilMs: request.until?.ceilMs,
      codec: codecVersion,
      partBytes: request.shape.tuning.partBytes ?? partBytes,
      fileBytes,
      rangeBytes,
      outcomeLines: outcomeLines(request, notes),
    },
    { now: clock.now(), maxClockSkewMs },
  )
  return jobId
}

/**
 * One OperationOutcome for each parameter ignored under `Prefer: handling=lenient` (Bulk Data IG, kick-off), patient passed over, and type
 * of which there can be nothing.
 */
const outcomeLines = ({ ignored, notes }: ExportRequest, strangers: readonly string[]): string => {
  const outcomes = [
    ...ignoredByName(ignored),
    ...strangers.map((note) => [issueOf('warning', 'not-found', `Left out ${note}`)]),
    ...notes.map((note) => [issueOf('information', 'informational', note)]),
  ]
  return outcomes
    .map(outcomeOf)
    .map((outcome) => `${JSON.stringify(outcome)}\n`)
    .join('')
}

/** The issues of one parameter, one for each value of it that is not supported. */
const ignoredByName = (ignored: ExportRequest['ignored']): readonly (readonly OutcomeIssue[])[] => {
  const byName = new Map<string, OutcomeIssue[]>()
  for (const { name, code, reason } of ignored) {
    const issue = issueOf('warning', code, `Ignored parameter "${name}": ${reason}`)
    const earlier = byName.get(name)
    if (earlier === undefined) byName.set(name, [issue])
    else earlier.push(issue)
  }
  return [...byName.values()]
}

const issueOf = (severity: OutcomeIssue['severity'], code: string, diagnostics: string): OutcomeIssue => ({
  severity,
  code,
  diagnostics,
})
