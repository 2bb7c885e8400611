import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { Environment, Limits } from '../../worker/config.ts'
import { type Client, insertClient, type PublicKey } from '../../worker/store/clients.ts'
import { bearer } from './bearer.ts'
import { createHarness, type Harness } from './harness.ts'
import { smartEnvironment } from './principals.ts'

/** A backend service as tests play it: its key, and how it asks for tokens. */
export type TestKey = {
  readonly alg: string
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicKey: PublicKey
}
export type TestClient = {
  readonly clientId: string
  readonly key: TestKey
  /** A signed assertion, as it should be but for what is given; a claim or header that is `undefined` is left away. */
  assertion(claims?: Claims, header?: Headers): Promise<string>
  /** A request for a token, as it should be but for the parameters given; one that is `undefined` is left away. */
  ask(parameters?: Parameters): Promise<Response>
  /** An access token with these scopes, by blanks; all that are registered unless told. */
  token(scope?: string): Promise<string>
  /** Headers of requests with such a token. */
  bearer(scope?: string): Promise<{ readonly authorization: string }>
}
type Claims = Readonly<Record<string, unknown>>
type Headers = Readonly<Record<string, unknown>>
type Parameters = Readonly<Record<string, string | undefined>>

/** A service with `AUTH=smart`, on a database in memory. */
export const createSmartHarness = (
  environment: Environment = {},
  limits: Partial<Limits> = {},
): Promise<Harness> => createHarness(limits, undefined, undefined, { ...smartEnvironment, ...environment })

export const makeKey = async (alg = 'ES384', kid = 'key-1'): Promise<TestKey> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const { kty = '', ...rest } = await exportJWK(publicKey)
  return { alg, kid, privateKey, publicKey: { ...rest, kty, kid } }
}

/** Registers a client with scopes by blanks, and with a key of its own unless it is given one, or a URL of its key set. */
export const registerClient = async (
  h: Harness,
  scopes = 'system/*.rs',
  given: Partial<Client> & { readonly key?: TestKey } = {},
): Promise<TestClient> => {
  const { key = await makeKey(), ...registered } = given
  const now = h.clock.now()
  const client: Client = {
    clientId: 'client-1',
    name: 'Client One',
    jwksUrl: undefined,
    jwks: registered.jwksUrl === undefined ? { keys: [key.publicKey] } : undefined,
    scopes: scopes.split(' '),
    groupIds: undefined,
    destinations: undefined,
    requestsPerMinute: undefined,
    maxRunningJobs: undefined,
    suspendedAt: undefined,
    createdAt: now,
    changedAt: now,
    ...registered,
  }
  await h.deps.db.batch([insertClient(client)])
  return playClient(h, client.clientId, key, scopes)
}

/** Somebody who says to be this client, with whatever key; whether it is registered does not matter. */
export const playClient = (
  h: Harness,
  clientId: string,
  key: TestKey,
  scopes = 'system/*.rs',
): TestClient => {
  const assertion: TestClient['assertion'] = (claims, header) =>
    signAssertion(h, clientId, key, claims, header)
  const ask: TestClient['ask'] = async (parameters = {}) =>
    postForm(h, '/auth/token', {
      ...tokenForm('client_assertion' in parameters ? '' : await assertion(), scopes),
      ...parameters,
    })
  const token: TestClient['token'] = async (scope = scopes) => {
    const response = await ask({ scope })
    const body: unknown = await response.json()
    if (typeof body === 'object' && body !== null && 'access_token' in body) return String(body.access_token)
    throw new Error(`no token: ${response.status} ${JSON.stringify(body)}`)
  }
  return {
    clientId,
    key,
    assertion,
    ask,
    token,
    bearer: async (scope) => bearer(await token(scope)),
  }
}

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The parameters of a request that show who makes it. */
export const proofOf = (assertion: string) => ({
  client_assertion_type: jwtBearer,
  client_assertion: assertion,
})

/** Those of a request for a token. */
export const tokenForm = (assertion: string, scope = 'system/*.rs') => ({
  grant_type: 'client_credentials',
  scope,
  ...proofOf(assertion),
})

/** Whether the FHIR API takes an access token. */
export const isGoodToken = async (h: Pick<Harness, 'request'>, token: string): Promise<boolean> =>
  (await h.request('/fhir/$export-status', { headers: bearer(token) })).status === 200

/** A POST of a form, whose parameters that are `undefined` are left away. */
export const postForm = (
  h: Pick<Harness, 'request'>,
  path: string,
  parameters: Parameters,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> => {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return h.request(path, {
    method: 'POST',
    body: new URLSearchParams(given).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
}

let made = 0

/** An assertion for the token URL of the service, good for five minutes. */
export const signAssertion = (
  h: Pick<Harness, 'clock' | 'deps'>,
  clientId: string,
  key: TestKey,
  claims: Claims = {},
  header: Headers = {},
): Promise<string> => {
  const aud = `${h.deps.config.baseUrl}/auth/token`
  return signAssertionFor(aud, h.clock.now(), clientId, key, claims, header)
}

/** The same for a token URL at an instant. */
export const signAssertionFor = (
  aud: string,
  now: number,
  clientId: string,
  { alg, kid, privateKey }: TestKey,
  claims: Claims = {},
  header: Headers = {},
): Promise<string> => {
  const payload: JWTPayload = {
    iss: clientId,
    sub: clientId,
    aud,
    exp: Math.floor(now / 1000) + 300,
    jti: `assertion-${++made}`,
    ...claims,
  }
  return new SignJWT(payload).setProtectedHeader({ alg, kid, typ: 'JWT', ...header }).sign(privateKey)
}
