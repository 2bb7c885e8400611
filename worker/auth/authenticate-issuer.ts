import type { Issuer } from '../config/issuers.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { ClientPrincipal } from './principal.ts'

/** The client that an issuer of others has given the token to. Throws `invalid-token` or `expired-token`. */
export const authenticateIssuer = async (
  _deps: Deps,
  _issuer: Issuer,
  _token: string,
): Promise<ClientPrincipal> => {
  throw new SluiceError('invalid-token', 'Cannot accept the access token: its issuer is not honoured')
}
