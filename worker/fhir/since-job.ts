import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'

const prefix = 'job:'

/**
 * The id in `_since=job:<id>`, which continues a chain: it means the `transactionTime` of that job. `undefined` for any other `_since`, which
 * is an instant. What has the form of an id may still be none.
 */
export const readSinceJob = (text: string | undefined): string | undefined => {
  if (text === undefined || !text.startsWith(prefix)) return undefined
  const id = text.slice(prefix.length)
  if (/^[A-Za-z0-9-]{1,64}$/.test(id)) return id
  throw new SluiceError(
    'invalid',
    `Cannot process _since "${echoText(text)}": behind "${prefix}" stands the id of a job, as in its status URL`,
  )
}
