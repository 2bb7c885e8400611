import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { ExportLevel, ExportRequest } from '../fhir/export-request.ts'
import type { JobAuthorization } from '../fhir/scope/job-authorization.ts'
import { sha256Hex } from '../platform/sha256-hex.ts'
import { type Idempotency, readJobOfKey } from '../store/insert-job.ts'
import type { Asker } from './asker.ts'

/** What of a kick-off makes it the same as another one. */
type Asked = {
  readonly request: ExportRequest
  readonly urlLevel: ExportLevel
  readonly groupId: string | undefined
  readonly asker: Pick<Asker, 'clientId'>
  /** A token of another reach asks for something else, though in the same words. */
  readonly authorization: JobAuthorization | undefined
}

/**
 * Hashes of an `Idempotency-Key` (IETF draft httpapi-idempotency-key) and of the request it came with, as it was understood: by GET or POST, in
 * query or body, in whatever order, it is the same one. Neither can be read back from the database. Keys are those of one client: what others
 * have chosen is nothing to it.
 */
export const hashKey = async (
  key: string | undefined,
  { request, urlLevel, groupId, asker: { clientId }, authorization }: Asked,
): Promise<Idempotency | undefined> => {
  if (key === undefined) return undefined
  const { patients, ignored, isDryRun: _, ...rest } = request
  const canonical = {
    ...rest,
    urlLevel,
    groupId,
    clientId,
    authorization,
    patients: patients?.toSorted(),
    ignored: ignored.map(({ name, reason }) => `${name}: ${reason}`).toSorted(),
  }
  // No key has a newline.
  const ownKey = clientId === undefined ? key : `${clientId}\n${key}`
  return { keyHash: await sha256Hex(ownKey), requestHash: await sha256Hex(sortedJson(canonical)) }
}

/** The id of the job that was begun with the key; a key that came with another request is refused. */
export const findJobOfKey = async (
  { db, clock }: Deps,
  { keyHash, requestHash }: Idempotency,
): Promise<string | undefined> => {
  const job = await readJobOfKey(db, keyHash, clock.now())
  if (job === undefined || job.requestHash === requestHash) return job?.jobId
  throw new SluiceError(
    'key-reused',
    'Cannot use this Idempotency-Key: it came with another request before, whose export is still there',
  )
}

/** The same text for the same value, in whatever order its members were made. */
const sortedJson = (value: object): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
