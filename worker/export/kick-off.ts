import type { Config } from '../config.ts'
import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { ExportLevel, ExportRequest } from '../fhir/export-request.ts'
import { type OutcomeIssue, outcomeOf } from '../fhir/operation-outcome.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import { isActiveClient, readClient } from '../store/clients.ts'
import { insertJob, type NewJob } from '../store/insert-job.ts'
import type { ReferencedResources } from '../store/job-parameters.ts'
import { youngestSince } from '../store/job-place.ts'
import type { Asker } from './asker.ts'
import { kickOffEvent } from './audit-kick-off.ts'
import { type AuthorizedRequest, authorizeExport } from './authorize-export.ts'
import { findPopulation } from './find-population.ts'
import { findJobOfKey, hashKey } from './idempotency.ts'
import { isBounded, maxClientJobsOf, noPlace, placeFor } from './job-bounds.ts'
import { sinceOfJob } from './since-of-job.ts'

/** Raised whenever the same request and snapshot would no longer give the same bytes; frozen in each job. */
export const codecVersion = 7

export type KickOff = {
  readonly request: ExportRequest
  /** That of the URL. */
  readonly urlLevel: ExportLevel
  /** At Group level, as the URL has it. */
  readonly groupId: string | undefined
  readonly requestUrl: string
  readonly lenient: boolean
  /** Of the `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined
  readonly asker: Asker
}

/**
 * Starts a job: a look by key at whom it is about, and one transaction, whatever the size of the export. Returns its id, or that of the
 * job which the same request has started before with the same key. Of two requests at once with one key, the transaction lets one in.
 */
export const kickOff = async (deps: Deps, given: KickOff): Promise<string> => {
  const { config, db, clock } = deps
  const authorized = authorizeExport(given.request, given.asker)
  const idempotency = await hashKey(given.idempotencyKey, { ...given, ...authorized })
  const earlier = idempotency && (await findJobOfKey(deps, idempotency))
  if (earlier !== undefined) return earlier
  const { job } = await prepareJob(deps, { ...given, ...authorized })
  const now = clock.now()
  const place = placeFor(config, given.asker)
  const options = {
    now,
    maxClockSkewMs: config.limits.maxClockSkewMs,
    place,
    event: kickOffEvent(given, job, now),
    onlyIf: isStillThere(given.asker),
  }
  if (await insertJob(db, { ...job, idempotency }, options)) return job.jobId
  const quicker = idempotency && (await findJobOfKey(deps, idempotency))
  if (quicker !== undefined) return quicker
  await assertStillThere(deps, given.asker)
  if (isBounded(place)) throw noPlace(place, config, now - ((await youngestSince(db, place)) ?? now))
  throw new SluiceError(
    'conflict',
    'Cannot start the export: another one with the same Idempotency-Key was just deleted; send it again',
  )
}

/** Or the job would be that of whoever gets the id of a client that is forgotten at this moment. */
const isStillThere = ({ clientId, registeredAt: createdAt }: Asker) =>
  clientId === undefined || createdAt === undefined ? undefined : isActiveClient({ clientId, createdAt })

const assertStillThere = async ({ db }: Deps, { clientId, registeredAt }: Asker): Promise<void> => {
  if (clientId === undefined || registeredAt === undefined) return
  const client = await readClient(db, clientId)
  if (client?.createdAt === registeredAt && client.suspendedAt === undefined) return
  throw new SluiceError('invalid-token', 'Cannot start the export: its client was just suspended or deleted')
}

/** What a job would be, and what there is to say about it from the start. */
export type PreparedJob = { readonly job: NewJob; readonly issues: readonly OutcomeIssue[] }

/** Everything that a kick-off looks at and may refuse; nothing is written. */
export const prepareJob = async (
  deps: Deps,
  { request, groupId, requestUrl, lenient, asker, authorization }: KickOff & AuthorizedRequest,
): Promise<PreparedJob> => {
  const { config, newId } = deps
  const { partBytes, fileBytes, rangeBytes } = config.limits
  const { groupKey, patientKeys, notes } = await findPopulation(deps, { request, groupId, lenient, asker })
  const outcomes = outcomesOf(request, notes)
  const job: NewJob = {
    jobId: newId(),
    level: request.level,
    requestUrl,
    baseUrl: fhirBase(config),
    typeIds: (request.types ?? []).map(typeIdOf),
    groupKey,
    patientKeys,
    groupBackfill: config.groupBackfill,
    shape: request.shape,
    referenced: referencedOf(config, request),
    authorization,
    // `lastUpdated` is a whole millisecond: above a fraction is above its floor, below a fraction is below its ceiling.
    sinceMs: request.since?.floorMs,
    untilMs: request.until?.ceilMs,
    codec: codecVersion,
    partBytes: request.shape.tuning.partBytes ?? partBytes,
    fileBytes,
    rangeBytes,
    outcomeLines: linesOf(outcomes),
    idempotency: undefined,
    clientId: asker.clientId,
    actorName: asker.actor.name,
    maxClientJobs: maxClientJobsOf(config, asker),
  }
  const issues = outcomes.flat()
  if (request.sinceJob === undefined) return { job, issues }
  const sinceMs = await sinceOfJob(deps, request.sinceJob, job, request.until, asker)
  return { job: { ...job, sinceMs }, issues }
}

/** At system level everything comes anyway; a block of organized output has nothing but what is its patient's. */
const referencedOf = (
  { additional: { types, maxDepth, onlySince } }: Config,
  { level, types: wanted, shape }: ExportRequest,
): ReferencedResources => {
  const isWithout = level === 'system' || shape.organizedBy !== undefined
  const referenced = isWithout ? [] : types.filter((type) => wanted?.includes(type) ?? true)
  return { typeIds: referenced.map(typeIdOf).sort((a, b) => a - b), maxDepth, onlySince }
}

/**
 * What goes into the `error` files, one OperationOutcome each: parameters ignored under `Prefer: handling=lenient` (Bulk Data IG, kick-off),
 * patients passed over, and types of which there can be nothing.
 */
const outcomesOf = (
  { ignored, notes }: ExportRequest,
  strangers: readonly string[],
): readonly (readonly OutcomeIssue[])[] => [
  ...ignoredByName(ignored),
  ...strangers.map((note) => [issueOf('warning', 'not-found', `Left out ${note}`)]),
  ...notes.map((note) => [issueOf('information', 'informational', note)]),
]

/** The issues of one parameter, one for each value of it that is not supported. */
const ignoredByName = (ignored: ExportRequest['ignored']): readonly (readonly OutcomeIssue[])[] => {
  const issues = ignored.map(({ name, code, reason }) => ({
    name,
    issue: issueOf('warning', code, `Ignored parameter "${name}": ${reason}`),
  }))
  return [...Map.groupBy(issues, ({ name }) => name).values()].map((group) => group.map(({ issue }) => issue))
}

const issueOf = (severity: OutcomeIssue['severity'], code: string, diagnostics: string): OutcomeIssue => ({
  severity,
  code,
  diagnostics,
})

const linesOf = (outcomes: readonly (readonly OutcomeIssue[])[]): string =>
  outcomes.map((issues) => `${JSON.stringify(outcomeOf(issues))}\n`).join('')
