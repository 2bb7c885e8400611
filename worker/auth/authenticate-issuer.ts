import { errors, importJWK, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose'
import type { Issuer } from '../config/issuers.ts'
import { type Deps, searchContextOf } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { type Grants, grantScopes } from '../fhir/scope/grants.ts'
import type { SearchContext } from '../fhir/search/term.ts'
import { pickKey } from '../platform/pick-key.ts'
import { signatureAlgorithms } from '../platform/signature-algorithm.ts'
import { type Client, readClient } from '../store/clients.ts'
import { grantsOfWords } from './issuer-grants.ts'
import { fetchIssuerKeys } from './issuer-keys.ts'
import type { ClientPrincipal } from './principal.ts'

/**
 * The client that an issuer of others has given the token to. Throws `invalid-token` or `expired-token`, and
 * `remote-unavailable` while nobody can tell. A token whose scopes are not for us is good, and opens nothing.
 */
export const authenticateIssuer = async (
  deps: Deps,
  issuer: Issuer,
  token: string,
): Promise<ClientPrincipal> => {
  const payload = await verify(deps, issuer, token)
  const clientId = `${issuer.name}:${clientIdIn(issuer, payload)}`
  const context = searchContextOf(deps)
  const grants = grantsOfWords(issuer, wordsIn(issuer, payload), context)
  const client = await readClient(deps.db, clientId)
  if (client?.suspendedAt !== undefined)
    throw new SluiceError('expired-token', 'Cannot accept the access token: its client is suspended')
  return {
    kind: 'client',
    clientId,
    name: client?.name ?? clientId,
    registeredAt: client?.createdAt,
    grants: client === undefined ? grants : withinRegistered(grants, client, context),
    groupIds: client?.groupIds,
    destinations: client?.destinations,
    requestsPerMinute: client?.requestsPerMinute,
    maxRunningJobs: client?.maxRunningJobs,
  }
}

/** Issuers that honour the same clock are rare. */
const skewSeconds = 60

/** `typ` is not asked about: few issuers say `at+jwt`, and that a token is for this service is what `aud` says. */
const verify = async (deps: Deps, issuer: Issuer, token: string): Promise<JWTPayload> => {
  const now = deps.clock.now()
  try {
    const { payload } = await jwtVerify(token, (header) => keyOf(deps, issuer, header), {
      algorithms: [...signatureAlgorithms],
      issuer: issuer.issuer,
      audience: issuer.audience,
      requiredClaims: ['exp'],
      clockTolerance: skewSeconds,
      currentDate: new Date(now),
    })
    if (payload.iat !== undefined && payload.iat > now / 1000 + skewSeconds)
      throw refused('it was issued in the future')
    return payload
  } catch (error) {
    throw refusalOf(error)
  }
}

const keyOf = async (deps: Deps, { jwksUrl }: Issuer, { kid, alg }: JWTHeaderParameters) => {
  if (kid !== undefined && typeof kid !== 'string') throw refused('its "kid" is no text')
  const keySet = await fetchIssuerKeys(deps, jwksUrl, kid)
  const { key } = pickKey(keySet, kid, alg)
  if (key === undefined) throw refused('its issuer has no key for it, or more than one')
  return importJWK(key, alg).catch((error: unknown) => {
    throw refused('the key of its issuer is not good', error)
  })
}

/** Our own refusals as they are; those of `jose` without the words of the token, which may be anything. */
const refusalOf = (error: unknown): unknown => {
  if (!(error instanceof errors.JOSEError)) return error
  if (error instanceof errors.JWTExpired)
    return new SluiceError('expired-token', 'Cannot accept the access token: it has expired')
  if (error instanceof errors.JWTClaimValidationFailed)
    return refused(`its claim "${error.claim}" is not as it must be`, error)
  if (error instanceof errors.JOSEAlgNotAllowed)
    return refused('its algorithm is not one of those accepted', error)
  return refused('it is no token that its issuer has signed', error)
}

/** Ids are not changed to fit, for two must not become one. */
const clientIdIn = ({ clientIdClaim }: Issuer, payload: JWTPayload): string => {
  const claims = clientIdClaim === undefined ? ['client_id', 'azp', 'sub'] : [clientIdClaim]
  const id = claims.map((claim) => claimOf(payload, claim)).find((value) => value !== undefined)
  if (typeof id === 'string' && /^[\x21-\x7e]{1,200}$/.test(id)) return id
  throw refused('it does not say which client it was given to')
}

/** A list, or one text with blanks. */
const wordsIn = ({ scopeClaim }: Issuer, payload: JWTPayload): readonly string[] => {
  const claims = scopeClaim === undefined ? ['scope', 'scp'] : [scopeClaim]
  const value = claims.map((claim) => claimOf(payload, claim)).find((each) => each !== undefined)
  const texts = Array.isArray(value) ? value : [value]
  const words = texts.flatMap((text) => (typeof text === 'string' ? text.split(/\s+/) : []))
  return [...new Set(words.filter((word) => word !== ''))].slice(0, maxWords)
}

/** Of a token of 16 KiB; more of them are no more than a way to keep us busy. */
const maxWords = 500

const claimOf = (payload: JWTPayload, claim: string): unknown =>
  Object.hasOwn(payload, claim) ? payload[claim] : undefined

/** What was registered for a client bounds what its issuer says of it. A registered scope that can be granted no more opens nothing. */
const withinRegistered = (grants: Grants, { scopes }: Client, context: SearchContext): Grants => {
  const registered = grantsOfWords(ownWords, scopes, context)
  return { ...grants, scopes: grantScopes(grants.scopes, registered.scopes) }
}

const ownWords = { userAsSystem: false, accessSystem: undefined }

const refused = (reason: string, cause?: unknown): SluiceError =>
  new SluiceError('invalid-token', `Cannot accept the access token: ${reason}`, { cause })
