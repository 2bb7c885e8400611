import { type ErrorCode, errorTable, SluiceError } from '../errors.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import type { ByteRange, ObjectHead, ObjectRead } from '../storage/storage.ts'
import { fhirJson } from './error-response.ts'
import { type Coding, chooseCoding } from './file-coding.ts'
import { allowsRange, checkPreconditions, type Validators } from './file-preconditions.ts'
import { requestedRange } from './file-range.ts'

/** Reads the object, or a range of it; `undefined` when it is gone. */
export type OpenFile = (range?: ByteRange) => Promise<ObjectRead | undefined>

/**
 * Answers `GET` or `HEAD` of a file that never changes (RFC 9110): as it is, a range of it, or gzipped on the way. The two codings
 * are two representations, each with its own ETag; conditions are about the one that would be sent (§13.1), and ranges exist of
 * the first only, as gzip need not come out the same twice. Hence a request for a range gets the file as it is if it will have it.
 */
export const fileResponse = async (
  request: Request,
  object: ObjectHead,
  open: OpenFile,
  contentType: string,
): Promise<Response> => {
  const rangeHeader = request.method === 'GET' ? request.headers.get('Range') : null // §14.2: of GET only
  const coding = chooseCoding(request.headers.get('Accept-Encoding'), rangeHeader !== null)
  if (coding === undefined) return refuse(request, 'not-acceptable', 'it is sent as it is or gzipped only')

  const validators = validatorsOf(object, coding)
  const headers = new Headers({
    ...always,
    ETag: validators.etag,
    'Last-Modified': validators.lastModified,
    'Accept-Ranges': coding === 'identity' ? 'bytes' : 'none',
  })
  const verdict = checkPreconditions(request.headers, validators)
  if (verdict === 'not-modified') return new Response(null, { status: 304, headers })
  if (verdict === 'precondition-failed') return refuse(request, verdict, 'it is not the one asked for')

  headers.set('Content-Type', contentType)
  if (coding === 'gzip') return sendGzipped(request, open, headers)
  const range = allowsRange(request.headers, validators) ? requestedRange(rangeHeader, object.bytes) : 'whole'
  if (range === 'whole') return sendWhole(request, object.bytes, open, headers)
  if (range !== 'unsatisfiable') return sendRange(range, object.bytes, open, headers)
  const contentRange = { 'Content-Range': `bytes */${object.bytes}` }
  return refuse(request, 'invalid-range', `it has ${object.bytes} bytes`, contentRange)
}

/**
 * `no-store`: patient data is not for caches, shared or private; a client that keeps a file it has downloaded can still resume and
 * revalidate it. `no-transform`: a proxy that compressed it would spoil ranges and ETags. `Vary` even where nothing varied.
 */
const always = {
  'Cache-Control': 'private, no-store, no-transform',
  Vary: 'Accept-Encoding',
  'X-Content-Type-Options': 'nosniff',
  // A URL may be all that it takes to read the file (`FILE_ACCESS=capability`): nobody is told it.
  'Referrer-Policy': 'no-referrer',
}

const validatorsOf = (object: ObjectHead, coding: Coding): Validators => ({
  etag: coding === 'gzip' ? object.etag.replace(/"$/, '-gzip"') : object.etag,
  lastModified: new Date(object.lastModified).toUTCString(),
})

const sendWhole = async (
  request: Request,
  bytes: number,
  open: OpenFile,
  headers: Headers,
): Promise<Response> => {
  headers.set('Content-Length', String(bytes))
  return new Response(request.method === 'HEAD' ? null : (await opened(open)).body, { headers })
}

const sendRange = async (
  range: ByteRange,
  bytes: number,
  open: OpenFile,
  headers: Headers,
): Promise<Response> => {
  headers.set('Content-Length', String(range.to - range.from + 1))
  headers.set('Content-Range', `bytes ${range.from}-${range.to}/${bytes}`)
  return new Response((await opened(open, range)).body, { status: 206, headers })
}

/** Without a length, which is not known yet. `encodeBody` keeps workerd from gzipping it once more; others ignore it. */
const sendGzipped = async (request: Request, open: OpenFile, headers: Headers): Promise<Response> => {
  headers.set('Content-Encoding', 'gzip')
  const init: ResponseInit & { readonly encodeBody: 'manual' } = { headers, encodeBody: 'manual' }
  if (request.method === 'HEAD') return new Response(null, init)
  const { body } = new Response((await opened(open)).body) // the same stream, of a type that `pipeThrough` takes
  return new Response(body?.pipeThrough(new CompressionStream('gzip')) ?? null, init)
}

const opened = async (open: OpenFile, range?: ByteRange): Promise<ObjectRead> => {
  const read = await open(range)
  if (read !== undefined) return read
  throw new SluiceError('not-found', 'Cannot read file: it has been removed')
}

/** An error that belongs to the exchange and has headers of its own, so it is answered here, and not thrown. */
const refuse = (
  request: Request,
  code: ErrorCode,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): Response => {
  const { status, issue } = errorTable[code]
  const outcome = outcomeOf([{ severity: 'error', code: issue, diagnostics: `Cannot send file: ${reason}` }])
  const body = request.method === 'HEAD' ? null : JSON.stringify(outcome)
  return new Response(body, { status, headers: { ...always, 'Content-Type': fhirJson, ...headers } })
}
