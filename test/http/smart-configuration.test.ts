import { describe, expect, test } from 'vitest'
import { createSmartHarness, registerClient } from '../support/smart.ts'

/** SPEC CAP-10 to CAP-12. */

const places = [
  [{}, '/fhir/.well-known/smart-configuration', 'http://127.0.0.1:8080'],
  [{ FHIR_PATH: '/' }, '/.well-known/smart-configuration', 'http://127.0.0.1:8080'],
  [
    { BASE_URL: 'https://fhir.example.org/apis', FHIR_PATH: '/4_0_0' },
    '/4_0_0/.well-known/smart-configuration',
    'https://fhir.example.org/apis',
  ],
] as const

describe('The SMART configuration', () => {
  test.each(places)(
    'with %j is at %s, for everybody and as JSON whatever Accept says',
    async (environment, path, base) => {
      const h = await createSmartHarness(environment)
      for (const accept of [
        'application/json',
        'application/fhir+json',
        'text/html',
        'application/xml;q=1, */*;q=0',
      ]) {
        const response = await h.request(path, { headers: { accept } })
        expect(response.status).toBe(200)
        expect(response.headers.get('content-type')).toMatch(/^application\/json/)
        expect(await response.json()).toEqual({
          token_endpoint: `${base}/auth/token`,
          introspection_endpoint: `${base}/auth/introspect`,
          revocation_endpoint: `${base}/auth/revoke`,
          grant_types_supported: ['client_credentials'],
          token_endpoint_auth_methods_supported: ['private_key_jwt'],
          token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['RS384', 'ES384']),
          scopes_supported: [
            'system/*.cruds',
            'system/*.rs',
            'system/*.*',
            'system/*.read',
            'system/*.write',
          ],
          code_challenge_methods_supported: ['S256'],
          capabilities: ['client-confidential-asymmetric', 'permission-v1', 'permission-v2'],
        })
      }
      h.close()
    },
  )

  test('names scopes that are granted to whoever may have them, in the same words', async () => {
    const h = await createSmartHarness()
    const { scopes_supported } = await (await h.request('/fhir/.well-known/smart-configuration')).json()
    const client = await registerClient(h, 'system/*.cruds')
    for (const scope of scopes_supported)
      expect(await (await client.ask({ scope })).json()).toMatchObject({ scope })
    h.close()
  })

  test('has a sister in the words of RFC 8414, with the issuer and the keys of tokens', async () => {
    const h = await createSmartHarness()
    const response = await h.request('/.well-known/oauth-authorization-server')
    const metadata = await response.json()
    expect(metadata).toMatchObject({
      issuer: 'http://127.0.0.1:8080',
      jwks_uri: 'http://127.0.0.1:8080/auth/jwks',
      token_endpoint: 'http://127.0.0.1:8080/auth/token',
      response_types_supported: [],
    })
    expect((await h.request(new URL(metadata.jwks_uri).pathname)).status).toBe(200)
    h.close()
  })
})
