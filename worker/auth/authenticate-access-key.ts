import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Principal } from './principal.ts'

/** The administrator whose access key it is. */
export const authenticateAccessKey = async (_deps: Deps, _key: string): Promise<Principal | undefined> => {
  throw new SluiceError(
    'invalid-token',
    'Cannot accept these credentials: they are of a kind that is not known',
  )
}

/** How every access key begins, so that one that leaked is found by scanners. */
export const isAccessKey = (token: string): boolean => token.startsWith('slk_')
