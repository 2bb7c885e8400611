import { SluiceError } from '../errors.ts'
import type { CommandIo } from './command-io.ts'

/** What a server is shown: from the environment, for a command line is seen by others. `fetch` would repeat in its error what it cannot send. */
export const tokenOf = ({ env }: Pick<CommandIo, 'env'>): string | undefined => {
  const token = env.SLUICE_TOKEN?.trim() ?? ''
  if (token === '') return undefined
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new SluiceError('invalid', 'Cannot use SLUICE_TOKEN: it must be of visible ASCII characters')
}
