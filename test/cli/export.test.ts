import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nameFiles } from '../../worker/cli/export/name-files.ts'
import { readProgress } from '../../worker/cli/export/progress.ts'
import { retryAfterMs } from '../../worker/cli/export/retry-after.ts'
import { runCli } from '../support/run-cli.ts'
import {
  accepts,
  breaks,
  type FakeBulkServer,
  file,
  inTurn,
  manifestOf,
  patients,
  type Route,
  says,
  startFakeBulkServer,
} from './fake-bulk-server.ts'

let folder: string
let out: string
const servers: FakeBulkServer[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-export-'))
  out = join(folder, 'out')
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(folder, { recursive: true, force: true })
})

const start = async (routes: (url: string) => Readonly<Record<string, Route>>): Promise<FakeBulkServer> => {
  const server = await startFakeBulkServer(routes)
  servers.push(server)
  return server
}

const secret = 'very.secret.token'
const run = async (...args: readonly string[]) => {
  const result = await runCli(['export', '--out', out, ...args], { SLUICE_TOKEN: secret })
  expect(result.stdout + result.stderr).not.toContain(secret)
  return result
}

/** A server with one file of Patients, which behaves but for what a test says. */
const startUsual = (body: Buffer, more: Readonly<Record<string, Route>>, count?: number) =>
  start((url) => ({
    '/fhir/$export': accepts(`${url}/status/1`),
    '/status/1': says(
      200,
      manifestOf([{ type: 'Patient', url: `${url}/f/Patient.ndjson`, count: count ?? 500 }]),
    ),
    '/f/Patient.ndjson': file(body, '"v1"'),
    ...more,
  }))

const checksumOf = (body: Buffer, partBytes: number | undefined): string => {
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest()
  if (partBytes === undefined) return digest(body).toString('base64')
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; at += partBytes) parts.push(digest(body.subarray(at, at + partBytes)))
  return `${digest(Buffer.concat(parts)).toString('base64')}-${parts.length}`
}

const written = (name = 'Patient.ndjson'): string => readFileSync(join(out, name), 'utf8')

describe('export', () => {
  it('takes what conforming servers do differently: relative URLs, dates to wait for, refusals for now, no counts, odd names', async () => {
    const soon = () => new Date(Date.now() + 1000).toUTCString()
    const server = await start(() => ({
      '/fhir/$export': inTurn(says(429, '', { 'Retry-After': '0' }), accepts('/status/1')),
      '/status/1': inTurn(
        (_seen, response) => response.writeHead(202, { 'Retry-After': soon() }).end(),
        says(503, '', { 'Retry-After': '0' }),
        says(500, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'transient' }] }),
        says(202, '', { 'X-Progress': 'halfway there', 'Retry-After': '0' }),
        says(
          200,
          manifestOf([
            { type: 'Patient', url: '/f?id=1' },
            { type: 'Patient', url: '/f?id=2' },
          ]),
        ),
      ),
      '/f': inTurn(says(200, patients(2).toString()), says(200, patients(1).toString().trimEnd())),
    }))
    const { exitCode, stdout, stderr } = await run(
      '--server',
      `${server.url}/fhir/`,
      '--json',
      '--parallel',
      '1',
    )
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'verified',
      resources: 3,
      files: [
        { name: 'Patient-1.ndjson', count: null, lines: 2 },
        { name: 'Patient-2.ndjson', count: null, lines: 1 },
      ],
    })
    expect(server.seen[0]?.headers).toMatchObject({
      accept: 'application/fhir+json',
      prefer: 'respond-async',
    })
  })

  it('says where a token comes from when the server wants one', async () => {
    const server = await start(() => ({ '/fhir/$export': says(401) }))
    const { exitCode, stderr } = await run('--server', `${server.url}/fhir`)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/HTTP 401; a token comes from SLUICE_TOKEN, or by --client-id and --key\n$/)
  })

  it('says once what could not be done, though the server says it too', async () => {
    const outcome = {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', code: 'invalid', diagnostics: 'Cannot start the export: it is Sunday' }],
    }
    const server = await start(() => ({ '/fhir/$export': says(400, outcome) }))
    const { stderr } = await run('--server', `${server.url}/fhir`)
    expect(stderr).toBe('Cannot start the export: it is Sunday (HTTP 400)\n')
  })

  it('goes through the pages of a manifest, waits for those that are not there yet, and keeps them as one', async () => {
    const page = (url: string, name: string, count: number, more = {}) =>
      says(200, manifestOf([{ type: 'Patient', url: `${url}/f/${name}.ndjson`, count }], more))
    const next = (url: string) => ({ link: [{ relation: 'next', url }] })
    const server = await start((url) => ({
      '/status/1': inTurn(
        says(202, manifestOf([], next(`${url}/status/2`)), { 'Retry-After': '0' }),
        page(url, 'a', 2, next('/status/2')),
      ),
      '/status/2': inTurn(says(202, '', { 'Retry-After': '0' }), page(url, 'b', 1, next(`${url}/status/3`))),
      '/status/3': says(200, manifestOf([], { deleted: [{ type: 'Bundle', url: '/f/d', count: 1 }] })),
      '/f/a.ndjson': says(200, patients(2).toString()),
      '/f/b.ndjson': says(200, patients(1, 3).toString()),
      '/f/d': says(
        200,
        '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE"}}]}',
      ),
    }))
    const { exitCode, stderr } = await run('--status', `${server.url}/status/1`)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(written('Patient-1.ndjson') + written('Patient-2.ndjson')).toBe(patients(3).toString())
    const manifest = JSON.parse(written('manifest.json'))
    expect(manifest).toMatchObject({
      output: [{ count: 2 }, { count: 1 }],
      deleted: [{ count: 1 }],
      error: [],
    })
    expect(manifest).not.toHaveProperty('link')
  })

  it('does not go round in a circle of pages', async () => {
    const again = manifestOf([], { link: [{ relation: 'next', url: '/status/1' }] })
    const server = await startUsual(patients(1), { '/status/1': says(200, again) })
    const { exitCode, stderr } = await run('--server', `${server.url}/fhir`)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('circle')
  })

  it('hears the status of an export that is told apart from that of the answer', async () => {
    const status = (text: string) => ({ 'X-Export-Status': text, 'Retry-After': '0' })
    const failed = {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'fatal', diagnostics: 'the disk is full' }],
    }
    const server = await startUsual(patients(500), {
      '/status/1': inTurn(
        says(200, '', status('202 Accepted')),
        says(200, failed, status('500 Internal Server Error')),
      ),
    })
    const { exitCode, stderr } = await run('--server', `${server.url}/fhir`)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('the disk is full (HTTP 500)')
    const done = await startUsual(patients(500), {})
    expect((await run('--server', `${done.url}/fhir`, '--restart')).exitCode).toBe(0)
  })

  it('prints as JSON what a script needs', async () => {
    const server = await startUsual(patients(500), {})
    const { stdout } = await run('--server', `${server.url}/fhir`, '--json', '--delete')
    const report: unknown = JSON.parse(stdout.replaceAll(server.url, 'http://server').replace(out, 'out'))
    expect({ ...(report as object), seconds: 1 }).toMatchInlineSnapshot(`
      {
        "deletedOnServer": true,
        "deletions": 0,
        "files": [
          {
            "bytes": 19392,
            "count": 500,
            "lines": 500,
            "name": "Patient.ndjson",
            "section": "output",
            "type": "Patient",
          },
        ],
        "folder": "out",
        "issues": [],
        "outcome": "verified",
        "resources": 500,
        "seconds": 1,
        "serverErrors": 0,
        "since": null,
        "statusUrl": "http://server/status/1",
        "transactionTime": "2026-11-20T10:26:46.123Z",
      }
    `)
    expect(JSON.parse(written('manifest.json'))).toMatchObject({ output: [{ count: 500 }] })
  })

  it('sends every parameter in the query, or in a body when there are patients', async () => {
    const server = await startUsual(patients(500), { '/fhir/Group/g1/$export': says(400, 'no') })
    const parameters = [
      ...[
        '--type',
        'Patient,Observation',
        '--type',
        'Encounter',
        '--until',
        '2026-01-01',
        '--since',
        '2025-01-01',
      ],
      ...['--type-filter', 'Observation?code=1,2', '--elements', 'id', '--output-format', 'ndjson'],
      ...['--param', 'x=1=2', '--lenient', '--header', 'X-Tenant: a'],
    ]
    await run('--server', `${server.url}/fhir`, ...parameters)
    const { searchParams } = new URL(server.seen[0]?.path ?? '', server.url)
    expect([...searchParams]).toEqual([
      ['_type', 'Patient,Observation,Encounter'],
      ['_until', '2026-01-01'],
      ['_typeFilter', 'Observation?code=1,2'],
      ['_elements', 'id'],
      ['_outputFormat', 'ndjson'],
      ['x', '1=2'],
      ['_since', '2025-01-01'],
    ])
    expect(server.seen[0]?.headers).toMatchObject({
      prefer: 'respond-async, handling=lenient',
      'x-tenant': 'a',
      authorization: `Bearer ${secret}`,
    })
    out = join(folder, 'other')
    await run(
      '--server',
      `${server.url}/fhir`,
      '--group',
      'g1',
      '--patient',
      'a,Patient/b',
      '--since',
      '2025-01-01',
    )
    expect(server.seen.at(-1)).toMatchObject({ method: 'POST', path: '/fhir/Group/g1/$export' })
    expect(JSON.parse(server.seen.at(-1)?.body ?? '')).toEqual({
      resourceType: 'Parameters',
      parameter: [
        { name: 'patient', valueReference: { reference: 'Patient/a' } },
        { name: 'patient', valueReference: { reference: 'Patient/b' } },
        { name: '_since', valueInstant: '2025-01-01' },
      ],
    })
  })
})

describe('a download that breaks off', () => {
  const body = patients(500)

  it('goes on where it broke off, by Range and If-Range', async () => {
    const server = await startUsual(body, {
      '/f/Patient.ndjson': inTurn(breaks(body, 8000, { ETag: '"v1"' }), file(body, '"v1"')),
    })
    expect((await run('--server', `${server.url}/fhir`)).exitCode).toBe(0)
    expect(server.seen.at(-1)?.headers).toMatchObject({
      range: 'bytes=8000-',
      'if-range': '"v1"',
      'accept-encoding': 'identity',
    })
    expect(written()).toBe(body.toString())
    expect(readdirSync(out).filter((name) => name.includes('.part'))).toEqual([])
  })

  it('begins anew when the file has changed meanwhile', async () => {
    const other = patients(500, 1001)
    const server = await startUsual(body, {
      '/f/Patient.ndjson': inTurn(breaks(body, 8000, { ETag: '"v1"' }), file(other, '"v2"')),
    })
    expect((await run('--server', `${server.url}/fhir`)).exitCode).toBe(0)
    expect(written()).toBe(other.toString())
  })

  it.each<[string, Record<string, string>]>([
    ['no ETag', {}],
    ['a weak ETag', { ETag: 'W/"v1"' }],
  ])('begins anew where there is %s to go on by', async (_case, headers) => {
    const server = await startUsual(body, {
      '/f/Patient.ndjson': inTurn(breaks(body, 8000, headers), says(200, body.toString(), headers)),
    })
    expect((await run('--server', `${server.url}/fhir`)).exitCode).toBe(0)
    expect(server.seen.at(-1)?.headers.range).toBeUndefined()
    expect(written()).toBe(body.toString())
  })

  it('is whole when the server says that nothing is left, and begins anew when a range is not the one asked for', async () => {
    const wrong: Route = (_seen, response) => {
      response
        .writeHead(206, { ETag: '"v1"', 'Content-Range': `bytes 5-9/${body.length}` })
        .end(body.subarray(5, 10))
    }
    const server = await startUsual(body, {
      '/f/Patient.ndjson': inTurn(
        breaks(body, 8000, { ETag: '"v1"' }),
        wrong,
        (_seen, response) => {
          // All of it, and the connection breaks before the end is known.
          response.writeHead(200, { ETag: '"v1"' })
          response.write(body, () => setTimeout(() => response.destroy(), 500))
        },
        says(416, '', { 'Content-Range': `bytes */${body.length}` }),
      ),
    })
    expect((await run('--server', `${server.url}/fhir`)).exitCode).toBe(0)
    expect(server.seen.slice(-4).map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=8000-',
      undefined,
      `bytes=${body.length}-`,
    ])
    expect(written()).toBe(body.toString())
  })

  it('goes on in the next run when the command gave up, without another kick-off', async () => {
    const server = await startUsual(body, {
      '/f/Patient.ndjson': inTurn(breaks(body, 8000, { ETag: '"v1"' }), file(body, '"v1"')),
    })
    const first = await run('--server', `${server.url}/fhir`, '--patience', '0')
    expect(first.exitCode).toBe(1)
    expect(existsSync(join(out, 'Patient.ndjson.part'))).toBe(true)

    const other = await run('--server', `${server.url}/fhir`, '--type', 'Patient')
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--resume goes on with it') })
    expect((await run('--resume')).exitCode).toBe(0)
    expect(server.pathsSeen().filter((path) => path.includes('$export'))).toHaveLength(1)
    expect(server.seen.at(-1)?.headers.range).toBe('bytes=8000-')
    expect(written()).toBe(body.toString())
  })

  it('takes what comes gzipped though it was not asked for', async () => {
    const server = await startUsual(body, {
      '/f/Patient.ndjson': (_seen, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip', ETag: '"v1"' }).end(gzipSync(body))
      },
    })
    expect((await run('--server', `${server.url}/fhir`)).exitCode).toBe(0)
    expect(written()).toBe(body.toString())
  })
})

describe('signed URLs', () => {
  it('are asked for again, once, when they have ended', async () => {
    const list = (url: string, key: string) =>
      manifestOf(
        ['a', 'b', 'c'].map((name) => ({
          type: 'Patient',
          url: `${url}/f/${name}.ndjson?key=${key}`,
          count: 5,
        })),
      )
    const signed: Route = ({ path }, response) => {
      response.writeHead(path.endsWith('key=new') ? 200 : 403).end(patients(5))
    }
    const server = await start((url) => ({
      '/fhir/$export': accepts(`${url}/status/1`),
      '/status/1': inTurn(says(200, list(url, 'old')), says(200, list(url, 'new'))),
      '/f/a.ndjson': signed,
      '/f/b.ndjson': signed,
      '/f/c.ndjson': signed,
    }))
    const { exitCode, stdout, stderr } = await run('--server', `${server.url}/fhir`, '--json')
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(server.pathsSeen().filter((path) => path === 'GET /status/1')).toHaveLength(2)
    expect(readdirSync(out).toSorted()).toEqual([
      '.sluice-export.json',
      'a.ndjson',
      'b.ndjson',
      'c.ndjson',
      'manifest.json',
    ])
    expect(stdout + stderr + written('.sluice-export.json')).not.toContain('key=')
  })

  it('that never open anything end the command, and so does a manifest of other files', async () => {
    const never = await startUsual(patients(500), { '/f/Patient.ndjson': says(403) })
    expect(await run('--server', `${never.url}/fhir`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^Cannot download ".*Patient.ndjson": the server answers HTTP 403$/m),
    })
    expect(never.pathsSeen().filter((path) => path === 'GET /status/1')).toHaveLength(3)
    out = join(folder, 'other')
    const changed = await start((url) => ({
      '/fhir/$export': accepts(`${url}/status/1`),
      '/status/1': inTurn(
        says(200, manifestOf([{ type: 'Patient', url: `${url}/gone`, count: 1 }])),
        says(200, manifestOf([{ type: 'Patient', url: `${url}/gone`, count: 2 }])),
      ),
    }))
    expect((await run('--server', `${changed.url}/fhir`)).stderr).toContain(
      'the server now lists other files',
    )
  })
})

describe('the token', () => {
  const tokenOf = (server: FakeBulkServer, path: string) =>
    server.seen.find((seen) => seen.path === path)?.headers.authorization

  it.each([
    [true, `Bearer ${secret}`],
    [false, undefined],
  ])('goes to a file of the server as requiresAccessToken %s says', async (requiresAccessToken, token) => {
    const server = await start((url) => ({
      '/fhir/$export': accepts(`${url}/status/1`),
      '/status/1': says(200, manifestOf([{ type: 'Patient', url: `${url}/f` }], { requiresAccessToken })),
      '/f': says(200, patients(1).toString()),
    }))
    expect((await run('--server', `${server.url}/fhir`)).exitCode).toBe(0)
    expect(tokenOf(server, '/status/1')).toBe(`Bearer ${secret}`)
    expect(tokenOf(server, '/f')).toBe(token)
  })

  it('goes to no other place in plain text, nor along with a redirect', async () => {
    const stranger = await start(() => ({ '/f': says(200, patients(1).toString()) }))
    const server = await start((url) => ({
      '/fhir/$export': accepts(`${url}/status/1`),
      '/status/1': says(
        200,
        manifestOf(
          [
            { type: 'Patient', url: `${stranger.url}/f` },
            { type: 'Patient', url: `${url}/moved` },
          ],
          { requiresAccessToken: true },
        ),
      ),
      '/moved': says(302, '', { Location: `${stranger.url}/f` }),
    }))
    expect((await run('--server', `${server.url}/fhir`)).exitCode).toBe(0)
    expect(tokenOf(server, '/moved')).toBe(`Bearer ${secret}`)
    expect(stranger.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
  })
})

describe('verification', () => {
  it.each<[string, Buffer, string]>([
    ['fewer lines than the manifest says', patients(499), 'it has 499 lines, and the manifest says 500'],
    [
      'a line that is no JSON',
      Buffer.concat([patients(499), Buffer.from('{"resou\n')]),
      'line 500 is not a Patient',
    ],
    [
      'a resource of another type',
      Buffer.concat([patients(499), Buffer.from('{"resourceType":"Group"}\n')]),
      'line 500 is not a Patient',
    ],
  ])('finds %s, after a second try', async (_case, body, problem) => {
    const server = await startUsual(body, {})
    const { exitCode, stdout } = await run('--server', `${server.url}/fhir`)
    expect(exitCode).toBe(4)
    expect(stdout).toContain(`Patient.ndjson: ${problem}\n`)
    expect(server.pathsSeen().filter((path) => path.includes('/f/'))).toHaveLength(2)
    expect(readdirSync(out)).toContain('Patient.ndjson.part')
  })

  describe.each([
    ['of a whole file', undefined],
    ['composed of those of its parts', 1000],
    ['of parts of which the last is full', patients(500).length / 2],
  ])('of a SHA-256 %s', (_case, partBytes) => {
    const told = (extension: unknown) => (url: string) => ({
      '/fhir/$export': accepts(`${url}/status/1`),
      '/status/1': says(
        200,
        manifestOf([{ type: 'Patient', url: `${url}/f/Patient.ndjson`, count: 500, extension }]),
      ),
      '/f/Patient.ndjson': file(patients(500), '"v1"'),
    })

    it('takes a file that has it', async () => {
      const server = await start(told({ sha256: checksumOf(patients(500), partBytes), partBytes }))
      expect((await run('--server', `${server.url}/fhir`)).exitCode).toBe(0)
      expect(written()).toBe(patients(500).toString())
    })

    it('finds a file that has another, though its lines look right', async () => {
      const sha256 = checksumOf(patients(500, 2), partBytes)
      const server = await start(told({ sha256, partBytes }))
      const { exitCode, stdout } = await run('--server', `${server.url}/fhir`)
      expect(exitCode).toBe(4)
      expect(stdout).toContain('Patient.ndjson: its SHA-256 is not what the manifest says\n')
    })
  })

  it.each([[{ sha256: 7 }], ['text'], [{ sha256: 'deadbeef' }], [{ sha256: `${'A'.repeat(43)}=-2` }]])(
    'passes over an extension that is not ours: %j',
    async (extension) => {
      const server = await start((url) => ({
        '/fhir/$export': accepts(`${url}/status/1`),
        '/status/1': says(
          200,
          manifestOf([{ type: 'Patient', url: `${url}/f/Patient.ndjson`, count: 500, extension }]),
        ),
        '/f/Patient.ndjson': file(patients(500), '"v1"'),
      }))
      expect((await run('--server', `${server.url}/fhir`)).exitCode).toBe(0)
    },
  )

  it('counts deletions, and tells by its exit code that the server reports errors', async () => {
    const issue = { severity: 'error', code: 'processing', diagnostics: 'one was left out' }
    const entry = [{ request: { method: 'DELETE', url: 'Patient/1' } }]
    const server = await start((url) => ({
      '/fhir/$export': accepts(`${url}/status/1`),
      '/status/1': says(
        200,
        manifestOf([], {
          deleted: [{ type: 'Bundle', url: `${url}/d`, count: 1 }],
          error: [{ type: 'OperationOutcome', url: `${url}/e`, count: 1 }],
        }),
      ),
      '/d': says(200, { resourceType: 'Bundle', type: 'transaction', entry }),
      '/e': says(200, { resourceType: 'OperationOutcome', issue: [issue] }),
    }))
    const { exitCode, stdout } = await run('--server', `${server.url}/fhir`)
    expect(exitCode).toBe(3)
    expect(stdout).toContain('error: one was left out\n')
    expect(stdout).toContain('0 resources, 1 deletion, 2 files')
  })
})

describe('a chain of runs', () => {
  it('goes on from the transactionTime of the last one, each in a folder of its own', async () => {
    const server = await startUsual(patients(500), {
      '/status/1': (_seen, response, visit) => {
        const transactionTime = `2026-11-20T10:00:0${visit}.000Z`
        const files = [{ type: 'Patient', url: '/f/Patient.ndjson', count: 500 }]
        response.writeHead(200).end(JSON.stringify(manifestOf(files, { transactionTime })))
      },
    })
    const args = ['--server', `${server.url}/fhir`, '--type', 'Patient', '--since', 'auto', '--json']
    expect(JSON.parse((await run(...args)).stdout)).toMatchObject({ since: null })
    expect(JSON.parse((await run(...args)).stdout)).toMatchObject({ since: '2026-11-20T10:00:01.000Z' })
    const kickOffs = server.pathsSeen().filter((path) => path.includes('$export'))
    expect(kickOffs.map((path) => new URLSearchParams(path.split('?')[1]).get('_since'))).toEqual([
      null,
      '2026-11-20T10:00:01.000Z',
    ])
    expect(readdirSync(out).toSorted()).toEqual([
      '.sluice-export.json',
      '2026-11-20T100001.000Z',
      '2026-11-20T100002.000Z',
    ])
    const other = await run('--server', `${server.url}/fhir`, '--since', 'auto')
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('of another request') })
  })

  it('stays where it is when the server reports errors, and goes on after warnings', async () => {
    const issueOf = (severity: string) =>
      says(200, { resourceType: 'OperationOutcome', issue: [{ severity, code: 'processing' }] })
    const server = await start((url) => ({
      '/fhir/$export': accepts(`${url}/status/1`),
      '/status/1': (_seen, response, visit) => {
        const error = [{ type: 'OperationOutcome', url: `${url}/e`, count: 1 }]
        const transactionTime = `2026-11-20T10:00:0${visit}.000Z`
        response.writeHead(200).end(JSON.stringify(manifestOf([], { transactionTime, error })))
      },
      '/e': inTurn(issueOf('error'), issueOf('warning'), issueOf('fatal'), issueOf('information')),
    }))
    const args = ['--server', `${server.url}/fhir`, '--since', 'auto']
    const first = await run(...args)
    expect(first).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('first of its chain') })
    expect(first.stdout).toContain(
      'the server reports 1 error: the next run with --since auto asks again for everything\n',
    )
    const second = await run(...args, '--json')
    expect(second).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('everything started, once') })
    const secondTime = '2026-11-20T10:00:02.000Z'
    expect(JSON.parse(second.stdout)).toMatchObject({ since: null, nextSince: secondTime })
    expect((await run(...args)).stdout).toContain(`asks again for what has changed since ${secondTime}\n`)
    expect(JSON.parse((await run(...args, '--json')).stdout)).toMatchObject({
      since: secondTime,
      nextSince: '2026-11-20T10:00:04.000Z',
    })
    expect(readdirSync(out)).toHaveLength(5) // four folders and the state
  })

  it('that begins in a folder with errors begins from the _since of its export, and nothing else takes the folder', async () => {
    const server = await startUsual(
      Buffer.from('{"resourceType":"OperationOutcome","issue":[{"severity":"error"}]}'),
      {
        '/status/1': says(
          200,
          manifestOf([], { error: [{ type: 'OperationOutcome', url: '/f/Patient.ndjson' }] }),
        ),
      },
    )
    const args = ['--server', `${server.url}/fhir`]
    expect((await run(...args, '--since', '2025-01-01')).exitCode).toBe(3)
    expect(await run(...args)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('it has a complete export'),
    })
    expect((await run(...args, '--since', 'auto')).stderr).toContain(
      'export since 2025-01-01 started, once more',
    )
  })
})

describe('the words of a server', () => {
  const steering = '\u001b[2J\u009b2J'
  const controls = /(?!\n)\p{Cc}/u

  it('do not steer the terminal, whether it refuses or names what it exports', async () => {
    const issue = [{ severity: `error${steering}`, code: 'processing', diagnostics: `no${steering}` }]
    const outcome = { resourceType: 'OperationOutcome', issue }
    const refusing = await start(() => ({ '/fhir/$export': says(400, outcome) }))
    const refused = await run('--server', `${refusing.url}/fhir`)
    expect(refused.stderr).toBe('Cannot start the export: no [2J 2J (HTTP 400)\n')
    const file = { type: `Patient${steering}`, url: '/f/Patient.ndjson', count: 500 }
    const server = await startUsual(patients(500), {
      '/status/1': says(
        200,
        manifestOf([file], {
          transactionTime: `2026${steering}`,
          error: [{ type: 'OperationOutcome', url: '/e' }],
        }),
      ),
      '/e': says(200, outcome),
    })
    const text = await run('--server', `${server.url}/fhir`)
    expect(text).toMatchObject({ exitCode: 4, stdout: expect.stringContaining('as of 2026 [2J 2J\n') })
    expect(text.stdout + text.stderr).not.toMatch(controls)
    const json = await run('--resume', '--json')
    expect(json.stdout).not.toMatch(controls)
    expect(JSON.parse(json.stdout)).toMatchObject({ transactionTime: `2026${steering}` })
  })
})

describe('an export that fails', () => {
  const outcome = {
    resourceType: 'OperationOutcome',
    issue: [{ code: 'processing', diagnostics: 'it is too much' }],
  }

  it('is told in the words of the server, at the kick-off and at the end, and the next run begins anew', async () => {
    const refusing = await start(() => ({ '/fhir/$export': says(400, outcome) }))
    expect(await run('--server', `${refusing.url}/fhir`)).toMatchObject({
      exitCode: 1,
      stderr: 'Cannot start the export: it is too much (HTTP 400)\n',
    })
    const failing = await startUsual(patients(500), { '/status/1': says(500, outcome) })
    for (let round = 1; round <= 2; round += 1) {
      const { exitCode, stderr } = await run('--server', `${failing.url}/fhir`)
      expect(exitCode).toBe(1)
      expect(stderr).toContain('it is too much (HTTP 500); the next run begins anew\n')
      expect(failing.pathsSeen().filter((path) => path.includes('$export'))).toHaveLength(round)
    }
  })

  it('gives up when the server is away for longer than its patience, or the time is over', async () => {
    expect(await run('--server', 'http://127.0.0.1:1/fhir', '--patience', '1')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Cannot reach "http://127.0.0.1:1": '),
    })
    const slow = await startUsual(patients(500), { '/status/1': says(202, '', { 'Retry-After': '5' }) })
    expect(await run('--server', `${slow.url}/fhir`, '--timeout', '1')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('--timeout is over; run the command again to go on'),
    })
    expect((await run('--status', `${slow.url}/status/1`, '--timeout', '1')).stderr).toContain('goes on with')
  })

  it('ends a download in the middle when the time is over', async () => {
    const body = patients(500)
    const server = await startUsual(body, {
      '/f/Patient.ndjson': (_seen, response) => {
        response.writeHead(200, { ETag: '"v1"' }).write(body.subarray(0, 8000)) // and nothing more
      },
    })
    const { exitCode, stderr } = await run('--server', `${server.url}/fhir`, '--timeout', '1')
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('--timeout is over'),
    })
    expect(readdirSync(out)).toContain('Patient.ndjson.part')
  })

  it('goes on with a run only for the same request, _since included', async () => {
    const server = await startUsual(patients(500), { '/status/1': says(202, '', { 'Retry-After': '5' }) })
    const args = ['--server', `${server.url}/fhir`, '--timeout', '1']
    await run(...args, '--since', '2026-01-01')
    expect((await run(...args, '--since', '2026-02-01')).stderr).toContain(
      'an unfinished run of another request',
    )
    expect((await run(...args, '--since', '2026-01-01')).stderr).toContain('goes on with')
    expect((await run(...args, '--restart')).stderr).toContain('export started')
  })

  it('keeps a second command out of the folder, and is not kept out by one that was killed', async () => {
    const server = await startUsual(patients(500), { '/status/1': () => {} }) // says nothing
    const first = run('--server', `${server.url}/fhir`, '--timeout', '1')
    await vi.waitFor(() => expect(server.seen.length).toBeGreaterThan(1))
    expect(await run('--resume', '--timeout', '1')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`process ${process.pid} on host`),
    })
    await first
    writeFileSync(join(out, '.sluice-export.lock'), JSON.stringify({ pid: 4_194_303, host: hostname() }))
    expect((await run('--resume', '--timeout', '1')).stderr).toContain('goes on with')
    expect(existsSync(join(out, '.sluice-export.lock'))).toBe(false)
  })

  it('does not repeat a token that cannot be sent', async () => {
    const asked = ['export', '--server', 'http://x', '--out', out]
    const { exitCode, stderr } = await runCli(asked, { SLUICE_TOKEN: 'top\nsecret' })
    expect(exitCode).toBe(2)
    expect(stderr).toBe('Cannot use SLUICE_TOKEN: it must be of visible ASCII characters\n')
  })

  it('touches no folder that holds something else', async () => {
    out = folder
    writeFileSync(join(folder, 'thesis.txt'), 'x')
    expect(await run('--server', 'http://127.0.0.1:1/fhir')).toMatchObject({
      exitCode: 2,
      stderr: `Cannot export into "${folder}": the folder is not empty, and holds no export of this command\n`,
    })
  })
})

describe('export of files that hold blocks', () => {
  const header = (id: string) =>
    `{"resourceType":"Parameters","parameter":[{"name":"header","valueReference":{"reference":"Patient/${id}"}}]}\n`
  const ofPatient = (id: string) => `${header(id)}{"resourceType":"Patient","id":"${id}"}\n`
  const observation = '{"resourceType":"Observation","id":"o"}\n'
  const startOrganized = (first: string, more = {}) =>
    start((url) => ({
      '/fhir/$export': accepts(`${url}/status/1`),
      '/status/1': says(200, {
        ...manifestOf([]),
        outputOrganizedBy: 'Patient',
        output: [
          { url: `${url}/f/1`, count: 5, continuesInFile: `${url}/f/2` },
          { url: `${url}/f/2`, count: 2 },
        ],
        ...more,
      }),
      '/f/1': file(Buffer.from(first), '"v1"'),
      '/f/2': file(Buffer.from(header('b') + observation), '"v1"'),
    }))

  it('takes lines of any type behind a header, and counts no headers as resources', async () => {
    const server = await startOrganized(ofPatient('a') + observation + ofPatient('b'))
    const organizes = ['--server', `${server.url}/fhir`, '--organize-by', 'Patient']
    const { exitCode, stdout } = await run(...organizes, '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'verified',
      resources: 4,
      files: [
        { name: 'blocks-1.ndjson', type: null, count: 5, lines: 5 },
        { name: 'blocks-2.ndjson', type: null, count: 2, lines: 2 },
      ],
    })
    expect(exitCode).toBe(0)
    expect(server.seen[0]?.path).toContain('organizeOutputBy=Patient')
  })

  it.each([
    [`${observation}${ofPatient('a')}${ofPatient('b')}`, 'line 1 is before any header of a block'],
    [`${ofPatient('a')}{}\n${ofPatient('b')}`, 'line 3 is not a resource'],
  ])('verifies no file that is none of blocks: %j', async (content, problem) => {
    const server = await startOrganized(content)
    const { exitCode, stdout } = await run('--server', `${server.url}/fhir`)
    expect(exitCode).toBe(4)
    expect(stdout).toContain(`blocks-1.ndjson: ${problem}`)
    expect(stdout).toContain('blocks: 7 lines in 2 files')
  })

  it('reads no manifest whose files have no type for no reason', async () => {
    const server = await startOrganized('', { outputOrganizedBy: undefined })
    expect(await run('--server', `${server.url}/fhir`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Cannot read the manifest: file 1 has no type'),
    })
  })
})

describe('the arguments of export', () => {
  it.each([
    [[], 'give --server to start one, --status to go on with one, or --resume'],
    [['--server', 'ftp://x'], '--server must be an http or https URL'],
    [['--server', 'http://me:pw@x'], 'without user and password'],
    [['--server', 'http://x/fhir?a=1'], 'without query and fragment'],
    [['--server', 'http://x', '--level', 'patients'], 'Allowed choices are system, patient, group'],
    [['--server', 'http://x', '--level', 'group'], '--level group needs --group'],
    [
      ['--server', 'http://x', '--level', 'patient', '--group', 'g'],
      '--group does not go with --level patient',
    ],
    [['--server', 'http://x', '--group', 'a/b'], '--group must be the id of a Group'],
    [['--server', 'http://x', '--since', 'yesterday'], '--since must be auto, an instant'],
    [['--server', 'http://x', '--until', '2026-13-01'], 'It must be an instant'],
    [['--server', 'http://x', '--parallel', '0'], 'It must be a whole number from 1 to 64'],
    [['--server', 'http://x', '--timeout', '1h'], 'It must be a whole number'],
    [['--server', 'http://x', '--header', 'nonsense'], "--header must be 'Name: value'"],
    [['--server', 'http://x', '--header', 'Authorization: Bearer x'], 'put the token into SLUICE_TOKEN'],
    [['--server', 'http://x', '--param', 'x'], '--param must be name=value'],
    [['--status', 'http://x/1', '--type', 'Patient'], 'need --server'],
    [['--status', 'http://x/1', '--server', 'http://x'], 'cannot be used with option'],
    [['--resume'], 'no unfinished run is there to resume'],
    [['--frob'], "unknown option '--frob'"],
  ])('refuses %j with a sentence and exit code 2', async (args, sentence) => {
    const { exitCode, stderr, stdout } = await run(...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(sentence)
  })
})

describe('The parts of export', () => {
  it('read Retry-After as seconds or a date', () => {
    const now = Date.UTC(2026, 10, 20, 12)
    expect(retryAfterMs('120', now)).toBe(120_000)
    expect(retryAfterMs('Fri, 20 Nov 2026 12:00:05 GMT', now)).toBe(5000)
    expect(retryAfterMs('Fri, 20 Nov 2026 11:00:00 GMT', now)).toBe(0)
    expect(retryAfterMs('99999999', now)).toBe(3_600_000)
    for (const nothing of [null, '', '-1', 'soon', '1.5']) expect(retryAfterMs(nothing, now)).toBeUndefined()
  })

  it('read the X-Progress of Sluice, and no other', () => {
    const current = { type: 'Observation', done: 12_000, total: 50_000 }
    expect(readProgress('64% in-progress Observation 12000/50000')).toEqual({ percent: 64, current })
    expect(readProgress('0% accepted')).toEqual({ percent: 0, current: undefined })
    expect(readProgress('in progress, 12 of 50')).toBeUndefined()
  })

  it('name files by their URLs where these are plain and different, and never out of the folder', () => {
    const named = (...urls: readonly string[]) =>
      nameFiles(
        urls.map((url, index) => ({
          section: index > 1 ? 'error' : 'output',
          index,
          type: index > 1 ? 'OperationOutcome' : '../Patient',
          url: new URL(url, 'http://x/'),
          count: 1,
        })),
      )
    expect(named('/a/1.ndjson?x=1', '/b/2.ndjson')).toEqual(['1.ndjson', '2.ndjson'])
    const own = ['Patient-1.ndjson', 'Patient-2.ndjson', 'error-OperationOutcome-1.ndjson']
    expect(named('/a/x.ndjson', '/b/X.ndjson', '/c.ndjson')).toEqual(own)
    expect(named('/a/%2e%2e%2fx.ndjson', '/manifest.json', '/.hidden.ndjson')).toEqual(own)
  })
})
