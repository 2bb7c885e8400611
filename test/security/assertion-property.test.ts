import { base64url } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import fc from '../support/fast-check.ts'
import type { Harness } from '../support/harness.ts'
import {
  createSmartHarness,
  makeKey,
  postForm,
  registerClient,
  type TestKey,
  tokenForm,
} from '../support/smart.ts'

/** Assertions signed by the right key, as a text of JSON that no library would write: members twice, numbers beyond all bounds, look-alikes. */

let h: Harness
let key: TestKey
beforeAll(async () => {
  h = await createSmartHarness()
  key = await makeKey()
  await registerClient(h, 'system/*.rs', { key })
})
afterAll(() => h.close())

type Members = readonly (readonly [name: string, json: string])[]

const textOf = (members: Members): string =>
  `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`

const signText = async (header: Members, payload: Members): Promise<string> => {
  const input = `${base64url.encode(textOf(header))}.${base64url.encode(textOf(payload))}`
  const algorithm = { name: 'ECDSA', hash: 'SHA-384' }
  const signature = await crypto.subtle.sign(algorithm, key.privateKey, new TextEncoder().encode(input))
  return `${input}.${base64url.encode(new Uint8Array(signature))}`
}

const url = 'http://127.0.0.1:8080/auth/token'
let made = 0
const good = (): { readonly header: Members; readonly payload: Members } => ({
  header: [
    ['alg', '"ES384"'],
    ['kid', '"key-1"'],
    ['typ', '"JWT"'],
  ],
  payload: [
    ['iss', '"client-1"'],
    ['sub', '"client-1"'],
    ['aud', JSON.stringify(url)],
    ['exp', String(h.clock.now() / 1000 + 300)],
    ['jti', `"j-${++made}"`],
  ],
})

const odd = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    ...['null', 'true', '[]', '{}', '""', '[null]', '[[]]', '0.1', '-0', '1e308', '1e999', '-1e999'],
    ...[
      '9007199254740993',
      '"client-1 "',
      '" client-1"',
      '"client-1\\u0000"',
      '"client-1\\ud800"',
      '"CLIENT-1"',
    ],
    ...[
      '"ｃlient-1"',
      '"cl\\u0456ent-1"',
      '"client-1\\u200b"',
      '["client-1"]',
      '"es384"',
      '["key-1"]',
      '"key-1 "',
    ],
    ...[
      `"${url} "`,
      `"${url}/"`,
      `"${url}?"`,
      '"HTTP://127.0.0.1:8080/auth/token"',
      `[["${url}"]]`,
      `["${url}",1]`,
    ],
  ),
)

/** Those that no value but their own may stand for. `aud` may also be a list, and times may be others that are near. */
const fixed = ['header.alg', 'header.kid', 'payload.iss', 'payload.sub', 'payload.aud']
const others = [
  'header.typ',
  'header.crit',
  'header.b64',
  'header.jku',
  'payload.exp',
  'payload.nbf',
  'payload.iat',
]
const free = [
  'header.jwk',
  'header.x5c',
  'header.x5u',
  'header.cty',
  'header.zip',
  'header.__proto__',
  'payload.jti',
]

const send = async (place: string, json: string, how: 'instead' | 'before' | 'behind'): Promise<number> => {
  const [part = '', name = ''] = place.split('.')
  const change = (members: Members): Members => {
    const kept = how === 'instead' ? members.filter(([each]) => each !== name) : members
    return how === 'before' ? [[name, json], ...kept] : [...kept, [name, json]]
  }
  const { header, payload } = good()
  const assertion =
    part === 'header' ? await signText(change(header), payload) : await signText(header, change(payload))
  return (await postForm(h, '/auth/token', tokenForm(assertion))).status
}

test('An assertion whose header or claim is any other JSON gets a token in no case', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...fixed),
      odd,
      fc.constantFrom('instead', 'behind'),
      async (place, json, how) => {
        expect([401, 429]).toContain(await send(place, json, how))
      },
    ),
    { numRuns: 400 },
  )
})

test('An assertion with any JSON anywhere is granted or refused, and never an error of the server', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...fixed, ...others, ...free),
      odd,
      fc.constantFrom('instead', 'before', 'behind'),
      async (place, json, how) => {
        expect([200, 401, 429]).toContain(await send(place, json, how))
      },
    ),
    { numRuns: 400 },
  )
})

test('Headers that bring keys along change nothing, and extensions are refused', async () => {
  for (const place of ['header.jwk', 'header.x5c', 'header.x5u', 'header.x5t', 'header.cty'])
    expect(await send(place, '{"kty":"oct","k":"AA"}', 'behind')).toBe(200)
  for (const json of ['["b64"]', '["exp"]', '[]', '"b64"'])
    expect([401, 429]).toContain(await send('header.crit', json, 'behind'))
  expect([401, 429]).toContain(await send('header.jku', '"https://evil.example.org/jwks"', 'behind'))
})
