import { AwsV4Signer } from 'aws4fetch'
import { SluiceError } from '../errors.ts'
import type { Clock } from '../platform/clock.ts'
import { type S3Address, s3Url } from './s3-address.ts'
import { notUnderstood, type S3Failure, unanswered, unavailable } from './s3-error.ts'
import { parseErrorCode } from './s3-xml.ts'

export type S3Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Comes with temporary credentials. */
  readonly sessionToken?: string
}

export type S3ClientOptions = S3Address & {
  readonly region: string
  readonly credentials: S3Credentials
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly clock: Pick<Clock, 'now'>
  /** How long a request may take, its answer included; of `open` only the head of the answer. */
  readonly timeoutMs: number
}

export type S3Request = {
  /** What is tried, in words of the port: `Cannot <attempt>: …`. */
  readonly attempt: string
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** With the prefix; `''` for the bucket. */
  readonly objectKey: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

/** An answer that was read to its end; `failure` unless it is a success in status and in word. */
export type S3Answer = {
  readonly headers: Headers
  readonly text: string
  readonly failure: S3Failure | undefined
}

export type S3Client = {
  /** Sends a request and reads the whole answer. Throws only where there is none, or none that could be read. */
  call(request: S3Request): Promise<S3Answer>
  /** The same, but leaves the body of a success unread, to the caller. */
  open(request: S3Request): Promise<Response | S3Answer>
  /** The URL of an object, which whoever has it may read for so long. */
  presign(objectKey: string, expiresInSeconds: number, now: number): Promise<string>
}

/**
 * Signs (Signature Version 4) and sends requests, each once: whoever asked decides whether to try again. Redirects are not
 * followed: they would carry a signed request to a place it was not meant for.
 */
export const s3Client = (options: S3ClientOptions): S3Client => {
  const { credentials, region, clock, timeoutMs } = options
  /** Signing keys, which hold for a day. */
  const cache = new Map<string, ArrayBuffer>()
  const signerOf = (now: number) => ({ ...credentials, region, service: 's3', cache, datetime: amzDate(now) })

  const send = async (request: S3Request, signal: AbortSignal): Promise<Response> => {
    const { method, objectKey, query, headers, body } = request
    const url = s3Url(options, objectKey, query)
    const content = body && overArrayBuffer(body)
    const payload = await payloadHash(url, content)
    if (cache.size > 10) cache.clear()
    const signed = await new AwsV4Signer({
      ...signerOf(clock.now()),
      method,
      url,
      headers: { ...headers, 'x-amz-content-sha256': payload },
    }).sign()
    // Added after signing, for proxies change it. An answer that was compressed would not have the length it says.
    signed.headers.set('accept-encoding', 'identity')
    const init: RequestInit = { method, headers: signed.headers, redirect: 'manual', signal }
    return options.fetch(url, content === undefined ? init : { ...init, body: content })
  }

  return {
    call: (request) =>
      withDeadline(request.attempt, timeoutMs, async (signal) =>
        readAnswer(request, await send(request, signal)),
      ),
    open: (request) =>
      withDeadline(request.attempt, timeoutMs, async (signal) => {
        const response = await send(request, signal)
        return response.ok ? response : readAnswer(request, response)
      }),
    presign: async (objectKey, expiresInSeconds, now) => {
      const url = s3Url(options, objectKey, { 'X-Amz-Expires': String(expiresInSeconds) })
      const signed = await new AwsV4Signer({ ...signerOf(now), method: 'GET', url, signQuery: true }).sign()
      return signed.url.href
    },
  }
}

const amzDate = (now: number): string => new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '')

/** TLS already vouches for what is sent; without it the signature has to. */
const payloadHash = async (url: string, content: Uint8Array<ArrayBuffer> | undefined): Promise<string> => {
  if (/^https:/i.test(url)) return 'UNSIGNED-PAYLOAD'
  const hash = await crypto.subtle.digest('SHA-256', content ?? new Uint8Array())
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The same bytes as `fetch` wants them; copied only where they are in shared memory. */
const overArrayBuffer = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes)

const readAnswer = async ({ attempt }: S3Request, response: Response): Promise<S3Answer> => {
  const { status, headers, ok } = response
  const text = await readText(response)
  if (text === undefined) throw notUnderstood(attempt, `more than ${maxAnswerBytes} bytes`)
  if (!ok) return { headers, text, failure: { status, code: parseErrorCode(text) ?? '' } }
  // Completing an upload may take so long that the status is sent before the outcome is known.
  const code = /<Error[\s/>]/.test(text.slice(0, 1000)) ? parseErrorCode(text) : undefined
  return { headers, text, failure: code === undefined ? undefined : { status, code } }
}

/** A list of 1,000 keys of 1,024 bytes each, every byte of them encoded as three, has this much. */
const maxAnswerBytes = 4 * 1024 * 1024

/** The text of an answer; `undefined`, and the rest is not read, when it is too long to be one of S3's. */
const readText = async ({ body }: Response): Promise<string | undefined> => {
  if (body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  // Leaving the loop before its end cancels the stream.
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxAnswerBytes) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** Runs `work` with a signal that ends it after `timeoutMs`, and tells what failed in it without telling what was sent. */
const withDeadline = async <Result>(
  attempt: string,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeoutMs)
  try {
    return await work(deadline.signal)
  } catch (error) {
    if (error instanceof SluiceError) throw error
    if (deadline.signal.aborted) throw unavailable(attempt, `no answer of the storage within ${timeoutMs} ms`)
    throw unanswered(attempt, error)
  } finally {
    clearTimeout(timer)
  }
}
