import { SluiceError } from '../errors.ts'
import { maxRemoteBytes } from './remote.ts'

/** What every adapter does with an answer: no redirect is followed, and no more is read than a bound. */
export const refuseRedirect = (host: string, status: number): void => {
  // 0 is how some runtimes show a redirect that they were told not to follow.
  if (status === 0 || (status >= 300 && status < 400)) throw unavailable(host, 'it redirects elsewhere')
}

/** The text of a body that has been decoded already. Whoever sends too much is cut off where it becomes too much. */
export const readBounded = async (host: string, body: AsyncIterable<Uint8Array> | null): Promise<string> => {
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxRemoteBytes) throw unavailable(host, `it sends more than ${maxRemoteBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

export const unavailable = (host: string, reason: string, cause?: unknown): SluiceError =>
  new SluiceError('remote-unavailable', `Cannot ask "${host}": ${reason}`, { cause })

/** What went wrong, in words that do not tell a closed port from a name that is not there; the cause does, and is not shown. */
export const explainFailure = (host: string, error: unknown, isLate: boolean): SluiceError => {
  if (error instanceof SluiceError) return error
  return unavailable(host, isLate ? 'it takes too long' : 'it cannot be reached', error)
}
