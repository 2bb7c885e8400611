import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, describe, expect, test } from 'vitest'
import { authenticateIssuer } from '../../worker/auth/authenticate-issuer.ts'
import type { Issuer } from '../../worker/config/issuers.ts'
import { loadConfig } from '../../worker/config.ts'
import { hasCode } from '../../worker/errors.ts'
import { reachOf } from '../../worker/fhir/scope/grants.ts'
import { showScope } from '../../worker/fhir/scope/scope.ts'
import { insertClient } from '../../worker/store/clients.ts'
import { createHarness, type Harness, startOfTime } from '../support/harness.ts'
import { administrator, smartEnvironment } from '../support/principals.ts'
import { type Answer, saysJson, startRemoteServer } from '../support/remote-server.ts'

const ec = await generateKeyPair('ES384', { extractable: true })
const rsa = await generateKeyPair('RS256', { extractable: true })
const stranger = await generateKeyPair('ES384', { extractable: true })
const keySet = {
  keys: [
    { ...(await exportJWK(ec.publicKey)), kid: 'ec' },
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' },
  ],
}

const opened: { close(): void }[] = []
afterEach(() => {
  for (const each of opened.splice(0)) each.close()
})

const iss = 'https://login.example.org/realms/care'
const aud = 'https://fhir.example.org/'
const nowSeconds = startOfTime / 1000
const usual = { iss, aud, exp: nowSeconds + 300, client_id: 'analytics', scope: 'system/Patient.rs' }

/** A service that honours one issuer. */
const scene = async (more: Partial<Issuer> = {}, answer: Answer = saysJson(keySet)) => {
  const server = await startRemoteServer(answer)
  const issuer = { name: 'care', issuer: iss, audience: aud, jwksUrl: `${server.url}/jwks`, ...more }
  const environment = { ...smartEnvironment, ISSUERS: JSON.stringify([issuer]), PRIVATE_HOSTS: server.host }
  const harness = await createHarness({}, undefined, undefined, environment)
  opened.push(server, harness)
  const [honoured] = harness.deps.config.issuers
  if (honoured === undefined) throw new Error('there is no issuer')
  const accept = (token: string) => authenticateIssuer(harness.deps, honoured, token)
  return {
    harness,
    server,
    accept,
    /** What a token of such claims opens: its scopes and labels. */
    opens: async (claims: Claims) => {
      const { grants } = await accept(await sign({ ...usual, ...claims }))
      const labels = grants.labels?.map(({ token, rights }) => `${token} ${rights.join('')}`)
      return { scopes: grants.scopes.map(showScope), ...(labels && { labels }) }
    },
    refuses: (token: string): Promise<string> =>
      accept(token).then(
        () => 'accepted',
        (error: unknown) =>
          hasCode(error, 'invalid-token', 'expired-token')
            ? `${error.code}: ${error.message}`
            : `other: ${error}`,
      ),
  }
}

type Claims = Readonly<Record<string, unknown>>
type Header = {
  readonly alg?: string
  readonly kid?: string
  readonly typ?: string
  readonly crit?: string[]
}
const sign = (claims: Claims, header: Header = {}, key: CryptoKey = ec.privateKey): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES384', kid: 'ec', ...header }).sign(key)

const register = (harness: Harness, more: Readonly<Record<string, unknown>>): Promise<unknown> =>
  harness.deps.db.batch([
    insertClient({
      clientId: 'care:analytics',
      name: 'Analytics',
      jwksUrl: 'https://keys.example.org/',
      jwks: undefined,
      scopes: ['system/*.rs'],
      groupIds: undefined,
      destinations: undefined,
      requestsPerMinute: undefined,
      maxRunningJobs: undefined,
      suspendedAt: undefined,
      createdAt: 1,
      changedAt: 1,
      ...more,
    }),
  ])

describe('A token of an issuer of others', () => {
  test('is good for the client that it says, under the name of its issuer', async () => {
    const { accept, server } = await scene()
    expect(await accept(await sign(usual))).toEqual({
      kind: 'client',
      clientId: 'care:analytics',
      name: 'care:analytics',
      grants: { scopes: [{ type: 'Patient', rights: ['r', 's'], query: '', version: 2 }] },
      groupIds: undefined,
      destinations: undefined,
      requestsPerMinute: undefined,
      maxRunningJobs: undefined,
    })
    await accept(await sign(usual, { kid: 'rsa', alg: 'RS256', typ: 'at+jwt' }, rsa.privateKey))
    await accept(await sign({ ...usual, aud: ['https://other.example.org/', aud] }, { typ: 'anything' }))
    expect(server.visits).toEqual(['/jwks'])
  })

  test.each<[string, Claims]>([
    ['of another issuer', { iss: 'https://login.example.org/realms/other' }],
    ['of an issuer that begins the same', { iss: `${iss}/` }],
    ['of no issuer', { iss: undefined }],
    ['for another audience', { aud: 'https://other.example.org/' }],
    ['for an audience that begins the same', { aud: 'https://fhir.example.org' }],
    ['for nobody', { aud: undefined }],
    ['without an end', { exp: undefined }],
    ['not good yet', { nbf: nowSeconds + 61 }],
    ['issued in the future', { iat: nowSeconds + 61 }],
    ['for a client without a name', { client_id: undefined }],
    ['for an empty client', { client_id: '' }],
    ['for a client of many lines', { client_id: 'a\nb' }],
    ['for a client with a blank', { client_id: 'a b' }],
    ['for a client that is no text', { client_id: 7 }],
    ['for a client without end', { client_id: 'c'.repeat(201) }],
  ])('is not good %s', async (_what, claims) => {
    const { refuses } = await scene()
    expect(await refuses(await sign({ ...usual, ...claims }))).toMatch(
      /^invalid-token: Cannot accept the access token/,
    )
  })

  test('ends when it says, with a minute for clocks that differ', async () => {
    const { refuses } = await scene()
    expect(
      await refuses(
        await sign({ ...usual, exp: nowSeconds - 59, nbf: nowSeconds + 59, iat: nowSeconds + 59 }),
      ),
    ).toBe('accepted')
    expect(await refuses(await sign({ ...usual, exp: nowSeconds - 60 }))).toBe(
      'expired-token: Cannot accept the access token: it has expired',
    )
  })

  test('is refused without a signature, with one of nobody, and with one by a public key', async () => {
    const { refuses, server } = await scene()
    const good = await sign(usual)
    const [head = '', body = '', signature = ''] = good.split('.')
    const other = btoa(JSON.stringify({ ...usual, scope: 'system/*.cruds' })).replaceAll('=', '')
    const secret = new TextEncoder().encode(await exportSPKI(rsa.publicKey))
    const hmac = await new SignJWT(usual).setProtectedHeader({ alg: 'HS256', kid: 'rsa' }).sign(secret)
    expect(await refuses(new UnsecuredJWT(usual).encode())).toMatch(/^invalid-token/)
    expect(await refuses(hmac)).toMatch(/^invalid-token.*algorithm/)
    expect(server.visits).toEqual([]) // nobody was asked for keys in the name of such
    for (const token of [
      `${head}.${body}.`,
      `${head}.${other}.${signature}`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `${good}.`,
      'a.b.c',
      '',
      await sign(usual, {}, stranger.privateKey),
      await sign(usual, { kid: 'rsa' }),
      await sign(usual, { kid: 'ec', alg: 'RS256' }, rsa.privateKey),
      await sign(usual, { kid: 'unknown' }),
      await sign(usual, { crit: ['urgent'] }).catch(() => 'x'),
    ])
      expect(await refuses(token)).toMatch(/^invalid-token/)
  })

  test('that names no key is good only where its issuer has but one of its kind', async () => {
    const { refuses } = await scene()
    const nameless = await new SignJWT(usual).setProtectedHeader({ alg: 'ES384' }).sign(ec.privateKey)
    expect(await refuses(nameless)).toBe('accepted')
    const twice = { keys: [...keySet.keys, { ...(await exportJWK(stranger.publicKey)), kid: 'second' }] }
    const two = await scene({}, saysJson(twice))
    expect(await two.refuses(nameless)).toMatch(/^invalid-token.*more than one/)
  })

  test('is good by a key that its issuer has just begun to use', async () => {
    let keys = { keys: keySet.keys.slice(1) }
    const { refuses } = await scene({}, (...given) =>
      saysJson(keys, { 'Cache-Control': 'max-age=3600' })(...given),
    )
    await refuses(await sign(usual, { kid: 'rsa', alg: 'RS256' }, rsa.privateKey))
    keys = keySet
    expect(await refuses(await sign(usual))).toBe('accepted')
  })

  test('is neither good nor bad while the keys of its issuer are not to be had, without a word on where they are', async () => {
    const { accept } = await scene({}, saysJson({}, {}, 503))
    await expect(accept(await sign(usual))).rejects.toMatchObject({
      code: 'remote-unavailable',
      message:
        'Cannot check the access token: the keys of its issuer are not to be had at the moment; send it again after Retry-After',
    })
  })
})

describe('The client of a token', () => {
  test.each<[string, Partial<Issuer>, Claims, string]>([
    ['client_id', {}, { azp: 'b', sub: 'c' }, 'care:analytics'],
    ['azp without it', {}, { client_id: undefined, azp: 'b', sub: 'c' }, 'care:b'],
    ['sub at last', {}, { client_id: undefined, sub: 'c' }, 'care:c'],
    [
      'the claim that is configured',
      { clientIdClaim: 'https://example.org/app' },
      { 'https://example.org/app': 'd' },
      'care:d',
    ],
  ])('is what it says in %s', async (_what, issuer, claims, clientId) => {
    const { accept } = await scene(issuer)
    expect((await accept(await sign({ ...usual, ...claims }))).clientId).toBe(clientId)
  })

  test('is not another claim than the one that is configured, nor what every object has', async () => {
    const configured = await scene({ clientIdClaim: 'app' })
    expect(await configured.refuses(await sign(usual))).toMatch(/^invalid-token/)
    const inherited = await scene({ clientIdClaim: 'constructor' })
    expect(await inherited.refuses(await sign(usual))).toMatch(/^invalid-token/)
  })

  test('keeps within its registration, if it is registered', async () => {
    const { harness, accept, opens } = await scene()
    await register(harness, {
      scopes: ['system/Patient.r', 'system/Observation.rs?category=laboratory'],
      groupIds: ['g1'],
      destinations: [],
      requestsPerMinute: 5,
      maxRunningJobs: 1,
    })
    expect(await accept(await sign(usual))).toMatchObject({
      name: 'Analytics',
      groupIds: ['g1'],
      destinations: [],
      requestsPerMinute: 5,
      maxRunningJobs: 1,
    })
    expect(await opens({ scope: 'system/*.rs' })).toEqual({
      scopes: ['system/Patient.r', 'system/Observation.rs?category=laboratory'],
    })
    expect(await opens({ scope: 'system/Encounter.rs' })).toEqual({ scopes: [] })
  })

  test('is refused while its registration is suspended', async () => {
    const { harness, refuses } = await scene()
    await register(harness, { suspendedAt: 1 })
    expect(await refuses(await sign(usual))).toBe(
      'expired-token: Cannot accept the access token: its client is suspended',
    )
  })
})

describe('What a token opens', () => {
  const words = 'system/Patient.rs system/Observation.read'

  test.each(['abc@clients', 'auth0|abc', 'https://app.example.org/a?b=c#d', '%2e%2e', '..', '<i>"\\'])(
    'is refused while a client that is called %s is suspended',
    async (client_id) => {
      const { harness, refuses, opens } = await scene()
      const admin = harness.as(administrator())
      const clientId = `care:${client_id}`
      const created = await admin('/admin/api/clients', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          clientId,
          name: 'App',
          jwks: { keys: [keySet.keys[0]] },
          scopes: ['system/Patient.rs'],
        }),
      })
      expect(`${created.status} ${await created.text()}`).toMatch(/^201 /)
      expect(await opens({ client_id, scope: 'system/*.rs' })).toEqual({ scopes: ['system/Patient.rs'] })
      const place = new URL(created.headers.get('location') ?? '').pathname
      const suspended = await admin(`${place}/suspend`, { method: 'POST' })
      expect(await suspended.json()).toMatchObject({ clientId, suspendedAt: expect.any(String) })
      expect(await refuses(await sign({ ...usual, client_id }))).toContain('its client is suspended')
      expect((await admin(place, { method: 'DELETE' })).status).toBe(204)
    },
  )

  test('is what its scopes say, as a text or as a list, in scope or in scp or in the claim that is configured', async () => {
    const plain = await scene()
    const expected = { scopes: ['system/Patient.rs', 'system/Observation.read'] }
    expect(await plain.opens({ scope: words })).toEqual(expected)
    expect(await plain.opens({ scope: words.split(' ') })).toEqual(expected)
    expect(await plain.opens({ scope: undefined, scp: words })).toEqual(expected)
    expect(await plain.opens({ scope: undefined, scp: words.split(' ') })).toEqual(expected)
    const configured = await scene({ scopeClaim: 'permissions' })
    expect(await configured.opens({ permissions: words })).toEqual({ ...expected })
    expect(await configured.opens({})).toEqual({ scopes: [] })
  })

  test('is nothing by words that are not for us, and by such as cannot be granted', async () => {
    const { opens } = await scene()
    const strange = [
      'openid profile launch/patient offline_access fhirUser',
      'patient/*.rs patient/Patient.read user/*.read user/Patient.rs',
      'system/Nothing.rs system/Patient.dus system/Patient.rs?nothing=1 system/Patient. system/',
      'access/team.read __proto__ constructor',
    ].join(' ')
    expect(await opens({ scope: strange })).toEqual({ scopes: [] })
    expect(await opens({ scope: `${strange} system/Patient.rs` })).toEqual({ scopes: ['system/Patient.rs'] })
    expect(await opens({ scope: undefined })).toEqual({ scopes: [] })
    expect(await opens({ scope: { a: 1 } })).toEqual({ scopes: [] })
    expect(await opens({ scope: [1, null, ['system/Patient.rs']] })).toEqual({ scopes: [] })
  })

  test('is what a person may read, where that is configured, and never what a patient may', async () => {
    const { opens } = await scene({ userAsSystem: true })
    const scope = 'user/Patient.read user/Observation.rs?category=laboratory patient/Encounter.read'
    expect(await opens({ scope })).toEqual({
      scopes: ['system/Patient.read', 'system/Observation.rs?category=laboratory'],
    })
    expect(await opens({ scope: 'user/Patient.write user/*.* user/Patient.cruds user/Patient.u' })).toEqual({
      scopes: [],
    })
  })

  test('is only what carries a tag of its access scopes, where that is configured', async () => {
    const { opens } = await scene({ accessSystem: 'https://example.org/access' })
    const scope = 'system/*.cruds access/team-a.read access/team-a.write access/team.b.r access/c.*'
    expect(await opens({ scope })).toEqual({
      scopes: ['system/*.cruds'],
      labels: [
        'https://example.org/access|team-a cruds',
        'https://example.org/access|team.b r',
        'https://example.org/access|c cruds',
      ],
    })
  })

  test('is nothing without a good access scope, where that is configured', async () => {
    const { accept, opens } = await scene({ accessSystem: 'https://example.org/access' })
    const strange = [
      'access/*.read access/.read access/team.sr access/team. access/team access/a,b.read access/a|b.read',
      'access/a$b.read access/a%2Cb.read access/a\\,b.read ACCESS/a.read access/a.READ',
      `access/${'t'.repeat(65)}.read access/Ä.read xaccess/a.read`,
    ].join(' ')
    for (const scope of ['system/*.cruds', `system/*.cruds ${strange}`]) {
      expect(await opens({ scope })).toEqual({ scopes: ['system/*.cruds'], labels: [] })
      const { grants } = await accept(await sign({ ...usual, scope }))
      expect(reachOf(grants, 'Patient', 'r')).toEqual({ kind: 'nothing' })
    }
  })

  test('reaches by a search for its tags', async () => {
    const { accept } = await scene({ accessSystem: 'https://example.org/access' })
    const scope = 'system/Patient.rs access/a.read access/b.rs access/c.write'
    const { grants } = await accept(await sign({ ...usual, scope }))
    expect(reachOf(grants, 'Patient', 'r', 's')).toEqual({
      kind: 'matching',
      queries: [
        'Patient?_security=https%3A%2F%2Fexample.org%2Faccess%7Ca%2Chttps%3A%2F%2Fexample.org%2Faccess%7Cb',
      ],
    })
  })

  test('has bounds: words and tags without end are cut off', async () => {
    const { accept } = await scene({ accessSystem: 'https://example.org/access' })
    const scope = Array.from({ length: 600 }, (_, index) => `access/t${index}.read`)
    const { grants } = await accept(await sign({ ...usual, scope }))
    expect(grants.labels).toHaveLength(100)
  })
})

describe('ISSUERS', () => {
  test.each([
    'https://example.org/a,b',
    'https://example.org/a|b',
    'https://example.org/a$b',
    'https://example.org/a b',
    'https://example.org/a\\',
    '',
  ])('has no accessSystem that would be more than one value of a search: "%s"', (accessSystem) => {
    const issuer = {
      name: 'care',
      issuer: iss,
      audience: aud,
      jwksUrl: 'https://login.example.org/jwks',
      accessSystem,
    }
    expect(() => loadConfig({ ...smartEnvironment, ISSUERS: JSON.stringify([issuer]) }, 'node')).toThrow(
      'ISSUERS',
    )
  })
})
