import type { Environment } from '../config.ts'
import { SluiceError } from '../errors.ts'

/** The token that `SLUICE_TOKEN` has for a server. Refused here where it cannot be sent, for a runtime would repeat it in its error. */
export const givenToken = ({ SLUICE_TOKEN }: Environment): string | undefined => {
  const text = SLUICE_TOKEN?.trim() ?? ''
  if (text === '') return undefined
  if (/^[\x21-\x7E]+$/.test(text)) return text
  throw new SluiceError('invalid', 'Cannot use SLUICE_TOKEN: it must be of visible ASCII characters')
}
