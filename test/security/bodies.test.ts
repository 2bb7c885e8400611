import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHarness, type Harness } from '../support/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await createHarness()
  await h.load([
    { resourceType: 'Patient', id: 'p1' },
    { resourceType: 'Group', id: 'g', type: 'person', actual: true },
  ])
})
afterAll(() => h.close())

type Target = { readonly method: string; readonly path: string; readonly type: string }
const fhir = 'application/fhir+json'
const targets: readonly Target[] = [
  { method: 'POST', path: '/fhir/$export', type: fhir },
  { method: 'POST', path: '/fhir/Patient/$export', type: fhir },
  { method: 'POST', path: '/fhir/Patient', type: fhir },
  { method: 'PUT', path: '/fhir/Patient/p2', type: fhir },
  { method: 'PUT', path: '/fhir/Group/g2', type: fhir },
  { method: 'PUT', path: '/fhir/Binary/b', type: fhir },
  { method: 'POST', path: '/fhir', type: fhir },
  { method: 'POST', path: '/fhir/Group/g/$member-add', type: fhir },
  { method: 'POST', path: '/admin/api/ingest', type: 'application/fhir+ndjson' },
]

const send = ({ method, path, type }: Target, body: BodyInit, headers: Record<string, string> = {}) =>
  h.request(path, { method, body, headers: { 'content-type': type, ...headers } })

/** Not once our own fault: neither 500 nor 503, and an answer soon. */
const expectHandled = async (target: Target, body: BodyInit, headers?: Record<string, string>) => {
  const startedAt = performance.now()
  const response = await send(target, body, headers)
  const text = await response.text()
  expect(response.status, `${target.method} ${target.path}: ${text.slice(0, 300)}`).toBeLessThan(500)
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  return { status: response.status, text }
}

const nested = (open: string, close: string, depth: number, inner = '1') =>
  open.repeat(depth) + inner + close.repeat(depth)

/** Where a resource, or a Parameters, or a Bundle may have a value of any shape. */
const around = (value: string): readonly string[] => [
  value,
  `{"resourceType":"Patient","id":"p2","extension":${value}}`,
  `{"resourceType":"Group","id":"g2","type":"person","actual":true,"member":${value}}`,
  `{"resourceType":"Binary","id":"b","contentType":"text/plain","data":${value}}`,
  `{"resourceType":"Parameters","parameter":[{"name":"_type","valueString":${value}}]}`,
  `{"resourceType":"Parameters","parameter":${value}}`,
  `{"resourceType":"Bundle","type":"batch","entry":${value}}`,
  `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","x":${value}},"request":{"method":"POST","url":"Patient"}}]}`,
]

describe.each(targets)('A body of $method $path', (target) => {
  test.each([
    ['lists', nested('[', ']', 100_000)],
    ['objects', nested('{"a":', '}', 100_000)],
    ['extensions', nested('[{"url":"u","extension":', '}]', 50_000, '[]')],
    ['lists that are not closed', '['.repeat(300_000)],
  ])('of %s, as deep as it can be, is handled', async (_, value) => {
    for (const body of around(value)) await expectHandled(target, body)
  })

  test('of very many members is handled', async () => {
    const members = Array.from({ length: 60_000 }, (_, n) => `"k${n}":${n}`).join()
    for (const body of around(`{${members}}`)) await expectHandled(target, body)
  })

  test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'with members called %s changes nothing of any other object',
    async (name) => {
      const value = `{"${name}":{"polluted":"yes","isDryRun":true,"resourceType":"Patient"}}`
      for (const body of [...around(value), ...around(`[${value}]`)]) await expectHandled(target, body)
      const own = `{"${name}":{"polluted":"yes"},"resourceType":"Patient","id":"p2"}`
      await expectHandled(target, own)
      const probe: Record<string, unknown> = {}
      expect(probe.polluted).toBeUndefined()
      expect(Object.prototype).not.toHaveProperty('polluted')
      expect(typeof probe.toString).toBe('function')
    },
  )

  test('of a type that is the name of something of every object is no type', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'valueOf'])
      await expectHandled(target, `{"resourceType":"${name}","id":"p2"}`)
  })

  test('of numbers, keys and texts as long as they can be is handled', async () => {
    const long = 'x'.repeat(300_000)
    for (const value of [
      '9'.repeat(300_000),
      `1e${'9'.repeat(1000)}`,
      `"${long}"`,
      `{"${long}":1}`,
      '"\\u0000\\ud800"',
    ])
      for (const body of around(value)) await expectHandled(target, body)
  })
})

describe('A body that is far larger when it is unpacked', () => {
  const bomb = gzipSync(Buffer.alloc(200_000_000, ' '))

  test.each(targets.filter(({ type }) => type === fhir))(
    'is refused by $method $path before it is',
    async (target) => {
      const before = process.memoryUsage().rss
      const { status } = await expectHandled(target, bomb, { 'content-encoding': 'gzip' })
      expect(status).toBe(413)
      expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
    },
  )

  test('is no line to an ingest, which holds none of it, and goes on behind it', async () => {
    const line = '\n{"resourceType":"Patient","id":"behind"}\n'
    const packed = gzipSync(Buffer.concat([Buffer.alloc(200_000_000, 'x'), Buffer.from(line)]))
    expect(packed.length).toBeLessThan(1_000_000)
    const before = process.memoryUsage().rss
    const ingest = targets.find(({ path }) => path.endsWith('ingest'))
    if (ingest === undefined) throw new Error('there is no ingest')
    const { status, text } = await expectHandled(ingest, packed, { 'content-encoding': 'gzip' })
    expect([status, JSON.parse(text)]).toMatchObject([200, { stored: 1, refused: 1 }])
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
  })

  test('of gzip in gzip is unpacked once', async () => {
    const [target] = targets
    if (target === undefined) throw new Error('there is none')
    const { status } = await expectHandled(target, gzipSync(gzipSync('{}')), { 'content-encoding': 'gzip' })
    expect(status).toBe(400)
    expect((await send(target, gzipSync('{}'), { 'content-encoding': 'gzip, gzip' })).status).toBe(415)
  })
})
