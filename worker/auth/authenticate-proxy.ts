import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import type { CloudflareAccess } from '../config.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { fetchIssuerKeys } from './issuer-keys.ts'
import { listedRole, subjectOf } from './listed-role.ts'
import type { AdministratorPrincipal } from './principal.ts'
import { findVouchedFor } from './vouched-for.ts'

/**
 * The administrator whom Cloudflare Access has let in, by the assertion that it puts on each request. Without a good signature that header
 * is nothing: whoever reaches this service around Cloudflare can send one. Who is in neither list is refused, whatever Cloudflare's own
 * policies are.
 */
export const authenticateProxy = async (
  deps: Deps,
  access: CloudflareAccess,
  assertion: string,
  source: string | undefined,
): Promise<AdministratorPrincipal> => {
  const issuer = `https://${access.team}`
  const email = await verifiedEmail(deps, access, issuer, assertion)
  const role = listedRole(access, email)
  if (role === undefined)
    throw new SluiceError(
      'forbidden',
      'Cannot let you in: Cloudflare Access knows you, but you are no administrator of this service',
    )
  const { administratorId, name } = await findVouchedFor(deps, {
    subject: subjectOf(access, email),
    name: email,
    role,
    source,
  })
  return { kind: 'administrator', administratorId, name, role, session: { sessionId: proxySessionId } }
}

/** Names no session of ours: a browser sends Cloudflare's cookie along by itself, and so needs the same guard. */
export const proxySessionId = 'cloudflare-access'

/** Of people only: the assertion of a service token has no address. In lower case, as the lists are. */
const verifiedEmail = async (
  deps: Deps,
  { audience }: CloudflareAccess,
  issuer: string,
  assertion: string,
): Promise<string> => {
  try {
    const { kid } = decodeProtectedHeader(assertion)
    const keySet = await fetchIssuerKeys(deps, `${issuer}/cdn-cgi/access/certs`, kid)
    const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys: [...keySet.keys] }), {
      algorithms: ['RS256'],
      issuer,
      audience,
      requiredClaims: ['exp', 'iat', 'email'],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(deps.clock.now()),
    })
    return person.parse(payload).email.toLowerCase()
  } catch (error) {
    throw refusalOf(error)
  }
}

/** Clocks are never quite the same, and an assertion is good from the second it was made in. */
const clockToleranceSeconds = 30

const person = z.object({ email: z.string().min(3).max(257) })

/** Only what is wrong with the assertion is a 401; trouble of our own stays what it is. */
const refusalOf = (error: unknown): unknown => {
  if (error instanceof errors.JWTExpired)
    return new SluiceError(
      'expired-token',
      'Cannot accept the assertion of Cloudflare Access: it has expired',
    )
  const isItsFault =
    error instanceof errors.JOSEError ||
    error instanceof TypeError || // what is no JWS at all
    error instanceof z.ZodError
  if (!isItsFault) return error
  return new SluiceError(
    'invalid-token',
    'Cannot accept the assertion of Cloudflare Access: it is not one of this team for this service',
    { cause: error },
  )
}
