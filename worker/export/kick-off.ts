import { type Deps, fhirBase } from '../deps.ts'
import type { ExportRequest } from '../fhir/export-request.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import { insertJob } from '../store/jobs.ts'

/** Raised whenever the same request and snapshot would no longer give the same bytes; frozen in each job. */
export const codecVersion = 1

/** Starts a job: one transaction whatever the size of the export. Returns its id. */
export const kickOff = async (deps: Deps, request: ExportRequest, requestUrl: string): Promise<string> => {
  const { config, db, clock, newId } = deps
  const { partBytes, fileBytes, rangeBytes, maxClockSkewMs } = config.limits
  const jobId = newId()
  await insertJob(
    db,
    {
      jobId,
      level: request.level,
      requestUrl,
      baseUrl: fhirBase(config),
      typeIds: (request.types ?? []).map(typeIdOf),
      // `lastUpdated` is a whole millisecond: above a fraction is above its floor, below a fraction is below its ceiling.
      sinceMs: request.since?.floorMs,
      untilMs: request.until?.ceilMs,
      codec: codecVersion,
      partBytes,
      fileBytes,
      rangeBytes,
      outcomeLines: outcomeLines(request),
    },
    { now: clock.now(), maxClockSkewMs },
  )
  return jobId
}

/** One OperationOutcome for each parameter ignored under `Prefer: handling=lenient` (Bulk Data IG, kick-off). */
const outcomeLines = ({ ignored }: ExportRequest): string =>
  ignored
    .map(({ name, code, reason }) =>
      outcomeOf([{ severity: 'warning', code, diagnostics: `Ignored parameter "${name}": ${reason}` }]),
    )
    .map((outcome) => `${JSON.stringify(outcome)}\n`)
    .join('')
