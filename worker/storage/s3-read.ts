import { SluiceError } from '../errors.ts'
import type { S3Client } from './s3-client.ts'
import { notUnderstood, refused, type S3Failure } from './s3-error.ts'
import { headOf, lengthOf, lengthOfRanged } from './s3-object.ts'
import type { ByteRange, ObjectHead, ObjectRead } from './storage.ts'

export const headObject = async (
  client: S3Client,
  key: string,
  objectKey: string,
): Promise<ObjectHead | undefined> => {
  const attempt = `head object "${key}"`
  const { headers, failure } = await client.call({ attempt, method: 'HEAD', objectKey })
  if (failure === undefined) return headOf(attempt, key, lengthOf(attempt, headers), headers)
  if (isMissing(failure)) return undefined
  throw refused(attempt, failure)
}

/**
 * Opens an object. Only the head of the answer has a deadline: a reader may take its time with the body, which is handed on as
 * `fetch` gives it, so that on Workers its bytes never pass through JavaScript. `fetch` fails it where it ends too early.
 */
export const readObject = async (
  client: S3Client,
  key: string,
  objectKey: string,
  range: ByteRange | undefined,
): Promise<ObjectRead | undefined> => {
  const attempt = `read object "${key}"`
  if (range !== undefined) assertRange(key, range)
  const headers = range && { range: `bytes=${range.from}-${range.to}` }
  const answer = await client.open({ attempt, method: 'GET', objectKey, ...(headers && { headers }) })
  if ('failure' in answer) return missingOrThrow(attempt, key, range, answer.failure)
  const { status, body } = answer
  try {
    const bytes =
      status === 206 && range !== undefined
        ? lengthOfRanged(answer.headers, range)
        : lengthOf(attempt, answer.headers)
    if (bytes === undefined) throw notUnderstood(attempt, 'another range than was asked for')
    if (range !== undefined && range.from >= bytes) throw invalidRange(key, range)
    if (range !== undefined && status !== 206 && !isWhole(range, bytes))
      throw notUnderstood(attempt, 'the whole object instead of a range')
    return { ...headOf(attempt, key, bytes, answer.headers), body: body ?? new Blob([]).stream() }
  } catch (error) {
    await body?.cancel()
    throw error
  }
}

const isWhole = ({ from, to }: ByteRange, bytes: number): boolean => from === 0 && to >= bytes - 1

const missingOrThrow = (
  attempt: string,
  key: string,
  range: ByteRange | undefined,
  failure: S3Failure = { status: 0, code: '' },
): undefined => {
  if (isMissing(failure)) return undefined
  if (range !== undefined && (failure.status === 416 || failure.code === 'InvalidRange'))
    throw invalidRange(key, range)
  throw refused(attempt, failure)
}

/** There is no such object. A HEAD has no code, so that a missing bucket is not told apart from a missing object there. */
const isMissing = ({ status, code }: S3Failure): boolean =>
  status === 404 && (code === '' || code === 'NoSuchKey')

const assertRange = (key: string, range: ByteRange): void => {
  const { from, to } = range
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to)
    throw invalidRange(key, range)
}

const invalidRange = (key: string, { from, to }: ByteRange): SluiceError =>
  new SluiceError('invalid-range', `Cannot read object "${key}": it has no range ${from}-${to}`)
