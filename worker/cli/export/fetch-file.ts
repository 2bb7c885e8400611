import type { FileHandle } from 'node:fs/promises'
import { hasCode, SluiceError } from '../../errors.ts'
import { type Answer, isBusyStatus, refusalBy } from './ask.ts'
import { type Credentials, type Http, unreachable } from './http.ts'
import { type Beginning, openPart, readBeginning } from './partial-file.ts'

/** What one attempt at a file came to. */
export type FetchOutcome =
  | { readonly outcome: 'complete' }
  /** Another attempt, with the same URL, may bring more. */
  | { readonly outcome: 'again'; readonly error: SluiceError; readonly retryAfter: string | null }
  /** This URL opens the file no more (IG: ask for the status again). */
  | { readonly outcome: 'refused'; readonly error: SluiceError }

export type FileSource = {
  readonly url: URL
  readonly credentials: Credentials
  /** Counts newlines that came, or are there from before; negative when what was there is begun anew. */
  onLines(delta: number): void
  /** Bytes came. */
  onBytes(): void
}

/** Makes one attempt to bring `path` + `.part` to its end, going on where the attempt before it ended if the server lets it. */
export const fetchFile = async (http: Http, path: string, source: FileSource): Promise<FetchOutcome> => {
  const beginning = await readBeginning(path)
  const stall = newStall()
  try {
    const response = await http.send(source.url, {
      credentials: source.credentials,
      headers: {
        Accept: 'application/fhir+ndjson, */*;q=0.1',
        ...rangeOf(beginning),
      },
      signal: stall.signal,
    })
    if (response.status === 416 && isWhole(response, beginning)) return { outcome: 'complete' }
    if (response.status !== 200 && response.status !== 206) return await refused(response, path)
    const goesOn = beginning !== undefined && continues(response, beginning)
    if (response.status === 206 && !goesOn) return await startOver(response, path)
    const handle = await openPart(path, strongEtag(response), goesOn)
    await write(response, handle, source, stall.push).finally(() => handle.close())
    return { outcome: 'complete' }
  } catch (error) {
    if (isOfDisk(error) || hasCode(error, 'forbidden')) throw error
    const cause = error instanceof SluiceError ? error : unreachable(source.url, error)
    return { outcome: 'again', error: cause, retryAfter: null }
  } finally {
    stall.end()
  }
}

/** Aborts what stands still: a server that was cut off from the network never says so. */
const newStall = () => {
  const controller = new AbortController()
  const abort = () => controller.abort(new Error(`nothing came for ${stallMs / 1000} s`))
  let timer = setTimeout(abort, stallMs)
  return {
    signal: controller.signal,
    push: () => {
      clearTimeout(timer)
      timer = setTimeout(abort, stallMs)
    },
    end: () => clearTimeout(timer),
  }
}
const stallMs = 60_000

/**
 * `If-Range`: should the file have changed, all of it comes, as 200. Ranges are of bytes as they are on disk, so nothing is to be
 * compressed; `fetch` says that by itself where there is a range.
 */
const rangeOf = (beginning: Beginning | undefined): Record<string, string> =>
  beginning === undefined
    ? { 'Accept-Encoding': 'identity' }
    : { Range: `bytes=${beginning.bytes}-`, 'If-Range': beginning.etag }

const isWhole = ({ headers }: Response, beginning: Beginning | undefined): boolean =>
  beginning !== undefined && headers.get('Content-Range') === `bytes */${beginning.bytes}`

const continues = (response: Response, { bytes, etag }: Beginning): boolean => {
  if (response.status !== 206 || isEncoded(response)) return false
  const start = /^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '')?.[1]
  const theirs = response.headers.get('ETag')
  return Number(start) === bytes && (theirs === null || theirs === etag)
}

/** Of bytes as they are on disk only: what `fetch` decompresses for us has other offsets than the server's. */
const strongEtag = (response: Response): string | undefined => {
  const etag = response.headers.get('ETag')
  return etag?.startsWith('"') && !isEncoded(response) ? etag : undefined
}

const isEncoded = ({ headers }: Response): boolean =>
  (headers.get('Content-Encoding') ?? 'identity') !== 'identity'

/** A range that we did not ask for, or of another file: the next attempt asks for all. */
const startOver = async (response: Response, path: string): Promise<FetchOutcome> => {
  await response.body?.cancel()
  await openPart(path, undefined, false).then((handle) => handle.close())
  const error = new SluiceError('invalid-range', 'Cannot go on with a file: the server sends another range')
  return { outcome: 'again', error, retryAfter: null }
}

const refused = async (response: Response, path: string): Promise<FetchOutcome> => {
  const { status, headers } = response
  const answer: Answer = { status, headers, text: (await response.text()).slice(0, 100_000) }
  const error = refusalBy(answer, 'download a file')
  if (status === 416) {
    await openPart(path, undefined, false).then((handle) => handle.close()) // it is shorter than what we have
    return { outcome: 'again', error, retryAfter: null }
  }
  if (isBusyStatus(status) || status >= 500)
    return { outcome: 'again', error, retryAfter: headers.get('Retry-After') }
  return { outcome: 'refused', error }
}

/** As fast as the disk takes it: the next chunk is asked for when this one is written. */
const write = async (
  response: Response,
  handle: FileHandle,
  { onLines, onBytes }: FileSource,
  push: () => void,
): Promise<void> => {
  for await (const chunk of response.body ?? []) {
    push()
    await handle.appendFile(chunk)
    onLines(newlinesIn(chunk))
    onBytes()
  }
  await handle.sync()
}

const newlinesIn = (chunk: Uint8Array): number => {
  let count = 0
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1
  return count
}

/** Of the file system, and not of a connection: trying again would not help. */
const isOfDisk = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ('path' in error || ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'].includes(String(error.code)))
