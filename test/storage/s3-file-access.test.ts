import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Config, type Environment, loadConfig } from '../../worker/config.ts'
import { createApp } from '../../worker/http/app.ts'
import type { App } from '../../worker/http/route.ts'
import { openObjectStorage } from '../../worker/open-storage.ts'
import { s3Client } from '../../worker/storage/s3-client.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import { createHarness, type Harness, type Manifest, nameOf, pathOf } from '../support/harness.ts'
import { type R2Server, startR2Server } from '../support/r2-server.ts'

/** `FILE_ACCESS` over wrangler's R2, which checks signatures and dates: what each kind of URL opens, to whom, and how long. */

const timeout = 60_000
let server: R2Server
let h: Harness
let statusPath: string
let texts: ReadonlyMap<string, string>

beforeAll(async () => {
  server = await startR2Server()
  h = await createHarness({}, storageOf(environment()))
  h.clock.advance(Date.now() - h.clock.now() - 60_000) // R2 goes by the true time
  await h.load(['a', 'b', 'c'].map((id) => ({ resourceType: 'Patient', id })))
  const since = new Date(h.clock.now()).toISOString()
  h.clock.advance(1000)
  await h.load([{ resourceType: 'Patient', id: 'd', name: [{ text: 'Žofie' }] }])
  await h.remove('Patient/a')
  const lenient = { headers: { prefer: 'handling=lenient' } }
  const response = await h.request(`/fhir/$export?_since=${since}&_summary=true`, lenient)
  statusPath = pathOf(response.headers.get('content-location') ?? '')
  await h.finish(statusPath)
  texts = (await h.files(await manifestOf(appWith('proxy')))).text
}, timeout)
afterAll(async () => {
  h.close()
  await server.close()
})

const environment = (more: Environment = {}): Environment => ({
  STORAGE_URL: server.storageUrl('a%20b/+%C3%BC'),
  AWS_ACCESS_KEY_ID: server.options.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: server.options.credentials.secretAccessKey,
  ...more,
})
const configOf = (env: Environment): Config => loadConfig(env, 'node')
const storageOf = (env: Environment): Storage => {
  const storage = openObjectStorage(configOf(env))
  if (storage === undefined) throw new Error('no bucket in STORAGE_URL')
  return storage
}

/** A process of the same service, started with another `FILE_ACCESS`, at the true time or `agoMs` before it. */
const appWith = (access: Config['fileAccess'], ttlSeconds = 3600, agoMs = 0): App => {
  const config = configOf(environment({ FILE_ACCESS: access, FILE_URL_TTL: String(ttlSeconds) }))
  const clock = { ...h.deps.clock, now: () => Date.now() - agoMs }
  return createApp({ ...h.deps, config, clock }, () => {})
}
const ask = async (app: App, path: string): Promise<Response> =>
  app.request(path, { headers: { host: 'localhost' } })
const statusOf = async (app: App): Promise<Response> => {
  const response = await ask(app, statusPath)
  expect(response.status).toBe(200)
  return response
}
const manifestOf = async (app: App): Promise<Manifest> => (await statusOf(app)).json()
const itemsOf = ({ output, deleted = [], error }: Manifest) => [...output, ...deleted, ...error]
const keyOf = (url: string): string => nameOf(new URL(url).pathname)
const outcomeOf = async (url: string): Promise<number> => {
  const response = await fetch(url)
  await response.text()
  return response.status
}

describe('The manifest with FILE_ACCESS=proxy', () => {
  test('has URLs of our own route, for output, deleted and error files', async () => {
    const manifest = await manifestOf(appWith('proxy'))
    expect([...texts.keys()]).toHaveLength(3)
    for (const item of itemsOf(manifest)) {
      expect(item.url).toMatch('http://127.0.0.1:8080/fhir/$export-file/')
      expect(item.extension).not.toHaveProperty('storageUri')
    }
  })
})

describe('The manifest with FILE_ACCESS=signed', () => {
  test('has URLs with which anybody downloads the same bytes, without a token', async () => {
    const response = await statusOf(appWith('signed'))
    expect(response.headers.get('cache-control')).toBe('no-store')
    const manifest: Manifest = await response.json()
    expect(manifest.requiresAccessToken).toBe(false)
    const items = itemsOf(manifest)
    expect(items.map(({ url }) => keyOf(url))).toEqual([...texts.keys()])
    for (const { url, count, ...item } of items) {
      expect(url).toMatch(`${server.options.endpoint}/`)
      expect(item.extension).not.toHaveProperty('storageUri')
      const file = await fetch(url)
      expect(file.status).toBe(200)
      expect(file.headers.get('content-type')).toBe('application/fhir+ndjson')
      const text = await file.text()
      expect(text).toBe(texts.get(keyOf(url)))
      expect(text.split('\n')).toHaveLength(count + 1)
    }
  })

  test('has URLs that end after FILE_URL_TTL, when asking again brings new ones of the same files', async () => {
    const [old] = itemsOf(await manifestOf(appWith('signed', 60, 61_000)))
    const [young] = itemsOf(await manifestOf(appWith('signed', 60)))
    expect(await outcomeOf(old?.url ?? '')).toBe(403)
    expect(await outcomeOf(young?.url ?? '')).toBe(200)
    expect(old?.url).not.toBe(young?.url)
    expect(keyOf(old?.url ?? '')).toBe(keyOf(young?.url ?? ''))
  })

  test('says in Expires when its URLs end, and not later than the export', async () => {
    const expiresOf = async (app: App) => Date.parse((await statusOf(app)).headers.get('expires') ?? '')
    const before = Date.now()
    const soon = await expiresOf(appWith('signed', 60))
    expect(soon).toBeGreaterThanOrEqual(before + 59_000)
    expect(soon).toBeLessThanOrEqual(Date.now() + 60_000)
    const whole = await expiresOf(appWith('proxy'))
    expect(await expiresOf(appWith('storage'))).toBe(whole)
    expect(await expiresOf(appWith('signed', 604_800))).toBeLessThanOrEqual(whole)
  })

  test('has URLs that open nothing else: not another file, nor with a changed signature or end', async () => {
    const [first, second] = itemsOf(await manifestOf(appWith('signed', 60)))
    const url = first?.url ?? ''
    const changed = [
      url.replace(keyOf(url), keyOf(second?.url ?? '')),
      url.replace(/(X-Amz-Signature=)(.)/, (_, name, digit) => `${name}${digit === '0' ? '1' : '0'}`),
      url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'),
      url.replace(/\?.*/, ''),
    ]
    expect(new Set([url, ...changed]).size).toBe(5)
    for (const other of changed) expect([400, 403]).toContain(await outcomeOf(other))
    expect(await outcomeOf(url)).toBe(200)
  })

  test('leaves our own route to those who have its URLs from before', async () => {
    const [item] = itemsOf(await manifestOf(appWith('proxy')))
    const response = await ask(appWith('signed'), pathOf(item?.url ?? ''))
    expect(await response.text()).toBe(texts.get(nameOf(item?.url ?? '')))
  })
})

describe('The manifest with FILE_ACCESS=storage', () => {
  test('has bare URLs that open nothing by themselves, and the objects to those with credentials', async () => {
    const manifest = await manifestOf(appWith('storage'))
    expect(manifest.requiresAccessToken).toBe(false)
    const { bucket, endpoint } = server.options
    const client = s3Client({
      ...server.options,
      fetch: (url, init) => fetch(url, init),
      clock: Date,
      timeoutMs: 10_000,
    })
    for (const { url, extension } of itemsOf(manifest)) {
      expect(url).toMatch(/^[^?#]+\.ndjson$/)
      expect(await outcomeOf(url)).toBe(400) // R2 misses an authorization
      const [, objectKey = ''] = /^s3:\/\/sluice-exports\/(.+)$/.exec(extension?.storageUri ?? '') ?? []
      expect(objectKey).toMatch(/^a b\/\+ü\/\d{8}T\d{6}Z_[0-9a-f-]{36}\/[A-Za-z0-9-]+\.ndjson$/)
      expect(decodeURIComponent(url)).toBe(`${endpoint}/${bucket}/${objectKey}`)
      const { text } = await client.call({ attempt: 'read', method: 'GET', objectKey })
      expect(text).toBe(texts.get(keyOf(url)))
    }
  })

  test('shuts our own route, whether or not there is such a file, until the setting changes back', async () => {
    const [item] = itemsOf(await manifestOf(appWith('proxy')))
    const path = pathOf(item?.url ?? '')
    const app = appWith('storage')
    const messages = new Set<string>()
    for (const each of [path, `${path}x`, '/fhir/$export-file/no/file'])
      messages.add(await expectOutcome(await ask(app, each), 404, 'not-found'))
    expect([...messages]).toEqual([
      'Cannot find the file here: files of this service are read from its storage; ask for the status again, which tells their new URLs',
    ])
    expect((await ask(appWith('proxy'), path)).status).toBe(200)
  })
})

describe('An export that is deleted', () => {
  test('is 404 at once, with no URL, and its signed URLs are when the sweep has been', async () => {
    const app = appWith('signed')
    const items = itemsOf(await manifestOf(app))
    await app.request(statusPath, { method: 'DELETE', headers: { host: 'localhost' } })
    for (const access of ['proxy', 'signed', 'storage'] as const)
      await expectOutcome(await ask(appWith(access), statusPath), 404, 'not-found')
    await h.sweep()
    for (const { url } of items) expect(await outcomeOf(url)).toBe(404)
  })
})
