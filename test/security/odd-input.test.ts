import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bearer } from '../support/bearer.ts'
import { createBrowser, createHttpsHarness, enrolled, invite } from '../support/browser-of.ts'
import type { Harness } from '../support/harness.ts'
import { setupToken } from '../support/principals.ts'
import { registerClient } from '../support/smart.ts'

/** Every route of administrators and of the authorization server, with whatever a stranger may think of. */

let h: Harness
beforeEach(async () => {
  h = await createHttpsHarness({ SETUP_TOKEN: setupToken })
})
afterEach(() => h.close())

const lone = '\ud800'
const oddValues: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  1e308,
  '',
  '\u0000',
  lone,
  '\u202e\u2028\n\r',
  "'; drop table client; --",
  'x'.repeat(60_000),
  [],
  [[]],
  {},
  JSON.parse('{"__proto__":{"role":"admin"},"constructor":{"prototype":{}}}'),
  JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`),
]
const memberNames = [
  'name',
  'role',
  'isSuspended',
  'way',
  'accessKey',
  'answer',
  'secret',
  'step',
  'setupToken',
  'expiresAt',
  'clientId',
  'scopes',
  'jwks',
  'jwksUrl',
  'groupIds',
  'destinations',
  'requestsPerMinute',
  'maxRunningJobs',
  'seconds',
  'until',
]
const good = {
  name: 'n',
  way: 'access-key',
  accessKey: 'slk_x',
  secret: 's',
  step: 'start',
  setupToken: 't',
  scopes: ['system/*.rs'],
  jwksUrl: 'https://a.example.org/jwks',
  seconds: 60,
}
const bodies: readonly unknown[] = [
  ...oddValues,
  ...memberNames.flatMap((member) => oddValues.map((value) => ({ ...good, [member]: value }))),
  ...oddValues.map((keys) => ({ ...good, jwksUrl: undefined, jwks: { keys } })),
  ...oddValues.map((key) => ({ ...good, jwksUrl: undefined, jwks: { keys: [key] } })),
  ...oddValues.flatMap((value) =>
    ['kty', 'kid', 'n', 'e'].map((member) => ({
      ...good,
      jwksUrl: undefined,
      jwks: { keys: [{ kty: 'RSA', kid: 'k', n: 'AQAB', e: 'AQAB', [member]: value }] },
    })),
  ),
  ...oddValues.map((value) => ({ ...good, way: 'passkey', step: 'passkey', answer: { response: value } })),
  ...['e30', 'AA', 'bnVsbA', 'W10'].map((text) => ({
    ...good,
    way: 'passkey',
    step: 'passkey',
    answer: {
      id: text,
      rawId: text,
      type: 'public-key',
      response: {
        clientDataJSON: text,
        attestationObject: text,
        authenticatorData: text,
        signature: text,
        userHandle: text,
      },
    },
  })),
]
const oddTexts = [
  '%00',
  '%ED%A0%80',
  '..',
  '%2e%2e%2f',
  "'",
  '%F0%9F%98%80',
  'x'.repeat(3000),
  '%',
  '__proto__',
  '%C2%85',
]

type Operation = { readonly method: string; readonly path: string; readonly parameters: readonly string[] }

const operationsOf = async (): Promise<readonly Operation[]> => {
  const document = await (await h.request('/openapi.json')).json()
  return Object.entries<Record<string, { parameters?: { in: string; name: string }[] }>>(document.paths)
    .filter(([path]) => /^\/(?:admin|auth)\//.test(path))
    .flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => ['get', 'post', 'put', 'delete'].includes(method))
        .map(([method, { parameters = [] }]) => ({
          method: method.toUpperCase(),
          path,
          parameters: parameters.filter((each) => each.in === 'query').map((each) => each.name),
        })),
    )
}

describe('Odd input', () => {
  test('is answered by an error that is not ours, at every route of administrators and of the authorization server', async () => {
    const ada = await enrolled(h)
    const { id } = await invite(h, 'Grace', 'viewer')
    await registerClient(h, 'system/*.rs')
    const failed: string[] = []
    const ask = async (method: string, path: string, init: RequestInit) => {
      const headers = { ...bearer(ada.accessKey), 'x-sluice-form': '1', ...init.headers }
      const response = await h.request(path, { ...init, method, headers })
      const text = await response.text()
      if (response.status >= 500)
        failed.push(
          `${response.status} ${method} ${path.slice(0, 120)} ${String(init.body).slice(0, 200)} ${text}`,
        )
    }
    const operations = await operationsOf()
    const form =
      '&grant_type=client_credentials&scope=s&token=t&client_assertion=a&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    expect(operations.length).toBeGreaterThan(30)
    for (const { method, path, parameters } of operations) {
      const plain = path.replaceAll(/\{\w+\}/g, path.includes('administrators') ? id : 'client-1')
      for (const text of oddTexts) {
        if (path.includes('{')) await ask(method, path.replaceAll(/\{\w+\}/g, text), {})
        for (const name of parameters) await ask(method, `${plain}?${name}=${text}`, {})
      }
      if (method === 'GET' || method === 'DELETE') continue
      for (const body of bodies) {
        await ask(method, plain, {
          body: JSON.stringify(body) ?? 'null',
          headers: { 'content-type': 'application/json' },
        })
        h.clock.advance(60_000)
      }
      for (const text of oddTexts)
        for (const name of ['grant_type', 'scope', 'client_assertion', 'client_assertion_type', 'token'])
          await ask(method, plain, {
            body: form.replace(`&${name}=`, `&${name}=${text}`),
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          })
    }
    expect([...new Set(failed)]).toEqual([])
  }, 240_000)

  test('names no client that its own route could not be reached by', async () => {
    const ada = await enrolled(h)
    for (const clientId of ['.', '..'])
      expect((await ada.send('POST', '/admin/api/clients', { clientId, ...good })).status).toBe(400)
  })

  test('in credentials is 401', async () => {
    const browser = createBrowser(h)
    for (const text of [
      'slk_',
      `slk_${'0'.repeat(32)}_`,
      'a.b.c',
      'e30.e30.e30',
      'bnVsbA.bnVsbA.bnVsbA',
      '%00',
      '',
      '.'.repeat(16_000),
    ]) {
      const token = await browser.send('GET', '/admin/api/session', undefined, {
        ...bearer(text),
      })
      expect([200, 401]).toContain(token.status)
      const cookie = await browser.send('GET', '/admin/api/sessions', undefined, {
        cookie: `__Host-sluice=${text}`,
      })
      expect(cookie.status).toBe(401)
      h.clock.advance(60_000)
    }
  })
})
