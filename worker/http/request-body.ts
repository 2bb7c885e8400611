import { hasCode, SluiceError } from '../errors.ts'

/** The text of a JSON body of at most `maxBytes`; `undefined` when there is none. */
export const readJsonText = async (request: Request, maxBytes: number): Promise<string | undefined> => {
  const bytes = await readBytes(request, maxBytes)
  if (bytes.length === 0) return undefined
  assertMediaType(request, ['application/fhir+json', 'application/json'])
  return decodeUtf8(bytes)
}

export const decodeUtf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new SluiceError('invalid', 'Cannot read body: it is not UTF-8', { cause: error })
  }
}

/** Refuses a body that is declared as something else than one of these media types, whatever their parameters. */
export const assertMediaType = (request: Request, accepted: readonly string[]): void => {
  const mediaType = mediaTypeOf(request)
  if (accepted.includes(mediaType)) return
  throw new SluiceError(
    'unsupported-media-type',
    `Cannot read body: its Content-Type must be ${accepted.join(' or ')}${mediaType === '' ? ', and it has none' : ''}`,
  )
}

/** What the body is declared as, in lower case and without parameters; empty when it is not. */
export const mediaTypeOf = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

/**
 * The bytes of the body as they arrive, gunzipped when `Content-Encoding` says so. A body that breaks off, or is no gzip, is
 * the sender's: reading it fails as `invalid`.
 */
export const openBody = (request: Request): ByteStream => {
  const sent = blaming(request.body ?? new Blob([]).stream(), 'it broke off before its end')
  const coding = codingOf(request)
  if (coding === 'identity') return sent
  return blaming(sent.pipeThrough(new DecompressionStream('gzip')), 'it is not one whole gzip stream')
}

type ByteStream = ReadableStream<Uint8Array<ArrayBuffer>>

const codingOf = (request: Request): 'identity' | 'gzip' => {
  const coding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? ''
  if (coding === '' || coding === 'identity') return 'identity'
  if (coding === 'gzip' || coding === 'x-gzip') return 'gzip' // RFC 9110 section 8.4.1.3: they are the same
  throw new SluiceError(
    'unsupported-media-type',
    'Cannot read body: its Content-Encoding must be gzip or identity',
  )
}

/** The same stream, whose failure is `invalid` for this reason, unless someone before has said a reason. */
const blaming = (stream: ByteStream, reason: string): ByteStream => {
  const reader = stream.getReader()
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          const known = hasCode(error, 'invalid')
          controller.error(
            known ? error : new SluiceError('invalid', `Cannot read body: ${reason}`, { cause: error }),
          )
        }
      },
      cancel: (why) => reader.cancel(why),
    },
    { highWaterMark: 0 },
  )
}

/** The body as JSON, parsed; `undefined` where there is none. */
export const readJson = async (request: Request, maxBytes: number): Promise<unknown> => {
  const text = await readJsonText(request, maxBytes)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes content, so it goes no further, not even as a cause.
    throw new SluiceError('invalid', 'Cannot read body: it is not valid JSON')
  }
}

/** The whole body, gunzipped, of at most `maxBytes`. */
export const readBytes = async (request: Request, maxBytes: number): Promise<Uint8Array> => {
  const tooLarge = () => new SluiceError('too-large', `Cannot read body: it has more than ${maxBytes} bytes`)
  const isPlain = codingOf(request) === 'identity'
  if (isPlain && Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge()
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for await (const piece of openBody(request)) {
    length += piece.length
    if (length > maxBytes) throw tooLarge()
    pieces.push(piece)
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer())
}
