import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Deps } from '../../worker/deps.ts'
import { createApp } from '../../worker/http/app.ts'
import { signText } from '../../worker/platform/secret-box.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import { createHarness, type Harness, type Manifest, statusPathOf } from '../support/harness.ts'
import { clientWith, smartEnvironment } from '../support/principals.ts'

/** URLs of files that open them without a token (FILE_ACCESS=capability): what they open, and all that they do not. */

const environment = { ...smartEnvironment, FILE_ACCESS: 'capability' }
const client = clientWith('system/*.rs')
let h: Harness
beforeEach(async () => {
  h = await createHarness({ retentionMs: 1_000_500 }, undefined, undefined, environment)
  await h.load([
    { resourceType: 'Patient', id: 'a' },
    { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' } },
  ])
})
afterEach(() => h.close())

/** The path of a status request of an export that has ended. */
const exported = async (): Promise<string> => {
  const started = await h.as(client)('/fhir/$export')
  const path = statusPathOf(started)
  while (await h.tick()) h.clock.advance(1)
  return path
}
const manifestAt = async (path: string) => {
  const response = await h.as(client)(path)
  const manifest: Manifest = await response.json()
  return { response, manifest, urls: manifest.output.map(({ url }) => new URL(url)) }
}
const open = (url: URL, init?: RequestInit, deps: Deps = h.deps) =>
  createApp(deps, () => {}).request(url.pathname + url.search, {
    ...init,
    headers: { host: 'localhost', ...init?.headers },
  })
const firstUrl = async (): Promise<URL> => {
  const [url] = (await manifestAt(await exported())).urls
  if (url === undefined) throw new Error('the manifest lists no file')
  return url
}

describe('A capability URL', () => {
  test('opens its file without a token, by GET, HEAD and in ranges, and tells no other page of itself', async () => {
    const { manifest, urls } = await manifestAt(await exported())
    expect(manifest.requiresAccessToken).toBe(false)
    for (const url of urls) {
      const whole = await open(url)
      expect(whole.status).toBe(200)
      expect(whole.headers.get('referrer-policy')).toBe('no-referrer')
      expect(whole.headers.get('cache-control')).toContain('no-store')
      const text = await whole.text()
      expect(text).toContain('"resourceType"')
      expect((await open(url, { method: 'HEAD' })).headers.get('content-length')).toBe(String(text.length))
      const part = await open(url, { headers: { range: 'bytes=0-4' } })
      expect([part.status, await part.text()]).toEqual([206, text.slice(0, 5)])
    }
  })

  test('has 256 bits that nobody can guess, bound to SECRET_KEY, to its purpose, and to one file', async () => {
    const url = await firstUrl()
    expect(url.searchParams.get('signature')).toMatch(/^[\w-]{43}$/)
    const [, folder, name] = /\$export-file\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? []
    const claim = `${folder}\n${name}\n${url.searchParams.get('expires')}`
    for (const [key, purpose] of [
      ['another-secret-key-of-at-least-32-bytes', 'file URLs'],
      [smartEnvironment.SECRET_KEY, 'stored secrets'],
    ] as const) {
      const forged = new URL(url)
      forged.searchParams.set('signature', await signText(key, purpose, claim))
      await expectOutcome(await open(forged), 403, 'forbidden')
    }
  })

  test('opens no other file, and nothing but files', async () => {
    const [one, other] = (await manifestAt(await exported())).urls
    if (one === undefined || other === undefined) throw new Error('two files were expected')
    const [elsewhere] = (await manifestAt(await exported())).urls
    for (const pathname of [other.pathname, elsewhere?.pathname ?? ''])
      await expectOutcome(await open(new URL(pathname + one.search, one)), 403, 'forbidden')
    const folder = one.pathname.slice(0, one.pathname.lastIndexOf('/'))
    for (const path of [
      `${folder}/_manifest.json`,
      `${folder}/..%2f..%2fsecret`,
      `${folder}%2f${one.pathname.slice(folder.length + 1)}/x`,
    ])
      expect((await open(new URL(path + one.search, one))).status).toBe(403)
    for (const path of ['/fhir/Patient/a', '/fhir/$export-status', '/fhir/$export', '/admin/api/jobs'])
      expect((await open(new URL(path + one.search, one))).status).toBe(401)
    for (const method of ['PUT', 'POST', 'DELETE']) expect((await open(one, { method })).status).toBe(405)
  })

  test('that was cut or altered, in any character, is refused and says what to do', async () => {
    const url = await firstUrl()
    const query = url.search.slice(1)
    const altered = Array.from(query, (char, at) => {
      const next = char === '9' ? '8' : /\d/.test(char) ? '9' : char === 'A' ? 'E' : 'A'
      return query.slice(0, at) + next + query.slice(at + 1)
    })
    const cut = Array.from(query, (_, at) => query.slice(0, at))
    for (const wrong of [...altered, ...cut]) {
      const response = await open(new URL(`?${wrong}`, url))
      // Without either word it is a URL without a capability, which asks for a token.
      const isOne = /(^|&)(expires|signature)=/.test(wrong) || /(^|&)(expires|signature)$/.test(wrong)
      expect([wrong, response.status]).toEqual([wrong, isOne ? 403 : 401])
      if (isOne) expect(await response.text()).toContain('ask for the status of the export again')
    }
  })

  test.each([
    ['a second signature', (query: string) => `${query}&signature=x`],
    ['the signature twice', (query: string) => `${query}&${query.split('&')[1]}`],
    ['a second end', (query: string) => `${query}&expires=9999999999`],
    ['an end before it', (query: string) => `expires=9999999999&${query}`],
    ['an end written otherwise', (query: string) => query.replace('expires=', 'expires=0')],
    ['an end with a sign', (query: string) => query.replace('expires=', 'expires=%2B')],
    ['an end with a point', (query: string) => query.replace('&', '.0&')],
    ['another last character of the same bits', (query: string) => query.replace(/.$/, sameBits)],
    ['padding', (query: string) => `${query}=`],
    ['a blank', (query: string) => `${query}%20`],
    ['a megabyte', (query: string) => `${query}${'A'.repeat(1_000_000)}`],
  ])('with %s is refused', async (_, change) => {
    const url = await firstUrl()
    await expectOutcome(await open(new URL(`?${change(url.search.slice(1))}`, url)), 403, 'forbidden')
  })

  test('that is wrong is refused also to who has a token: it would hide that the URL is no good', async () => {
    const url = await firstUrl()
    const response = await h.as(client)(`${url.pathname}?expires=1&signature=x`)
    await expectOutcome(response, 403, 'forbidden')
    expect((await h.as(client)(url.pathname)).status).toBe(200)
    expect((await open(new URL(url.pathname, url))).status).toBe(401)
  })
})

/** Four of the last six bits say something; Base64 readers take no notice of the others. */
const sameBits = (char: string): string => {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return digits[digits.indexOf(char) + 1] ?? ''
}

describe('The end of a capability URL', () => {
  test('is five minutes after the status request, unless FILE_URL_TTL says otherwise; asking again makes new ones', async () => {
    const path = await exported()
    const before = await manifestAt(path)
    const [old] = before.urls
    if (old === undefined) throw new Error('the manifest lists no file')
    const end = 1000 * Number(old.searchParams.get('expires'))
    expect(end).toBe(Math.floor((h.clock.now() + 300_000) / 1000) * 1000)
    expect(Date.parse(before.response.headers.get('expires') ?? '')).toBe(end)
    h.clock.advance(end - h.clock.now() - 1)
    expect((await open(old)).status).toBe(200)
    h.clock.advance(1)
    const said = await expectOutcome(await open(old), 403, 'forbidden')
    expect(said).toMatch(/it has expired; ask for the status of the export again/)
    const [fresh] = (await manifestAt(path)).urls
    if (fresh === undefined) throw new Error('the manifest lists no file')
    expect(fresh.pathname).toBe(old.pathname)
    expect((await open(fresh)).status).toBe(200)
  })

  test('is never later than that of the export, which ends it also when it comes sooner', async () => {
    const path = await exported()
    h.clock.advance(1_000_000 - 1000)
    const { urls, response } = await manifestAt(path)
    const [url] = urls
    if (url === undefined) throw new Error('the manifest lists no file')
    const end = 1000 * Number(url.searchParams.get('expires'))
    expect(end).toBeLessThanOrEqual(h.clock.now() + 1500)
    expect(Date.parse(response.headers.get('expires') ?? '')).toBe(end)
    expect((await open(url)).status).toBe(200)
    await h.as(client)(path, { method: 'DELETE' })
    await expectOutcome(await open(url), 404, 'not-found')
  })

  test('does not end a download that has begun', async () => {
    const url = await firstUrl()
    const response = await open(url)
    h.clock.advance(400_000)
    expect((await open(url)).status).toBe(403)
    expect(await response.text()).toContain('"resourceType"')
  })
})

describe('A capability', () => {
  test('stands in no log line and in no row, whatever comes of its URL', async () => {
    const lines: string[] = []
    const log: Deps['log'] = (...line) => lines.push(JSON.stringify(line))
    const url = await firstUrl()
    const broken = { ...h.deps.storage, head: () => Promise.reject(new Error('broken')) }
    await open(url, {}, { ...h.deps, log })
    await open(url, {}, { ...h.deps, log, storage: broken })
    await open(new URL(`${url.search}A`, url), {}, { ...h.deps, log })
    h.clock.advance(400_000)
    await open(url, {}, { ...h.deps, log })
    expect(lines).toHaveLength(1)
    const rows = await h.deps.db.query.selectFrom('audit_event').selectAll().execute()
    const signature = url.searchParams.get('signature') ?? ''
    for (const text of [...lines, JSON.stringify(rows)]) {
      expect(text).not.toContain(signature)
      expect(text).not.toContain('signature')
    }
  })

  test.each([
    ['proxy', 'smart', true],
    ['proxy', 'open', false],
    ['capability', 'open', false],
  ] as const)(
    'has the manifest say truly whether a token is needed: %s, AUTH=%s',
    async (access, auth, isNeeded) => {
      const path = await exported()
      const deps = { ...h.deps, config: { ...h.deps.config, fileAccess: access, auth } }
      const job = path.split('/').at(-1) ?? ''
      // A token is not what this is about.
      const app = createApp(
        deps,
        () => {},
        undefined,
        async () => client,
      )
      const response = await app.request(`/fhir/$export-status/${job}`, { headers: { host: 'localhost' } })
      expect((await response.json()).requiresAccessToken).toBe(isNeeded)
    },
  )
})
