import type { Context } from 'hono'
import { authorityUrls } from '../auth/authority-urls.ts'
import type { Refuse } from '../auth/refusals.ts'
import { principalOfClient } from '../auth/token-principal.ts'
import { type Proven, verifyAssertion } from '../auth/verify-assertion.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { AuditAction } from '../store/audit.ts'
import type { OAuthForm } from './oauth-form.ts'
import { paceRequest } from './request-pace.ts'

/** The parameters by which a client authenticates (RFC 7521 section 4.2). */
export const proofParameters = ['client_assertion_type', 'client_assertion', 'client_id'] as const

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * Does something on behalf of the client that has signed the assertion of the request, which counts among its requests. `url`: where it was
 * sent to, which its `aud` may name like that of the token endpoint and the issuer. Refusals are counted and recorded.
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
  try {
    const audiences = [...new Set([url, token, issuer])]
    const proven = await verifyAssertion(deps, { assertion, clientId: form.find('client_id') }, audiences)
    await paceRequest(c, principalOfClient(deps, proven.client, []))
    return await act(proven)
  } catch (error) {
    if (!(error instanceof SluiceError) || !isRefusal(error)) throw error
    throw await refuse({ error, action, assertion, source: c.get('source') })
  }
}

/** Not what fails by itself, as a database does. */
const isRefusal = ({ code }: SluiceError): boolean =>
  code === 'invalid-client' ||
  code === 'invalid-scope' ||
  code === 'unauthorized-client' ||
  code === 'throttled'
