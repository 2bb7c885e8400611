import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadConfig } from '../../worker/config.ts'
import { type RunningServer, serve } from '../../worker/node.ts'
import { onDisk } from '../support/on-disk.ts'
import { startServer } from '../support/server-process.ts'
import { expectOutcome } from './expect-outcome.ts'

let folder: string
let server: RunningServer
let url: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-http-'))
  server = await serve(loadConfig({ ...environment('a'), FILE_BYTES: '0', SWEEP_MS: '200' }, 'node'))
  url = server.config.baseUrl
  const response = await ingest([...patients(100), ...documents(10, 2_000_000)].join(''))
  expect(await response.json()).toEqual({ stored: 110, refused: 0, problems: [] })
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const environment = (name: string) => ({
  PORT: '0',
  ...onDisk(join(folder, name)),
  LOG_LEVEL: 'error',
  POLL_BURST: '1000000',
})
const patients = (count: number) =>
  Array.from({ length: count }, (_, i) => `{"resourceType":"Patient","id":"p${i}","x":1.00}\n`)
const documents = (count: number, bytes: number) =>
  Array.from(
    { length: count },
    (_, i) => `{"resourceType":"Binary","id":"b${i}","data":"${randomText(bytes)}"}\n`,
  )
/** Does not compress well, so that a gzipped file fills sockets as well. */
const randomText = (bytes: number) =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)))
    .toString('base64')
    .repeat(Math.ceil(bytes / 80_000))

const ingest = (body: BodyInit, headers: Record<string, string> = {}, origin = url) => {
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { 'content-type': 'application/fhir+ndjson', ...headers },
  }
  return fetch(`${origin}/admin/api/ingest`, init)
}
const streamOf = (chunks: AsyncGenerator<Uint8Array>) =>
  new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
const runExport = async (query = '', origin = url) => {
  const accepted = await fetch(`${origin}/fhir/$export${query}`, { headers: { prefer: 'respond-async' } })
  expect(accepted.status).toBe(202)
  const location = accepted.headers.get('content-location') ?? ''
  for (;;) {
    const response = await fetch(location)
    if (response.status === 200) return { location, manifest: await response.json() }
    expect(response.status).toBe(202)
    await response.text()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
const fileOf = async (type: string): Promise<string> =>
  (await runExport(`?_type=${type}`)).manifest.output[0].url

/** By `node:http`, whose client decodes nothing, follows nothing and reads only when it is told. */
const ask = (
  target: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options
    const sent = requestHttp(target, { method, headers, agent: false }, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
const openFiles = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('Binary')
    } catch {
      return false // closed since
    }
  }).length
const until = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('On a Node server', { timeout: 15_000 }, () => {
  test('an export runs from kick-off to DELETE', async () => {
    const { location, manifest } = await runExport('?_type=Patient&_outputFormat=application/fhir+ndjson')
    expect(location).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/fhir\/\$export-status\/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    expect(manifest.request).toBe(`${url}/fhir/$export?_type=Patient&_outputFormat=application/fhir+ndjson`)
    expect(manifest.output).toMatchObject([{ type: 'Patient', count: 100 }])
    const file = await fetch(manifest.output[0].url)
    expect(file.headers.get('content-encoding')).toBe('gzip') // which fetch asks for and takes off
    const lines = (await file.text()).split('\n')
    expect(lines).toHaveLength(101)
    expect(lines[0]).toContain('"x":1.00')
    expect((await fetch(location, { method: 'DELETE' })).status).toBe(202)
    await expectOutcome(await fetch(location), 404, 'not-found')
    await expectOutcome(await fetch(manifest.output[0].url), 404, 'not-found')
    const jobId = location.slice(location.lastIndexOf('/') + 1)
    const folders = () => readdir(join(folder, 'a', 'exports'))
    await until(async () => !(await folders()).some((name) => name.includes(jobId)))
  })

  test('HEAD of a file has its Content-Length, and the connection goes on', async () => {
    const file = await fileOf('Patient')
    const head = await fetch(file, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } })
    const whole = await ask(file)
    expect(head.headers.get('content-length')).toBe(whole.headers['content-length'])
    expect(head.headers.get('etag')).toBe(whole.headers.etag)
    expect((await buffer(whole)).length).toBe(Number(head.headers.get('content-length')))
    expect(whole.headers['transfer-encoding']).toBeUndefined()
  })

  test('a range is sent, and gzip comes undone', async () => {
    const file = await fileOf('Patient')
    const whole = await buffer(await ask(file))
    const range = await ask(file, { headers: { range: 'bytes=10-19' } })
    expect(range.statusCode).toBe(206)
    expect(range.headers['content-length']).toBe('10')
    expect((await buffer(range)).equals(whole.subarray(10, 20))).toBe(true)
    const zipped = await ask(file, { headers: { 'accept-encoding': 'gzip' } })
    expect(zipped.headers['content-length']).toBeUndefined()
    expect(gunzipSync(await buffer(zipped)).equals(whole)).toBe(true)
    const headOfZipped = await ask(file, { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } })
    expect(headOfZipped.headers['content-length']).toBeUndefined()
    expect(headOfZipped.headers.etag).toBe(zipped.headers.etag)
  })

  test('HEAD of a kick-off, and GET of one with a body, start nothing', async () => {
    const head = await ask(`${url}/fhir/$export`, { method: 'HEAD' })
    expect(head.statusCode).toBe(405)
    expect(head.headers.allow).toBe('GET, POST')
    const get = await ask(`${url}/fhir/$export`, { headers: { 'content-length': '2' }, body: '{}' })
    expect(get.statusCode).toBe(400)
    expect((await buffer(get)).toString()).toContain('use POST')
  })

  test('a load is stored as it arrives, and others are answered meanwhile', async () => {
    const reached = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const line = (i: number) => `{"resourceType":"Basic","id":"s${i}","text":"${'x'.repeat(400)}"}\n`
    const body = async function* () {
      for (let i = 0; i < 3000; i++) yield new TextEncoder().encode(line(i))
      reached.resolve()
      await release.promise
      for (let i = 3000; i < 6000; i++) yield new TextEncoder().encode(line(i))
    }
    const answer = ingest(streamOf(body()))
    await reached.promise
    await until(async () => (await fetch(`${url}/fhir/Basic/s0`)).status === 200)
    expect((await fetch(`${url}/fhir/Basic/s5999`)).status).toBe(404)
    const begun = performance.now()
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect(performance.now() - begun).toBeLessThan(2000)
    release.resolve()
    expect(await (await answer).json()).toEqual({ stored: 6000, refused: 0, problems: [] })
  })

  test('a load that its client gives up keeps what was stored', async () => {
    const abort = new AbortController()
    const body = async function* () {
      for (let i = 0; i < 1100; i++) yield new TextEncoder().encode(`{"resourceType":"Basic","id":"q${i}"}\n`)
      await new Promise(() => {})
    }
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      body: streamOf(body()),
      duplex: 'half',
      headers: { 'content-type': 'application/fhir+ndjson' },
      signal: abort.signal,
    }
    const given = fetch(`${url}/admin/api/ingest`, init)
    await until(async () => (await fetch(`${url}/fhir/Basic/q0`)).status === 200)
    abort.abort()
    await expect(given).rejects.toThrow()
    expect((await fetch(`${url}/fhir/Basic/q499`)).status).toBe(200)
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  test('a large body of the wrong type is refused, and the client hears why', async () => {
    const response = await ingest('x'.repeat(20_000_000), { 'content-type': 'text/plain' })
    await expectOutcome(response, 415, 'not-supported')
    const large = await fetch(`${url}/fhir/$export`, {
      method: 'POST',
      body: 'x'.repeat(20_000_000),
      headers: { 'content-type': 'application/json' },
    })
    await expectOutcome(large, 413, 'too-long')
  })

  test('a client that reads slowly keeps nobody waiting, and gets it all', async () => {
    const file = await fileOf('Binary')
    const whole = await buffer(await ask(file))
    expect(whole.length).toBeGreaterThan(19_000_000)
    const slow = await ask(file)
    slow.pause()
    const begun = performance.now()
    expect((await runExport('?_type=Patient')).manifest.output).toHaveLength(1)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect(performance.now() - begun).toBeLessThan(3000)
    expect((await buffer(slow)).equals(whole)).toBe(true)
  })

  test.runIf(process.platform === 'linux').each(['identity', 'gzip'])(
    'a download that is given up (%s) leaves no file open',
    async (encoding) => {
      const file = await fileOf('Binary')
      const download = await ask(file, { headers: { 'accept-encoding': encoding } })
      await until(() => openFiles() === 1)
      download.destroy()
      await until(() => openFiles() === 0)
      expect((await fetch(`${url}/health`)).status).toBe(200)
    },
  )

  test.each(['identity', 'gzip'])(
    'a file that breaks while it is sent (%s) never looks whole',
    async (encoding) => {
      const file = await fileOf('Binary')
      const download = await ask(file, { headers: { 'accept-encoding': encoding } })
      download.pause()
      const [, name = ''] = /\$export-file\/(.*)$/.exec(file) ?? []
      const told = vi.spyOn(console, 'error').mockReturnValue()
      await truncate(join(folder, 'a', 'exports', name), 1_000_000)
      await expect(buffer(download)).rejects.toThrow()
      await until(() => told.mock.calls.length > 0)
      expect(told.mock.calls).toEqual([[expect.objectContaining({ code: 'storage-unavailable' })]])
      told.mockRestore()
      expect((await fetch(`${url}/health`)).status).toBe(200)
    },
  )
})

describe('A server that is closed', { timeout: 15_000 }, () => {
  test('does not wait for ever for a client that reads no more', async () => {
    const other = await serve(loadConfig({ ...environment('d'), FILE_BYTES: '0' }, 'node'))
    const { baseUrl } = other.config
    expect((await ingest(documents(10, 2_000_000).join(''), {}, baseUrl)).status).toBe(200)
    const { manifest } = await runExport('', baseUrl)
    const stalled = await ask(manifest.output[0].url)
    stalled.pause()
    const broken = once(stalled, 'error')
    const begun = performance.now()
    await other.close(300)
    expect(performance.now() - begun).toBeGreaterThan(250)
    stalled.resume()
    expect((await broken)[0]).toBeInstanceOf(Error)
  })
})

describe.concurrent('A server process', { timeout: 20_000 }, () => {
  test('refuses a second one on its database and names it, ends well, and lets another follow', async ({
    expect,
  }) => {
    const first = await startServer(environment('b'))
    await expect(startServer(environment('b'))).rejects.toThrow(/held by sluice serve \(process \d+/)
    expect((await fetch(`${first.url}/health`)).status).toBe(200) // and keeps its connection open
    await first.stop()
    expect(first.stderr()).toBe('')
    const second = await startServer(environment('b'))
    expect((await fetch(`${second.url}/health`)).status).toBe(200)
    await second.stop()
  })

  test('says that it is open to this machine only', async ({ expect }) => {
    const running = await startServer(environment('c'))
    await running.stop()
    expect(running.stdout()).toContain('AUTH=open')
  })
})
