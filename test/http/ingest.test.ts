import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { schemas } from '../../worker/http/openapi-schemas.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness({ maxResourceBytes: 500, ingestChunkRows: 10 })
})
afterEach(() => h.close())

type Headers = Record<string, string>
const post = (body: BodyInit | null, headers: Headers = {}) => {
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { 'content-type': 'application/fhir+ndjson', ...headers },
  }
  return h.request('/admin/api/ingest', init)
}
const reportOf = async (response: Response) => {
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^200/)
  expect(response.headers.get('content-type')).toBe('application/json')
  return schemas.IngestReport.strict().parse(await response.json())
}
const patient = (id: string, rest = '') => `{"resourceType":"Patient","id":"${id}"${rest}}`
const versionsOf = async (name: string) => {
  const [type = '', id = ''] = name.split('/')
  const response = await h.request(`/fhir/${type}/${id}`)
  return response.status === 200 ? Number((await response.json()).meta.versionId) : 0
}
const stream = (...pieces: readonly (string | Uint8Array | Error)[]): ReadableStream => {
  const left = [...pieces]
  return new ReadableStream({
    pull(controller) {
      const piece = left.shift()
      if (piece === undefined) controller.close()
      else if (piece instanceof Error) controller.error(piece)
      else controller.enqueue(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece)
    },
  })
}

describe('Ingest', () => {
  test('stores resources of any types mixed, and says how many', async () => {
    const body = `${patient('a')}\n{"resourceType":"Group","id":"g"}\n${patient('b', ',"x":1.00')}\n`
    expect(await reportOf(await post(body))).toEqual({ stored: 3, refused: 0, problems: [] })
    expect(await (await h.request('/fhir/Patient/b')).text()).toContain('"x":1.00')
    expect(await versionsOf('Group/g')).toBe(1)
  })

  test.each(['application/fhir+ndjson', 'application/ndjson', 'application/x-ndjson; charset=utf-8'])(
    'takes %s',
    async (contentType) => {
      expect(await reportOf(await post(patient('a'), { 'content-type': contentType }))).toMatchObject({
        stored: 1,
      })
    },
  )

  test.each([
    'application/json',
    'application/fhir+json',
    'text/plain',
    'application/x-www-form-urlencoded',
    '',
  ])('refuses %j', async (contentType) => {
    const response = await post(patient('a'), { 'content-type': contentType })
    expect(await expectOutcome(response, 415, 'not-supported')).toContain('application/fhir+ndjson')
    expect(await versionsOf('Patient/a')).toBe(0)
  })

  test('reports bad lines by number and reason, and stores the others', async () => {
    const lines = [
      patient('a'),
      '{"resourceType":"Patient"}',
      '{"resourceType":"Nope","id":"x"}',
      'not json',
      '',
      '{"resourceType":"Patient","id":"no spaces"}',
      '[]',
      patient('long', `,"x":"${'x'.repeat(500)}"`),
      patient('b'),
    ]
    const report = await reportOf(await post(lines.join('\n')))
    expect(report).toMatchObject({ stored: 2, refused: 6 })
    expect(report.problems.map(({ line }) => line)).toEqual([2, 3, 4, 6, 7, 8])
    expect(report.problems.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('no id'),
      expect.stringContaining('resourceType'),
      expect.stringContaining('JSON'),
      expect.stringContaining('id'),
      expect.stringContaining('object'),
      expect.stringContaining('500 bytes'),
    ])
    expect(JSON.stringify(report)).not.toContain('no spaces') // nothing of the content
  })

  test('takes CRLF, blank lines, a byte order mark, and a last line without a newline', async () => {
    const body = `\ufeff${patient('a')}\r\n\r\n \t\r\n\n${patient('b')}\r\nbad\r\n${patient('c')}`
    const report = await reportOf(await post(body))
    expect(report).toMatchObject({ stored: 3, refused: 1, problems: [{ line: 6 }] })
  })

  test('refuses a line that is not UTF-8, and no other', async () => {
    const bad = Buffer.from(patient('x', ',"y":"é"'), 'latin1')
    const body = Buffer.concat([Buffer.from(`${patient('a')}\n`), bad, Buffer.from(`\n${patient('b')}\n`)])
    const report = await reportOf(await post(body))
    expect(report).toMatchObject({ stored: 2, refused: 1 })
    expect(report.problems).toEqual([{ line: 2, reason: expect.stringContaining('UTF-8') }])
  })

  test('takes characters and lines that are cut anywhere between two chunks of the stream', async () => {
    const body = Buffer.from(`${patient('a', ',"x":"Ž😀"')}\r\n${patient('b')}\r\n`)
    for (let cut = 1; cut < body.length; cut += 7) {
      const bytes = [...body].map((byte) => new Uint8Array([byte]))
      const pieces = cut === 1 ? bytes : [body.subarray(0, cut), body.subarray(cut)]
      expect(await reportOf(await post(stream(...pieces)))).toMatchObject({ stored: 2, refused: 0 })
    }
    expect(await (await h.request('/fhir/Patient/a')).text()).toContain('Ž😀')
  })

  test('stores both versions of a resource that comes twice, in their order', async () => {
    const body = [patient('a', ',"n":1'), patient('b'), patient('a', ',"n":2'), patient('a', ',"n":3')].join(
      '\n',
    )
    expect(await reportOf(await post(body))).toMatchObject({ stored: 4 })
    const stored = await (await h.request('/fhir/Patient/a')).json()
    expect(stored).toMatchObject({ n: 3, meta: { versionId: '3' } })
    expect(await versionsOf('Patient/b')).toBe(1)
  })

  test('takes nothing', async () => {
    const nothing = { stored: 0, refused: 0, problems: [] }
    expect(await reportOf(await post(''))).toEqual(nothing)
    expect(await reportOf(await post(null))).toEqual(nothing)
    expect(await reportOf(await post('\n\n'))).toEqual(nothing)
    expect(await reportOf(await post(new Uint8Array(gzipSync('')), { 'content-encoding': 'gzip' }))).toEqual(
      nothing,
    )
  })

  test('reports the first thousand of many bad lines, and counts all', async () => {
    const body = `${'bad\n'.repeat(5000)}${patient('a')}\n`
    const response = await post(body)
    const report = await reportOf(response)
    expect(report).toMatchObject({ stored: 1, refused: 5000 })
    expect(report.problems).toHaveLength(1000)
    expect(report.problems.at(-1)).toMatchObject({ line: 1000 })
  })

  test('passes over a line of any length without holding it', async () => {
    const piece = new Uint8Array(64 * 1024).fill(0x20)
    const long = Array.from({ length: 100 }, () => piece)
    const report = await reportOf(await post(stream('{', ...long, `}\n${patient('a')}\n`)))
    expect(report).toMatchObject({ stored: 1, refused: 1, problems: [{ line: 1 }] })
  })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('is 405 for %s', async (method) => {
    const response = await h.request('/admin/api/ingest', { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })
})

describe('Ingest of a gzipped body', () => {
  const many = Array.from({ length: 200 }, (_, i) => patient(`p${i}`)).join('\n')

  test.each(['gzip', 'GZIP', 'x-gzip'])('takes Content-Encoding %s', async (encoding) => {
    const response = await post(new Uint8Array(gzipSync(many)), { 'content-encoding': encoding })
    expect(await reportOf(response)).toMatchObject({ stored: 200, refused: 0 })
  })

  test.each(['br', 'deflate', 'zstd', 'gzip, gzip'])('refuses Content-Encoding %s', async (encoding) => {
    const diagnostics = await expectOutcome(
      await post('x', { 'content-encoding': encoding }),
      415,
      'not-supported',
    )
    expect(diagnostics).toContain('gzip or identity')
  })

  test.each([
    ['is no gzip', Buffer.from(many)],
    ['ends early', gzipSync(many).subarray(0, -6)],
    ['has no bytes', Buffer.alloc(0)],
    ['is damaged', Buffer.concat([gzipSync(many).subarray(0, 100), Buffer.alloc(50, 0xff)])],
    ['is followed by something else', Buffer.concat([gzipSync(many), Buffer.from('more')])],
  ])('says so when it %s', async (_, body) => {
    const response = await post(new Uint8Array(body), { 'content-encoding': 'gzip' })
    const diagnostics = await expectOutcome(response, 400, 'invalid')
    expect(diagnostics).toContain('not one whole gzip stream')
    expect(diagnostics).toContain('sending them again is safe')
  })

  test('keeps what was stored before it broke', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => patient(`p${i}`, `,"x":"${Math.random()}"`)).join(
      '\n',
    )
    const whole = gzipSync(lines)
    const parts = Array.from({ length: 40 }, (_, i) => whole.subarray(i * 300, (i + 1) * 300))
    const broken = stream(...parts.slice(0, Math.floor(whole.length / 300)))
    await expectOutcome(await post(broken, { 'content-encoding': 'gzip' }), 400, 'invalid')
    expect(await versionsOf('Patient/p0')).toBe(1)
    const again = await reportOf(await post(new Uint8Array(whole), { 'content-encoding': 'gzip' }))
    expect(again.stored).toBe(300)
    expect(await versionsOf('Patient/p0')).toBe(2)
  })
})

describe('Ingest of a body that breaks off', () => {
  test('keeps what was stored, and is no error of the server', async () => {
    const lines = Array.from({ length: 25 }, (_, i) => `${patient(`p${i}`)}\n`)
    const response = await post(stream(...lines, new Error('aborted by the client')))
    const diagnostics = await expectOutcome(response, 400, 'invalid')
    expect(diagnostics).toContain('broke off')
    expect(diagnostics).not.toContain('aborted by the client')
    expect(await versionsOf('Patient/p0')).toBe(1)
    expect(await reportOf(await post(lines.join('')))).toMatchObject({ stored: 25 })
  })

  test('stops when the database does, with 503', async () => {
    const { batch } = h.deps.db
    let batches = 0
    const broken = stream(...Array.from({ length: 100 }, (_, i) => `${patient(`p${i}`)}\n`))
    Object.assign(h.deps.db, {
      batch: (...given: Parameters<typeof batch>) => {
        if (++batches > 2) h.deps.db.close()
        return batch(...given)
      },
    })
    const response = await post(broken)
    expect(response.headers.get('retry-after')).toBe('5')
    await expectOutcome(response, 503, 'transient')
  })
})
