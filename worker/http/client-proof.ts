import type { Context } from 'hono'
import { claimedClientOf } from '../auth/assertion.ts'
import { authorityUrls } from '../auth/authority-urls.ts'
import type { Refuse } from '../auth/refusals.ts'
import { principalOfClient } from '../auth/token-principal.ts'
import { type Proven, verifyAssertion } from '../auth/verify-assertion.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { AuditAction } from '../store/audit.ts'
import type { OAuthForm } from './oauth-form.ts'
import { limitFailures, paceRequest } from './request-pace.ts'

/** The parameters by which a client authenticates (RFC 7521 section 4.2). */
export const proofParameters = ['client_assertion_type', 'client_assertion', 'client_id'] as const

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * Does something on behalf of the client that has signed the assertion of the request, which counts among its requests. `url`: where it was
 * sent to, which its `aud` may name like that of the token endpoint and the issuer. Refusals are counted and recorded; who has sent very many
 * is not looked at any more, for a look may be a request to the server that has the keys.
 */
export const asProvenClient = async <T>(
  c: Context,
  deps: Deps,
  given: {
    readonly form: OAuthForm
    readonly url: string
    readonly refuse: Refuse
    readonly action: AuditAction
  },
  act: (proven: Proven) => Promise<T>,
): Promise<T> => {
  const { form, url, refuse, action } = given
  if (form.demand('client_assertion_type') !== jwtBearer)
    throw new SluiceError('invalid', `Cannot read the request: client_assertion_type must be ${jwtBearer}`)
  const assertion = form.demand('client_assertion')
  const { token, issuer } = authorityUrls(deps.config)
  const shown = { assertion, clientId: form.find('client_id') }
  const audiences = [...new Set([url, token, issuer])]
  let isLookedAt = false
  const attempt = async (): Promise<T> => {
    isLookedAt = true
    const proven = await verifyAssertion(deps, shown, audiences)
    await paceRequest(c, principalOfClient(deps, proven.client, []))
    return act(proven)
  }
  try {
    return await limitFailures(c, attempt, `client ${claimedClientOf(assertion) ?? ''}`)
  } catch (error) {
    if (!isLookedAt || !(error instanceof SluiceError) || !isRefusal(error)) throw error
    throw await refuse({ error, action, assertion, source: c.get('source') })
  }
}

/** Not what fails by itself, as a database does. */
const isRefusal = ({ code }: SluiceError): boolean =>
  code === 'invalid-client' ||
  code === 'invalid-scope' ||
  code === 'unauthorized-client' ||
  code === 'throttled'
