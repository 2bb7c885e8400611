import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { ExportRequest } from '../fhir/export-request.ts'
import type { ExportShape } from '../fhir/export-shape.ts'
import { isBefore } from '../fhir/instant.ts'
import { typeIdOf, typeOfId } from '../fhir/resource-type.ts'
import { allGrants } from '../fhir/scope/grants.ts'
import { filteredTypes } from '../fhir/type-filter-parameter.ts'
import { broughtTypeIds, typesOfLevel } from '../store/exported-types.ts'
import type { NewJob } from '../store/insert-job.ts'
import { type Job, readJob } from '../store/jobs.ts'
import type { Asker } from './asker.ts'
import { isOwnJob, isThere, uncovered } from './job-access.ts'

/** What an export is about, as far as a chain of them has to agree on it. */
type Subject = Pick<
  NewJob,
  'level' | 'groupKey' | 'patientKeys' | 'typeIds' | 'shape' | 'referenced' | 'authorization'
>

/**
 * `_since=job:<id>`: the `transactionTime` of that job. Refused where a client that has what that job brought would miss something:
 * it need not be about the same, but must have been about all that is asked for now. A job of another client is as unknown as none.
 */
export const sinceOfJob = async (
  { db, clock }: Deps,
  jobId: string,
  asked: Subject,
  until: ExportRequest['until'],
  asker: Pick<Asker, 'clientId'>,
): Promise<number> => {
  const job = await readJob(db, jobId)
  if (job === undefined || !isOwnJob(job, asker) || !isThere(job, clock.now()))
    throw refusal(jobId, 'there is no such job: it never was, has expired, or was deleted')
  const gap = gapOf(job, asked)
  if (gap !== undefined) throw refusal(jobId, gap)
  const since = job.transactionTime
  if (until !== undefined && !isBefore({ floorMs: since, ceilMs: since }, until))
    throw refusal(jobId, 'its transactionTime is not before _until')
  return since
}

/** Why what the job brought is not enough to go on from; `undefined` when it is. */
const gapOf = (job: Job, asked: Subject): string | undefined => {
  if (job.state !== 'completed') return `it is ${job.state}, and only a completed one can be continued`
  if (job.level !== asked.level) return `it was an export at ${job.level} level`
  if (job.groupKey !== asked.groupKey) return 'it was about another Group'
  if (!isWithin(asked.patientKeys, job.patientKeys)) return 'it was not about all patients asked for now'
  const missing = missingTypes(job, asked)
  if (missing !== undefined) return `it was not about ${missing}`
  if (job.untilSeq < job.asOf) return 'it left out what its _until did'
  if (wasAllowedLess(job, asked)) return 'it was allowed to bring less than the scopes allow now'
  return gapOfFilters(job, asked) ?? gapOfShape(job.shape, asked.shape) ?? gapOfReferenced(job, asked)
}

/** `undefined` is everything. */
const isWithin = (asked: readonly number[] | undefined, had: readonly number[] | undefined): boolean =>
  had === undefined || (asked?.every((key) => had.includes(key)) ?? false)

/** At system level no types are all types; at the others they are those of the compartment, not always with Group. */
const missingTypes = (job: Job, asked: Subject): string | undefined => {
  const had = typesOf(job)
  if (had === undefined) return undefined
  const missing = typesOf(asked)?.filter((typeId) => !had.includes(typeId))
  if (missing?.length === 0) return undefined
  if (missing === undefined || asked.typeIds.length === 0) return 'all types'
  return missing.length === 1 ? missing.map(typeOfId).join() : `${missing.length} of the types`
}

const typesOf = (subject: Subject): readonly number[] | undefined => {
  if (subject.level !== 'system') return typesOfLevel(subject)
  return subject.typeIds.length === 0 ? undefined : subject.typeIds
}

/** What has not changed since, and only now may be had, would never come. */
const wasAllowedLess = ({ authorization }: Job, asked: Subject): boolean => {
  const grants = authorization ?? allGrants
  return uncovered(asked, { grants }, broughtTypeIds(asked)).length > 0
}

/**
 * Of a type with filters it brought what satisfied one of them, so those asked for now must be among them: what else is the same, and
 * unchanged since, the client never had.
 */
const gapOfFilters = (job: Job, asked: Subject): string | undefined => {
  const had = job.shape.typeFilters
  const isNarrower = filteredTypes(had)
    .map(typeIdOf)
    .some((typeId) => {
      if (asked.typeIds.length > 0 && !asked.typeIds.includes(typeId)) return false
      const wanted = filtersOf(asked.shape, typeId)
      return wanted.length === 0 || wanted.some((query) => !had.includes(query))
    })
  return isNarrower ? 'it had another _typeFilter' : undefined
}

const filtersOf = ({ typeFilters }: ExportShape, typeId: number): readonly string[] =>
  typeFilters.filter((query) => query.split('?', 1)[0] === typeOfId(typeId))

/** Cut resources are not whole ones, and an unchanged Provenance comes once only. */
const gapOfShape = (had: ExportShape, asked: ExportShape): string | undefined => {
  if (had.elements !== undefined && JSON.stringify(had.elements) !== JSON.stringify(asked.elements))
    return 'it had other _elements'
  const hadData = had.associated
  const isSameData = hadData.provenance === asked.associated.provenance
  if (!isSameData || (asked.associated.history && !hadData.history))
    return 'it had another includeAssociatedData'
  return undefined
}

const gapOfReferenced = ({ referenced: had }: Job, { referenced }: Subject): string | undefined =>
  referenced.typeIds.every((typeId) => had.typeIds.includes(typeId)) && referenced.maxDepth <= had.maxDepth
    ? undefined
    : 'it had fewer resources that others refer to'

const refusal = (jobId: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot process _since "job:${jobId}": ${reason}`)
