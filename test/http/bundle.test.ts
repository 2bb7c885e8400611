import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { typeIdOf } from '../../worker/fhir/resource-type.ts'
import { bundleText, type TestEntry } from '../support/bundles.ts'
import fc from '../support/fast-check.ts'
import { createHarness, type Harness, linesOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness({ maxResourceBytes: 2000, maxBundleBytes: 20_000, maxBundleEntries: 50 })
})
afterEach(() => h.close())

const fhir = { 'content-type': 'application/fhir+json' }
const send = (body: string, headers: Record<string, string> = {}, path = '/fhir') =>
  h.request(path, { method: 'POST', body, headers: { ...fhir, ...headers } })
const transact = (entries: readonly TestEntry[], headers?: Record<string, string>) =>
  send(bundleText('transaction', entries), headers)

type Answer = {
  readonly type: string
  readonly entry: readonly {
    readonly fullUrl?: string
    readonly resource?: Record<string, unknown> & { readonly id: string }
    readonly response: {
      readonly status: string
      readonly location?: string
      readonly etag?: string
      readonly lastModified?: string
      readonly outcome?: {
        readonly issue: readonly { readonly code: string; readonly diagnostics: string }[]
      }
    }
  }[]
}
const answerOf = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  expect(`${response.status} ${text}`).toMatch(/^200 \{/)
  return JSON.parse(text) as Answer
}
const statusesOf = ({ entry }: Answer) => entry.map(({ response }) => response.status)
const nameAt = (answer: Answer, index: number): string =>
  /\/fhir\/(\w+\/[^/]+)\/_history\/\d+$/.exec(answer.entry[index]?.response.location ?? '')?.[1] ?? ''
const text = async (name: string) => (await h.request(`/fhir/${name}`)).text()
const resource = async (name: string) => JSON.parse(await text(name))

/** Every row of every table, the clock's too. */
const contents = async () => {
  const { db } = h.deps
  const tables = await sql<{ name: string }>`select name from sqlite_schema where type = 'table'`.execute(
    db.query,
  )
  return Promise.all(
    tables.rows.map(async ({ name }) => [
      name,
      (await sql`select * from ${sql.table(name)}`.execute(db.query)).rows,
    ]),
  )
}

const post = (type: string, more: object = {}, fullUrl?: string): TestEntry => ({
  ...(fullUrl === undefined ? {} : { fullUrl }),
  resource: { resourceType: type, ...more },
  request: { method: 'POST', url: type },
})
const put = (name: string, more: object = {}, conditions: object = {}): TestEntry => {
  const [resourceType = '', id] = name.split('/')
  return { resource: { resourceType, id, ...more }, request: { method: 'PUT', url: name, ...conditions } }
}
const ask = (method: string, url: string, more: object = {}): TestEntry => ({
  request: { method, url, ...more },
})
const urn = (n: number) => `urn:uuid:00000000-0000-4000-9000-${String(n).padStart(12, '0')}`

describe('A transaction', () => {
  test('creates, updates, deletes and reads, whatever the order of its entries, and answers in that order', async () => {
    await h.put({ resourceType: 'Patient', id: 'old' })
    await h.put({ resourceType: 'Patient', id: 'gone' })
    h.clock.advance(1000)
    const answer = await answerOf(
      await transact([
        ask('GET', 'Patient/old'),
        put('Patient/old', { active: true }),
        post('Patient', { id: 'ignored' }),
        ask('GET', '/Patient/old/_history/1'),
        ask('DELETE', 'Patient/gone'),
        ask('HEAD', 'http://127.0.0.1:8080/fhir/Patient/old'),
        put('Patient/new'),
        ask('DELETE', 'Patient/never'),
        ask('GET', 'Patient/old', { ifNoneMatch: 'W/"2"' }),
      ]),
    )
    expect(answer.type).toBe('transaction-response')
    expect(statusesOf(answer)).toEqual([
      '200 OK',
      '200 OK',
      '201 Created',
      '200 OK',
      '204 No Content',
      '200 OK',
      '201 Created',
      '204 No Content',
      '304 Not Modified',
    ])
    expect(answer.entry[0]).toEqual({
      fullUrl: 'http://127.0.0.1:8080/fhir/Patient/old',
      resource: {
        resourceType: 'Patient',
        id: 'old',
        meta: { versionId: '2', lastUpdated: '2026-01-01T00:00:01.000Z' },
        active: true,
      },
      response: { status: '200 OK', etag: 'W/"2"', lastModified: '2026-01-01T00:00:01.000Z' },
    })
    expect(answer.entry[1]).toEqual({
      response: {
        status: '200 OK',
        location: 'http://127.0.0.1:8080/fhir/Patient/old/_history/2',
        etag: 'W/"2"',
        lastModified: '2026-01-01T00:00:01.000Z',
      },
    })
    expect(answer.entry[3]?.resource?.meta).toMatchObject({ versionId: '1' })
    expect(answer.entry[5]?.resource).toBeUndefined()
    expect(nameAt(answer, 2)).toMatch(/^Patient\/[0-9a-f-]{36}$/)
    expect(await resource(nameAt(answer, 2))).toMatchObject({ resourceType: 'Patient' })
    expect((await h.request('/fhir/Patient/gone')).status).toBe(410)
    const rows = await sql<{
      id: string
    }>`select r.id from resource_version v join resource r using (resource_key)
      where v.seq > 2 order by v.seq`.execute(h.deps.db.query)
    expect(rows.rows.map(({ id }) => id)).toEqual(['gone', nameAt(answer, 2).slice(8), 'old', 'new'])
  })

  test('is taken at [base] and at [base]/, and nothing else is', async () => {
    for (const path of ['/fhir', '/fhir/']) {
      expect((await send(bundleText('transaction', []), {}, path)).status).toBe(200)
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const response = await h.request(path, { method })
        expect(response.headers.get('allow')).toBe('POST')
        await expectOutcome(response, 405, 'not-supported')
      }
    }
  })

  test('without entries does nothing, and says so', async () => {
    const before = await contents()
    expect(await (await send('{"resourceType":"Bundle","type":"transaction"}')).text()).toBe(
      '{"resourceType":"Bundle","type":"transaction-response"}',
    )
    expect(await contents()).toEqual(before)
  })

  test('brings back what was stored, when that is preferred, as a GET does', async () => {
    const given = '{"resourceType":"Basic", "id":"a", "x":[1.00, 1e+2, "\\u00e9\\/"]}'
    const response = await transact([{ resource: given, request: { method: 'PUT', url: 'Basic/a' } }], {
      prefer: 'return=representation',
    })
    const body = await response.text()
    expect(body).toContain(`"resource":${await text('Basic/a')}`)
    expect(body).toContain('"x":[1.00,1e+2,"\\u00e9\\/"]')
  })

  test('stores a later version of what an earlier one has deleted', async () => {
    await transact([put('Patient/p')])
    await transact([ask('DELETE', 'Patient/p')])
    const answer = await answerOf(await transact([put('Patient/p')]))
    expect(answer.entry[0]?.response).toMatchObject({ status: '201 Created', etag: 'W/"3"' })
  })

  test('takes ifMatch, and ifNoneMatch: * of a PUT', async () => {
    await transact([put('Patient/a'), put('Patient/b')])
    const fine = [
      put('Patient/a', {}, { ifMatch: 'W/"1"' }),
      ask('DELETE', 'Patient/b', { ifMatch: '"1"' }),
      put('Patient/c', {}, { ifNoneMatch: '*' }),
    ]
    expect(statusesOf(await answerOf(await transact(fine)))).toEqual([
      '200 OK',
      '204 No Content',
      '201 Created',
    ])
  })
})

describe('Links in a transaction', () => {
  test('are resolved in a circle, in contained resources and in every place for links', async () => {
    const answer = await answerOf(
      await transact([
        post('Patient', { link: [{ other: { reference: urn(2) }, type: 'seealso' }] }, urn(1)),
        post(
          'Patient',
          {
            contained: [{ resourceType: 'Observation', id: 'c', subject: { reference: urn(1) } }],
            link: [{ other: { reference: `${urn(1)}#x` } }, { other: { reference: '#c' } }],
            extension: [
              { url: 'http://x', valueUri: urn(3) },
              { url: 'http://x', valueString: urn(3) },
            ],
            photo: [{ url: urn(3) }],
            identifier: [{ system: urn(3), value: urn(1) }],
            text: {
              status: 'generated',
              div: `<div><a title="${urn(1)}" href="${urn(1)}">${urn(1)}</a><img src='${urn(3)}'/></div>`,
            },
          },
          urn(2),
        ),
        { ...put('Practitioner/dr'), fullUrl: urn(3) },
      ]),
    )
    const [a, b] = [nameAt(answer, 0), nameAt(answer, 1)]
    expect(await resource(a)).toMatchObject({ link: [{ other: { reference: b } }] })
    expect(await resource(b)).toMatchObject({
      contained: [{ subject: { reference: a } }],
      link: [{ other: { reference: `${a}#x` } }, { other: { reference: '#c' } }],
      extension: [{ valueUri: 'Practitioner/dr' }, { valueString: urn(3) }],
      photo: [{ url: 'Practitioner/dr' }],
      identifier: [{ system: urn(3), value: urn(1) }],
      text: { div: `<div><a title="${urn(1)}" href="${a}">${urn(1)}</a><img src='Practitioner/dr'/></div>` },
    })
  })

  test('put resources into compartments, and are found as references', async () => {
    const answer = await answerOf(
      await transact([
        post('Observation', { subject: { reference: urn(1) } }, urn(2)),
        post('Patient', {}, urn(1)),
      ]),
    )
    const { rows } = await sql`select p.id as patient, t.id as target, v.position as position from resource r
      join resource_version v on v.position = r.current_position join compartment c on c.position = v.position
      join resource p on p.resource_key = c.patient_key join reference f on f.position = v.position
      join resource t on t.resource_key = f.target_key where r.type_id = ${typeIdOf('Observation')}`.execute(
      h.deps.db.query,
    )
    const id = nameAt(answer, 1).slice('Patient/'.length)
    expect(rows).toMatchObject([{ patient: id, target: id }])
    const { text: files } = await h.export('?_type=Observation')
    const [line] = linesOf([...files.values()].join(''))
    expect(line).toMatchObject({ subject: { reference: `Patient/${id}` } })
  })

  test('change nothing else of a resource', async () => {
    const given = `{ "resourceType":"Observation", "valueQuantity":{"value":1.00,"x":-0.0},"n":12345678901234567890.5,
      "subject":{"ref\\u0065rence":"urn:uuid\\u003a00000000-0000-4000-9000-000000000001"},"note":[{"text":"a\\/\\"\\u00e9 urn"}]}`
    const answer = await answerOf(
      await transact([
        { resource: given, request: { method: 'POST', url: 'Observation' } },
        post('Patient', {}, urn(1)),
      ]),
    )
    const [name, patient] = [nameAt(answer, 0), nameAt(answer, 1)]
    expect(await text(name)).toBe(
      `{"id":"${name.slice(12)}","meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00.000Z"},"resourceType":"Observation","valueQuantity":{"value":1.00,"x":-0.0},"n":12345678901234567890.5,"subject":{"ref\\u0065rence":"${patient}"},"note":[{"text":"a\\/\\"\\u00e9 urn"}]}`,
    )
  })

  test('may be relative or absolute, by what created entries were called where they came from', async () => {
    const from = 'http://elsewhere/fhir'
    const subject = (reference: string) => ({ subject: { reference } })
    const answer = await answerOf(
      await transact([
        post('Patient', { id: '1' }, `${from}/Patient/1`),
        post('Observation', subject('Patient/1'), `${from}/Observation/1`),
        post('Observation', subject(`${from}/Patient/1`)),
        post('Observation', subject('Patient/1')),
        post('Observation', subject('Patient/1'), 'http://third/fhir/Observation/1'),
        post('Observation', subject('Patient/1/_history/2')),
        post('Observation', subject('http://other/fhir/Patient/1')),
        post('Observation', subject('http://127.0.0.1:8080/fhir/Patient/kept')),
        { ...put('Patient/kept'), fullUrl: 'http://127.0.0.1:8080/fhir/Patient/kept' },
      ]),
    )
    const found = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7].map(async (index) => (await resource(nameAt(answer, index))).subject.reference),
    )
    const patient = nameAt(answer, 0)
    expect(found).toEqual([
      patient,
      patient,
      patient,
      'Patient/1',
      'Patient/1/_history/2',
      'http://other/fhir/Patient/1',
      'http://127.0.0.1:8080/fhir/Patient/kept',
    ])
  })

  test('may be an identifier that one entry has', async () => {
    const npi = 'http://hl7.org/fhir/sid/us-npi'
    const doctor = post('Practitioner', { identifier: [{ system: npi, value: '99 1' }] })
    const visit = (query: string) =>
      post('Encounter', { participant: [{ individual: { reference: query } }] })
    const answer = await answerOf(await transact([visit(`Practitioner?identifier=${npi}|99%201`), doctor]))
    expect(await resource(nameAt(answer, 0))).toMatchObject({
      participant: [{ individual: { reference: nameAt(answer, 1) } }],
    })
    const cases: readonly (readonly [string, readonly TestEntry[], number, string])[] = [
      [`Practitioner?identifier=${npi}|2`, [], 400, 'not-supported'],
      [`Practitioner?identifier=${npi}|99%201`, [doctor, doctor], 412, 'conflict'],
      [`Practitioner?identifier=${npi}|1,${npi}|2`, [doctor], 400, 'not-supported'],
      ['Practitioner?identifier=991', [doctor], 400, 'not-supported'],
      ['Practitioner?name=x', [doctor], 400, 'not-supported'],
      [`Practitioner?identifier=${npi}|99%201&active=true`, [doctor], 400, 'not-supported'],
    ]
    for (const [query, others, status, code] of cases) {
      const diagnostics = await expectOutcome(await transact([...others, visit(query)]), status, code)
      expect(diagnostics).toContain(`Bundle.entry[${others.length}]`)
      expect(diagnostics).not.toContain('99')
    }
  })

  test('that may mean two entries are refused', async () => {
    const entries = [
      post('Patient', {}, 'http://a/Patient/1'),
      post('Patient', {}, 'http://b/Patient/1'),
      post('Observation', { subject: { reference: 'Patient/1' } }),
    ]
    expect(await expectOutcome(await transact(entries), 400, 'invalid')).toContain('Bundle.entry[2]')
    const same = [post('Patient', {}, urn(1)), post('Patient', {}, urn(1))]
    expect(await expectOutcome(await transact(same), 400, 'invalid')).toBe(
      'Cannot process Bundle.entry[1]: Bundle.entry[0] has the same fullUrl',
    )
  })
})

describe('A transaction that cannot be done', () => {
  const good = [post('Patient', {}, urn(1)), post('Observation', { subject: { reference: urn(1) } })]
  const failures: readonly (readonly [string, TestEntry | string, number, string])[] = [
    ['an entry that is no object', '"x"', 400, 'no'],
    ['no request', '{"resource":{"resourceType":"Patient"}}', 400, 'request'],
    ['no method', '{"request":{"url":"Patient"}}', 400, 'method'],
    ['an unknown method', ask('get', 'Patient/1'), 400, '"get"'],
    ['PATCH', ask('PATCH', 'Patient/1'), 400, 'PATCH'],
    ['no url', '{"request":{"method":"GET"}}', 400, 'url'],
    ['a url that is a number', '{"request":{"method":"GET","url":1}}', 400, 'url'],
    ['no resource', ask('POST', 'Patient'), 400, 'resource'],
    [
      'a resource that is a text',
      '{"resource":"x","request":{"method":"POST","url":"Patient"}}',
      400,
      'resource',
    ],
    ['a request given twice', '{"request":{"method":"GET","url":"Patient/1"},"request":{}}', 400, 'twice'],
    [
      'another type than that of the url',
      { ...post('Patient'), request: { method: 'POST', url: 'Basic' } },
      400,
      'type',
    ],
    ['a type that there is not', ask('GET', 'patient/1'), 400, 'did you mean "Patient"'],
    ['a POST of an id', { ...post('Patient'), request: { method: 'POST', url: 'Patient/1' } }, 400, 'type'],
    ['a PUT of another id', { ...put('Patient/1'), request: { method: 'PUT', url: 'Patient/2' } }, 400, 'id'],
    [
      'a PUT without an id',
      { ...post('Patient'), request: { method: 'PUT', url: 'Patient/2' } },
      400,
      'no id',
    ],
    ['a PUT of a type', { ...put('Patient/1'), request: { method: 'PUT', url: 'Patient' } }, 400, 'id'],
    [
      'a PUT of a version',
      { ...put('Patient/1'), request: { method: 'PUT', url: 'Patient/1/_history/1' } },
      400,
      'version',
    ],
    ['an id that is none', ask('DELETE', 'Patient/a_b'), 400, 'id'],
    ['a url elsewhere', ask('GET', 'http://elsewhere/fhir/Patient/1'), 400, 'base'],
    ['a url that goes on', ask('GET', 'Patient/1/name'), 400, 'Type/id'],
    ['a search', ask('GET', 'Patient?name=x'), 400, 'later'],
    ['a search of all', ask('GET', 'Patient'), 400, 'search'],
    ['a history', ask('GET', 'Patient/1/_history'), 400, 'histories'],
    ['an operation', ask('GET', 'Patient/1/$everything'), 400, 'operations'],
    [
      'a conditional update',
      { ...put('Patient/1'), request: { method: 'PUT', url: 'Patient?identifier=x' } },
      400,
      'later',
    ],
    [
      'ifNoneExist',
      { ...post('Patient'), request: { method: 'POST', url: 'Patient', ifNoneExist: 'a=b' } },
      400,
      'ifNoneExist',
    ],
    ['ifMatch that is no tag', put('Patient/1', {}, { ifMatch: '1' }), 400, 'ifMatch'],
    [
      'ifMatch of a POST',
      { ...post('Patient'), request: { method: 'POST', url: 'Patient', ifMatch: 'W/"1"' } },
      400,
      'ifMatch',
    ],
    ['ifNoneMatch of a DELETE', ask('DELETE', 'Patient/1', { ifNoneMatch: '*' }), 400, 'ifNoneMatch'],
    ['ifMatch of what is not there', put('Patient/1', {}, { ifMatch: 'W/"1"' }), 412, 'expects'],
    ['ifMatch of another version', put('Patient/there', {}, { ifMatch: 'W/"2"' }), 412, 'expects'],
    ['ifNoneMatch of what is there', put('Patient/there', {}, { ifNoneMatch: '*' }), 412, 'expects'],
    ['ifMatch of a delete', ask('DELETE', 'Patient/there', { ifMatch: 'W/"9"' }), 412, 'expects'],
    ['a GET of what never was', ask('GET', 'Patient/never'), 404, 'none'],
    ['a GET of a version that never was', ask('GET', 'Patient/there/_history/2'), 404, 'none'],
    ['a GET of a version that cannot be', ask('GET', 'Patient/there/_history/x'), 404, 'no such version'],
    ['a GET of what was deleted', ask('GET', 'Patient/gone'), 410, 'deleted'],
    ['a resource that is too large', post('Basic', { x: 'x'.repeat(2000) }), 413, '2000 bytes'],
    [
      'a resource that nests too deep',
      `{"resource":{"resourceType":"Basic","x":${'['.repeat(201)}${']'.repeat(201)}},"request":{"method":"POST","url":"Basic"}}`,
      400,
      'deep',
    ],
  ]
  test.each(failures)('for %s writes nothing, and says which entry and why', async (_, bad, status, word) => {
    await h.put({ resourceType: 'Patient', id: 'there' })
    await h.put({ resourceType: 'Patient', id: 'gone' })
    await h.remove('Patient/gone')
    const before = await contents()
    const [one, two] = good
    if (one === undefined || two === undefined) throw new Error('there are two')
    for (const [index, entries] of [
      [bad, one, two],
      [one, bad, two],
      [one, two, bad],
    ].entries()) {
      const response = await send(bundleText('transaction', entries))
      const body = await response.clone().json()
      const diagnostics = await expectOutcome(response, status, body.issue[0].code)
      expect(diagnostics).toContain(`Cannot process Bundle.entry[${index}]: `)
      expect(diagnostics).toContain(word)
      expect(body.issue).toHaveLength(1)
    }
    expect(await contents()).toEqual(before)
  })

  test.each([
    [[put('Patient/a'), put('Patient/a')]],
    [[put('Patient/a'), ask('DELETE', 'Patient/a')]],
    [[ask('DELETE', 'Patient/a'), ask('DELETE', 'Patient/a')]],
  ])('as it changes one resource twice is refused', async (entries) => {
    const before = await contents()
    const diagnostics = await expectOutcome(await transact(entries), 400, 'invalid')
    expect(diagnostics).toBe('Cannot process Bundle.entry[1]: Bundle.entry[0] changes Patient/a already')
    expect(await contents()).toEqual(before)
  })

  test.each<readonly [string, number, string, string]>([
    ['', 400, 'invalid', 'no body'],
    ['{"resourceType":"Bundle"', 400, 'invalid', 'JSON'],
    ['[]', 400, 'invalid', 'object'],
    ['{"resourceType":"Patient"}', 400, 'invalid', 'not Bundle'],
    ['{"resourceType":"Bundle"}', 400, 'invalid', 'missing'],
    [
      '{"resourceType":"Bundle","type":"collection"}',
      400,
      'invalid',
      '"collection", and this URL takes batch and transaction',
    ],
    ['{"resourceType":"Bundle","type":"document"}', 400, 'invalid', '"document"'],
    ['{"resourceType":"Bundle","type":"batch","entry":{}}', 400, 'invalid', 'array'],
    ['{"resourceType":"Bundle","type":"batch","entry":[],"entry":[]}', 400, 'invalid', 'twice'],
    [
      `{"resourceType":"Bundle","type":"transaction","entry":[${'1,'.repeat(50)}1]}`,
      413,
      'too-long',
      '50 entries',
    ],
    [`{"resourceType":"Bundle","type":"transaction"${' '.repeat(20_000)}}`, 413, 'too-long', '20000 bytes'],
  ])('as it is no such Bundle is refused: %.60s', async (body, status, code, word) => {
    expect(await expectOutcome(await send(body), status, code)).toContain(word)
  })

  test('reads no more than a Bundle may have', async () => {
    await transact([put('Basic/a', { x: 'x'.repeat(1850) })])
    const before = await contents()
    const reads = Array.from({ length: 11 }, () => ask('GET', 'Basic/a'))
    expect((await transact(reads.slice(1))).status).toBe(200)
    await expectOutcome(await transact([put('Basic/b'), ...reads]), 413, 'too-long')
    expect(await contents()).toEqual(before)
    const answer = await answerOf(await send(bundleText('batch', reads)))
    expect(statusesOf(answer)).toEqual([...Array(10).fill('200 OK'), '413'])
  })
})

describe('A batch', () => {
  test('does each entry for itself, in their order', async () => {
    const answer = await answerOf(
      await send(
        bundleText('batch', [
          put('Patient/a'),
          put('Patient/a', { active: true }),
          ask('GET', 'Patient/a'),
          put('Patient/a', {}, { ifMatch: 'W/"1"' }),
          ask('DELETE', 'Patient/a', { ifMatch: 'W/"2"' }),
          ask('GET', 'Patient/a'),
          ask('GET', 'Patient/never'),
          ask('PATCH', 'Patient/a'),
          post('Patient', {}, urn(1)),
          post('Observation', { subject: { reference: urn(1) } }),
          post('Observation', { subject: { reference: 'Patient?identifier=a|b' } }),
          ask('GET', 'Patient/a/_history/1', { ifNoneMatch: '"1"' }),
          ask('HEAD', 'Patient/a/_history/2'),
          ask('DELETE', 'Patient/never'),
        ]),
      ),
    )
    expect(answer.type).toBe('batch-response')
    expect(statusesOf(answer)).toEqual([
      '201 Created',
      '200 OK',
      '200 OK',
      '412',
      '204 No Content',
      '410',
      '404',
      '400',
      '201 Created',
      '400',
      '400',
      '304 Not Modified',
      '200 OK',
      '204 No Content',
    ])
    expect(answer.entry[2]?.resource).toMatchObject({ active: true })
    const codes = answer.entry.map(({ response }) => response.outcome?.issue[0]?.code).filter(Boolean)
    expect(codes).toEqual(['conflict', 'deleted', 'not-found', 'not-supported', 'invalid', 'not-supported'])
    expect(answer.entry[9]?.response.outcome?.issue[0]?.diagnostics).toContain('only a transaction')
  })

  test('tells of each write what became of it when the database fails', async () => {
    const before = await contents()
    const { db } = h.deps
    await sql`create trigger broken before insert on resource_body begin select raise(abort, 'secret'); end`.execute(
      db.query,
    )
    const response = await send(
      bundleText('batch', [put('Patient/a'), ask('GET', 'Patient/b'), put('Patient/c')]),
    )
    const body = await response.text()
    expect(statusesOf(JSON.parse(body))).toEqual(['500', '404', '500'])
    expect(body).not.toContain('secret')
    expect(await contents()).toEqual(before)
  })
})

describe("HL7's own Bundles", () => {
  const folder = new URL('../../node_modules/hl7.fhir.r4.examples/', import.meta.url)
  const example = (name: string) => readFileSync(new URL(`Bundle-${name}.json`, folder), 'utf8')
  beforeEach(async () => {
    h.close()
    h = await createHarness()
  })

  test('are stored: hla-1, with every URN resolved', async () => {
    const answer = await answerOf(await send(example('hla-1'), { prefer: 'return=representation' }))
    expect(new Set(statusesOf(answer))).toEqual(new Set(['201 Created']))
    const { text: files } = await h.export()
    const lines = linesOf([...files.values()].join(''))
    expect(lines).toHaveLength(answer.entry.length)
    for (const { resource } of answer.entry) expect(lines).toContainEqual(resource)
    expect(JSON.stringify(lines)).not.toMatch(/"reference":"urn:/)
  })

  test('are stored: xds, whose entries are called by absolute URLs', async () => {
    const answer = await answerOf(await send(example('xds').replace(/"ifNoneExist"/g, '"_ifNoneExist"')))
    const document = JSON.stringify(await resource(nameAt(answer, 0)))
    for (const index of [1, 2, 4]) expect(document).toContain(`"${nameAt(answer, index)}"`)
  })

  test('are answered entry by entry: searches in a batch', async () => {
    const answer = await answerOf(await send(example('bundle-request-simplesummary')))
    expect(statusesOf(answer)).toEqual(['404', '400', '400', '400'])
  })

  test('are refused with a reason: bundle-transaction, which needs search', async () => {
    const diagnostics = await expectOutcome(await send(example('bundle-transaction')), 400, 'not-supported')
    expect(diagnostics).toContain('Bundle.entry[1]: cannot process request.ifNoneExist')
  })
})

describe('Whatever JSON is sent', () => {
  test('is answered or refused, and never our mistake', { timeout: 30_000 }, async () => {
    const words = [
      'Patient',
      'Patient/1',
      'POST',
      'PUT',
      'GET',
      'DELETE',
      'transaction',
      'batch',
      urn(1),
      '*',
      'W/"1"',
      '\ud800',
      '1',
      '#',
    ]
    const names = [
      'resourceType',
      'id',
      'reference',
      'identifier',
      'div',
      'meta',
      'method',
      'url',
      'ifMatch',
      '__proto__',
    ]
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<unknown>(...words, 0, null, true),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('any'), { maxKeys: 3 }),
      ),
    })).any
    const noise = fc.oneof(
      { arbitrary: fc.constant({}), weight: 4 },
      fc.dictionary(fc.constantFrom(...names), value),
    )
    const wellFormed = fc
      .record({
        method: fc.constantFrom('POST', 'PUT', 'GET', 'DELETE'),
        resourceType: fc.constantFrom('Patient', 'Basic'),
        id: fc.constantFrom('1', '2', '3'),
        link: value,
        identifier: value,
        fullUrl: fc.constantFrom(undefined, undefined, urn(1), urn(2), 'http://a/Patient/1'),
        inResource: noise,
        inRequest: noise,
        inEntry: noise,
      })
      .map(({ method, resourceType, id, link, identifier, fullUrl, inResource, inRequest, inEntry }) => ({
        fullUrl,
        resource: { resourceType, id, link, identifier, ...inResource },
        request: { method, url: method === 'POST' ? resourceType : `${resourceType}/${id}`, ...inRequest },
        ...inEntry,
      }))
    const bundle = fc.record({
      resourceType: fc.constant('Bundle'),
      type: fc.constantFrom('batch', 'transaction'),
      entry: fc.array(fc.oneof({ arbitrary: wellFormed, weight: 9 }, { arbitrary: value, weight: 1 }), {
        maxLength: 4,
      }),
    })
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(bundle, async (body) => {
        const response = await send(JSON.stringify(body))
        const answer = await response.json()
        seen.add(String(response.status))
        for (const each of answer.entry ?? []) seen.add(each.response.status.slice(0, 3))
      }),
      { numRuns: 400 },
    )
    expect([...seen].filter((status) => status >= '500')).toEqual([])
    expect([...seen]).toEqual(expect.arrayContaining(['200', '201', '204', '400']))
  })
})
