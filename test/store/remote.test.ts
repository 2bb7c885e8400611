import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { migrations } from '../../schema/migrations/index.ts'
import { codecVersion } from '../../worker/export/kick-off.ts'
import { commitCarry, readOpenFile } from '../../worker/store/export-files.ts'
import { connectRemote, createRemoteDb, openRemoteDatabase } from '../../worker/store/open-remote-database.ts'
import { claimUnit, renewLease } from '../../worker/store/units.ts'
import { createScene } from '../support/export-scene.ts'
import { everybodyPopulation, groupPopulation, organizedPopulation } from '../support/group-population.ts'
import {
  createHarness,
  type Harness,
  linesOf,
  type Manifest,
  pathOf,
  type TestDatabase,
} from '../support/harness.ts'
import { populationLines } from '../support/population.ts'
import { createTokenSigner, isSqldMissing, type SqldServer, startSqld } from '../support/sqld-server.ts'
import { troubledPopulation } from '../support/troubled-population.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const hashesOf = (files: Iterable<readonly [string, string]>) =>
  [...files].map(([name, text]) => [name, sha256(text)])

describe.skipIf(isSqldMissing)('A database on a libSQL server', () => {
  let sqld: SqldServer
  beforeAll(async () => {
    sqld = await startSqld()
  })
  afterAll(() => sqld.stop())

  const open: Harness[] = []
  afterEach(() => {
    for (const harness of open.splice(0)) harness.close()
  })
  /** A harness on the server, emptied, which counts its requests. */
  const openHarness = async (limits: Parameters<typeof createHarness>[0] = {}) => {
    let requests = 0
    const counting: typeof fetch = (...call) => {
      requests++
      return fetch(...call)
    }
    const harness = await createHarness(limits, undefined, await sqld.emptied(counting))
    open.push(harness)
    const countRequests = async (work: () => Promise<unknown>): Promise<number> => {
      const before = requests
      await work()
      return requests - before
    }
    return { harness, countRequests }
  }

  test('is migrated by the first who opens it, and found ready by the next', async () => {
    const { client } = await sqld.emptied()
    const remote = { url: sqld.url, authToken: undefined }

    const both = await Promise.all([openRemoteDatabase(remote, 5), openRemoteDatabase(remote, 5)])
    const third = await openRemoteDatabase(remote, 6)

    const { rows } = await client.execute('select version, applied_at from schema_migration')
    expect(rows.map(({ version, applied_at }) => [version, applied_at])).toEqual(
      migrations.map(({ version }) => [version, 5]),
    )
    for (const db of [...both, third]) db.close()
    client.close()
  })

  test.each([
    ['files, parts, slices, deletions and all', undefined],
    ['of a Group, too', groupPopulation],
    ['of a damaged store, too', troubledPopulation],
    ['and organized by Patient', organizedPopulation],
    ['and the latest Provenance of everybody', everybodyPopulation],
  ])('gives the same bytes as a file: %s', async (_, population) => {
    const run = async (database?: TestDatabase) => {
      const scene = await createScene({ database, population })
      const jobId = await scene.kickOffAt()
      await scene.writeMore()
      await scene.runToEnd(jobId)
      const { manifest, files, status } = await scene.outcome(jobId)
      scene.close()
      return { manifest, status, files: hashesOf(Object.entries(files)) }
    }

    const onServer = await run(await sqld.emptied())

    expect(onServer).toEqual(await run())
    expect(onServer.files.length).toBeGreaterThan(8)
  })

  test('is not asked for a line that is too long for it with its URLs, and whose export would fail', async () => {
    const { harness } = await openHarness({ maxResourceBytes: 4_900_000, failureLimitPercent: 100 })
    const document = (id: string, attachments: number, filling: number) => ({
      resourceType: 'DocumentReference',
      id,
      content: Array.from({ length: attachments }, () => ({ attachment: { url: 'Binary/1' } })),
      description: 'x'.repeat(filling),
    })
    await harness.load([
      document('a', 1000, 100),
      document('b', 1000, 4_600_000),
      document('c', 1, 4_600_000),
    ])
    const status = await harness.kickOff()
    await sql`update job set base_url = ${`http://${'long.'.repeat(100)}test/fhir`}`.execute(
      harness.deps.db.query,
    )
    const manifest = await (await harness.finish(status)).json()
    expect(manifest.output).toMatchObject([{ count: 2 }])
    expect(manifest.error).toMatchObject([{ count: 1 }])
  })

  test('finds what everybody refers to as a file does', async () => {
    const reference = (to: string) => ({ reference: to })
    const locations = Array.from({ length: 20 }, (_, n) => ({
      resourceType: 'Location',
      id: `l${n}`,
      managingOrganization: reference('Organization/of-locations'),
    }))
    const namesOn = async (database?: TestDatabase) => {
      const harness = await createHarness({ pageRows: 5 }, undefined, database)
      open.push(harness)
      await harness.load([
        { resourceType: 'Patient', id: 'a', managingOrganization: reference('Organization/o') },
        {
          resourceType: 'Provenance',
          id: 'v',
          target: [reference('Patient/a')],
          location: reference('Location/l3'),
        },
        ...['o', 'of-locations', 'of-nobody'].map((id) => ({ resourceType: 'Organization', id })),
        ...locations,
      ])
      const response = await harness.request('/fhir/Patient/$export')
      const done = await harness.finish(pathOf(response.headers.get('content-location') ?? ''))
      const { text } = await harness.files((await done.json()) as Manifest)
      return [...text.values()].flatMap((lines) => linesOf(lines).map(({ id }) => id)).sort()
    }
    const onServer = await namesOn(await sqld.emptied())
    expect(onServer).toEqual(['a', 'l3', 'o', 'v'])
    expect(onServer).toEqual(await namesOn())
  })

  test('is asked for no compression, with one request for each statement or batch', async () => {
    const encodings = new Set<string | null>()
    const { client, pages } = await sqld.emptied((request, init) => {
      if (request instanceof Request) encodings.add(request.headers.get('accept-encoding'))
      return fetch(request, init)
    })
    const harness = await createHarness({}, undefined, { client, pages })
    open.push(harness)
    await harness.load([{ resourceType: 'Patient', id: 'a' }])
    await harness.export()

    expect([...encodings]).toEqual(['identity'])
  })

  test('needs few requests', async () => {
    const { harness, countRequests } = await openHarness()
    const resources = populationLines(160).map((line) => JSON.parse(line))
    let path = ''

    expect(resources).toHaveLength(1000)
    expect(await countRequests(() => harness.load(resources))).toBe(2)
    const kickOff = async () => {
      path = await harness.kickOff()
    }
    expect(await countRequests(kickOff)).toBe(2)
    expect(await countRequests(() => harness.request(path))).toBeLessThanOrEqual(3)
    // Planning takes 2 and a file of one page 5 requests for each of the 5 types; 5 more begin and end it all, 4 are for the
    // manifest beside them.
    expect(await countRequests(() => harness.tick())).toBeLessThanOrEqual(5 * 7 + 5 + 4)
    expect(await countRequests(() => harness.request(path))).toBe(2)
  })

  test('takes and gives a resource of 4.9 MB, whatever is in it, and larger pages in smaller ones', async () => {
    const limits = { maxResourceBytes: 4_900_000, pageBytes: 64 * 1024 * 1024 }
    const long = (id: string, text: string) => ({ resourceType: 'Basic', id, code: { text } })
    const resources = [
      ...Array.from({ length: 9 }, (_, n) => long(`part${n}`, `${n}`.repeat(400_000))),
      long('quotes', '"'.repeat(2_449_000)),
      long('signs', '😀'.repeat(1_224_000)),
      long('brief', 'a'),
    ]
    const run = async (harness: Harness) => {
      const statuses = []
      for (const resource of resources) statuses.push((await harness.put(resource)).status)
      const { text } = await harness.export()
      const read = await (await harness.request('/fhir/Basic/quotes')).text()
      return { statuses, files: hashesOf(text), read: sha256(read), bytes: read.length }
    }
    const onFile = await createHarness(limits)
    open.push(onFile)

    const result = await run((await openHarness(limits)).harness)

    expect(result).toEqual(await run(onFile))
    expect(new Set(result.statuses)).toEqual(new Set([201]))
    expect(result.bytes).toBeGreaterThan(4_897_000)
  })

  test('takes more references of a resource than fit one value', async () => {
    const { harness } = await openHarness()
    const references = Array.from({ length: 20_000 }, (_, n) => ({
      valueReference: { reference: `Patient/${n}` },
    }))
    let extension: readonly object[] = references
    for (let depth = 0; depth < 25; depth++) extension = [{ extension }]

    const response = await harness.put({ resourceType: 'Basic', id: 'a', ...{ extension } })

    const { rows } = await sql<{ n: number }>`select count(*) as n from reference`.execute(
      harness.deps.db.query,
    )
    expect(response.status).toBe(201)
    expect(rows[0]?.n).toBe(20_000)
  })

  test('tells whether a lease was held', async () => {
    const { harness } = await openHarness()
    const { db } = harness.deps
    await harness.kickOff()
    const first = (await claimUnit(db, 1000, 10, codecVersion))?.unit
    const second = (await claimUnit(db, 1010, 10, codecVersion))?.unit
    if (first === undefined || second === undefined) throw new Error('nothing to claim')

    expect(await renewLease(db, first, 5000)).toBe(false)
    expect(await renewLease(db, second, 6000)).toBe(true)
    const row = await db.query.selectFrom('work_unit').select(['fence', 'lease_until']).executeTakeFirst()
    expect(row).toEqual({ fence: 2, lease_until: 6000 })
  })

  test('keeps what a slice leaves, though it is more than one answer holds', async () => {
    const { harness } = await openHarness()
    const { db } = harness.deps
    await harness.kickOff()
    const unit = (await claimUnit(db, 1000, 10, codecVersion))?.unit
    if (unit === undefined) throw new Error('nothing to claim')
    const chunk = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 2_654_435_761) >>> 13)
    const carry = [...Array.from({ length: 11 }, () => chunk), new Uint8Array([1, 2, 3])]
    const slice = { beganAt: 1000, endedAt: 1001, rows: 1, bytes: 1, outcome: 'continues' }
    const cursor = { after: 0, offset: 0 }
    const progress = { fileNumber: 1, name: 'x', uploadId: 'u', start: cursor, cursor, lines: 1, bytes: 1 }

    expect(await commitCarry(db, unit, { ...progress, linesDone: 1 }, carry, slice)).toBe(true)

    const read = await readOpenFile(db, unit)
    expect(read?.file?.carry.map(({ length }) => length)).toEqual(carry.map(({ length }) => length))
    expect(Buffer.concat(read?.file?.carry ?? []).equals(Buffer.concat(carry))).toBe(true)
    expect(await readOpenFile(db, { ...unit, fence: 9 })).toBeUndefined()
  })

  test.each([
    ['a table that is not there', sql`select * from nowhere`],
    ['a text that is no SQL', sql`selec 1`],
    ['a constraint', sql`insert into resource_type (type_id, name) values (1, 'x')`],
    ['a value that is too large', sql`select ${'x'.repeat(5_000_001)}`],
    ['a result that is too large', sql`select ${'x'.repeat(3_000_000)} || ${'x'.repeat(3_000_000)}`],
    [
      'an answer that is too large',
      sql`select ${'x'.repeat(4_000_000)}, ${'x'.repeat(4_000_000)}, ${'x'.repeat(4_000_000)}`,
    ],
  ])('calls %s our mistake, alone and in a batch', async (_, statement) => {
    const { harness } = await openHarness()
    const { db } = harness.deps

    await expect(statement.execute(db.query)).rejects.toMatchObject({ code: 'internal' })
    await expect(db.batch([statement])).rejects.toMatchObject({ code: 'internal' })
  })

  test('writes all of a batch or nothing', async () => {
    const { harness } = await openHarness()
    const { db } = harness.deps
    const good = sql`update store_clock set next_seq = 99`

    await expect(db.batch([good, sql`select json('no JSON')`])).rejects.toThrow('malformed JSON')

    const row = await db.query.selectFrom('store_clock').select('next_seq').executeTakeFirst()
    expect(row?.next_seq).toBe(1)
  })

  test('refuses writes of a node whose clock is wrong', async () => {
    const { harness } = await openHarness({ maxClockSkewMs: 30_000 })

    const response = await harness.put({ resourceType: 'Patient', id: 'a' })

    expect(response.status).toBe(503)
    expect(linesOf(`${await response.text()}\n`)[0]).toMatchObject({
      issue: [{ diagnostics: expect.stringContaining('too far off the clock of the database') }],
    })
  })
})

describe.skipIf(isSqldMissing)('A libSQL server that asks for a token', () => {
  test('takes ours, and refuses others without showing them', async () => {
    const signer = await createTokenSigner()
    const sqld = await startSqld({ jwtKey: signer.jwtKey })
    const openWith = (authToken: string | undefined) =>
      openRemoteDatabase({ url: sqld.url, authToken }, 0).then((db) => db.close())
    const [strange, expired, reader] = [
      await (await createTokenSigner()).sign({}),
      await signer.sign({ exp: 1_000_000_000 }),
      await signer.sign({ a: 'ro' }),
    ]
    try {
      await openWith(await signer.sign({}))
      await openWith(await signer.sign({ a: 'rw', exp: 4_000_000_000 }))
      for (const token of [undefined, strange, expired, reader]) {
        const error: unknown = await openWith(token).catch((thrown: unknown) => thrown)
        expect(error).toMatchObject({
          code: 'database-unavailable',
          message: expect.stringMatching(/^Cannot reach the database: .*DATABASE_AUTH_TOKEN/),
        })
        if (token !== undefined) expect(JSON.stringify(told(error))).not.toContain(token.slice(-20))
      }
    } finally {
      await sqld.stop()
    }
  })
})

/** Everything an error says, and its causes. */
const told = (error: unknown): readonly string[] =>
  error instanceof Error ? [error.message, error.stack ?? '', ...told(error.cause)] : []

describe('A request to a libSQL server', () => {
  const ask = (send: typeof fetch, timeoutMs = 1000) => {
    const client = connectRemote({ url: 'http://127.0.0.1:9/', authToken: 'tiptop' }, timeoutMs, send)
    return sql`select 1`.execute(createRemoteDb(client).query)
  }
  const answering =
    (status: number, body: BodyInit, type = 'application/json'): typeof fetch =>
    async () =>
      new Response(body, { status, headers: { 'content-type': type } })
  const failing = (code: string) =>
    JSON.stringify({
      baton: null,
      base_url: null,
      results: [
        { type: 'error', error: { message: 'no', code } },
        { type: 'ok', response: { type: 'close' } },
      ],
    })
  const breaking = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('{"baton":'))
        controller.error(new TypeError('terminated'))
      },
    })
  const silent: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) =>
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
    )

  test.each<readonly [string, typeof fetch, RegExp]>([
    ['nobody listens', fetch, /the connection failed/],
    ['the connection breaks in an answer', answering(200, breaking()), /the connection failed/],
    ['no answer comes', silent, /no answer within 50 ms/],
    ['a proxy is overloaded', answering(502, '<html>', 'text/html'), /status 502/],
    ['a proxy sends elsewhere', answering(307, ''), /status 307/],
    ['the token is refused', answering(401, '{"error":"x"}'), /DATABASE_AUTH_TOKEN \(401\)/],
    ['the token is for less', answering(403, '{"error":"x"}'), /DATABASE_AUTH_TOKEN .*\(403\)/],
    ['there is no such database', answering(404, '{"error":"x"}'), /none at DATABASE_URL/],
    ['the server is busy', answering(200, failing('SQLITE_BUSY')), /SQLITE_BUSY/],
    ['its disk fails', answering(200, failing('SQLITE_IOERR')), /SQLITE_IOERR/],
    ['a transaction took too long', answering(200, failing('TRANSACTION_TIMEOUT')), /TRANSACTION_TIMEOUT/],
    ['it is blocked', answering(200, failing('BLOCKED')), /BLOCKED/],
    [
      'the stream has expired',
      answering(400, '{"message":"expired","code":"STREAM_EXPIRED"}'),
      /STREAM_EXPIRED/,
    ],
    ['the answer is that of something else', answering(200, '{"hello":1}'), /HRANA_PROTO_ERROR/],
    ['the answer is cut off', answering(200, '{"baton":null'), /not JSON/],
    ['the answer is no JSON', answering(200, '<html>', 'text/html'), /not that of a libSQL server/],
  ])('is to be tried again when %s', async (_, send, message) => {
    const error: unknown = await ask(send, 50).catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({
      code: 'database-unavailable',
      message: expect.stringMatching(message),
      retryAfterSeconds: 5,
    })
    expect(JSON.stringify(told(error))).not.toContain('tiptop')
  })

  test.each(['SQLITE_UNKNOWN', 'SQL_PARSE_ERROR', 'ARGS_INVALID', 'SQLITE_CONSTRAINT_PRIMARYKEY'])(
    'is our mistake when the answer is %s',
    async (code) => {
      await expect(ask(answering(200, failing(code)))).rejects.toMatchObject({ code: 'internal' })
    },
  )

  test('goes below the path of the URL', async () => {
    const asked: string[] = []
    const send: typeof fetch = async (request) => {
      asked.push(new Request(request).url)
      throw new TypeError('no')
    }
    for (const url of ['http://h/dev/x', 'http://h/dev/x/', 'libsql://h', 'https://h:8443']) {
      const db = createRemoteDb(connectRemote({ url, authToken: undefined }, 50, send))
      await sql`select 1`.execute(db.query).catch(() => {})
    }
    expect(asked).toEqual([
      'http://h/dev/x/v2/pipeline',
      'http://h/dev/x/v2/pipeline',
      'https://h/v2/pipeline',
      'https://h:8443/v2/pipeline',
    ])
  })
})
