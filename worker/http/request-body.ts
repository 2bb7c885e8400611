import { SluiceError } from '../errors.ts'

/** The text of a JSON body of at most `maxBytes`; `undefined` when there is none. */
export const readJsonText = async (request: Request, maxBytes: number): Promise<string | undefined> => {
  const bytes = await readBytes(request, maxBytes)
  if (bytes.length === 0) return undefined
  assertMediaType(request, ['application/fhir+json', 'application/json'])
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new SluiceError('invalid', 'Cannot read body: it is not UTF-8', { cause: error })
  }
}

/** Refuses a body that is declared as something else than one of these media types, whatever their parameters. */
export const assertMediaType = (request: Request, accepted: readonly string[]): void => {
  const given = request.headers.get('content-type') ?? ''
  const mediaType = given.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (accepted.includes(mediaType)) return
  throw new SluiceError(
    'unsupported-media-type',
    `Cannot read body: its Content-Type must be ${accepted.join(' or ')}${mediaType === '' ? ', and it has none' : ''}`,
  )
}

const readBytes = async (request: Request, maxBytes: number): Promise<Uint8Array> => {
  const tooLarge = () => new SluiceError('too-large', `Cannot read body: it has more than ${maxBytes} bytes`)
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge()
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for await (const piece of request.body ?? []) {
    length += piece.length
    if (length > maxBytes) throw tooLarge()
    pieces.push(new Uint8Array(piece))
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer())
}
