import { SluiceError } from '../errors.ts'
import { noSuchUpload } from './parts.ts'
import type { Upload } from './storage.ts'

/** How S3 says no. `code` is its word for it, `''` where it said none (a HEAD has no body). */
export type S3Failure = { readonly status: number; readonly code: string }

/**
 * What a refusal means for the port, where nothing more special is known: try again later. Of the answer only status and code are
 * shown; its other text may repeat the signed request, keys, or the content of a bucket.
 */
export const refused = (attempt: string, { status, code }: S3Failure): SluiceError =>
  unavailable(attempt, `the storage answered ${status}${code === '' ? '' : ` ${code}`}`)

/** The same for an upload: some refusals end it, others the part list it was to be completed with. */
export const uploadRefused = (
  attempt: string,
  upload: Pick<Upload, 'key'>,
  failure: S3Failure,
): SluiceError => {
  if (failure.code === 'NoSuchUpload') return noSuchUpload(upload)
  if (!partCodes.has(failure.code)) return refused(attempt, failure)
  return new SluiceError('invalid-part', `Cannot ${attempt}: the storage answered ${failure.code}`)
}

const partCodes: ReadonlySet<string> = new Set(['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall'])

export const unavailable = (attempt: string, reason: string): SluiceError =>
  new SluiceError('storage-unavailable', `Cannot ${attempt}: ${reason}`)

export const notUnderstood = (attempt: string, what: string): SluiceError =>
  unavailable(attempt, `the answer of the storage has ${what}`)

/**
 * A request that was not answered. The error of `fetch` is not kept: on some runtimes its text holds the whole URL. What remains
 * of it is a code such as ECONNREFUSED.
 */
export const unanswered = (attempt: string, error: unknown): SluiceError => {
  const code = codeOf(error) ?? codeOf(error instanceof Error ? error.cause : undefined)
  return unavailable(attempt, `the connection to the storage failed${code === undefined ? '' : `, ${code}`}`)
}

const codeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return /^[A-Z][A-Z0-9_]{2,40}$/.test(error.code) ? error.code : undefined
}
