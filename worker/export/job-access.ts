import { SluiceError } from '../errors.ts'
import { type ResourceType, typeOfId } from '../fhir/resource-type.ts'
import { allGrants } from '../fhir/scope/grants.ts'
import { exportRights } from '../fhir/scope/job-authorization.ts'
import { reachAllAsFar, reachAsFar } from '../fhir/scope/reach-as-far.ts'
import { broughtTypeIds } from '../store/exported-types.ts'
import type { Job } from '../store/jobs.ts'
import type { Asker } from './asker.ts'

/** Jobs of a client are its own; to all others they are as unknown as if they had never been (SPEC S-14, D-05, TR-39). */
export const isOwnJob = ({ clientId }: Pick<Job, 'clientId'>, asker: Pick<Asker, 'clientId'>): boolean =>
  asker.clientId === undefined || asker.clientId === clientId

/** Neither removed nor expired (I7). */
export const isThere = ({ goneAt, expiresAt = Infinity }: Pick<Job, 'goneAt' | 'expiresAt'>, now: number) =>
  goneAt === undefined && expiresAt > now

type Access = Pick<Asker, 'grants'>
type Granted = Parameters<typeof broughtTypeIds>[0] & Pick<Job, 'authorization'>

/** Refuses a token that reaches less than the job took when it was started (SPEC S-13, X-04). */
export const assertCoversJob = (job: Granted, asker: Access): void => {
  const missing = uncovered(job, asker, broughtTypeIds(job))
  if (missing.length > 0) throw insufficient('export', missing)
}

/** The same of one of its files: of its type alone, if it has one; blocks, deletions and errors are of all of them (SPEC F-04, TR-34, TR-35). */
export const assertCoversFile = (job: Granted, asker: Access, typeId: number | undefined): void => {
  const missing = uncovered(job, asker, typeId === undefined ? broughtTypeIds(job) : [typeId])
  if (missing.length > 0) throw insufficient('file', missing)
}

/** Types of which the grants reach less than the job does. */
export const uncovered = (
  job: Granted,
  { grants }: Access,
  typeIds: readonly number[],
): readonly ResourceType[] => {
  const granted = job.authorization ?? allGrants
  if (reachAllAsFar(grants, granted, ...exportRights)) return []
  return typeIds.map(typeOfId).filter((type) => !reachAsFar(grants, granted, type, ...exportRights))
}

const insufficient = (what: string, types: readonly ResourceType[]): SluiceError => {
  const others = types.length > maxNamed ? ` and ${types.length - maxNamed} more` : ''
  const named = types.slice(0, maxNamed).join(', ')
  return new SluiceError(
    'insufficient-scope',
    `Cannot show this ${what}: the scopes of the access token do not cover what it was started with, of ${named}${others}`,
  )
}

const maxNamed = 5
