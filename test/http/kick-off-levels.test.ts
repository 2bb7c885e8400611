import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import { createHarness, type Harness, linesOf, type Manifest, pathOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeAll(async () => {
  h = await createHarness()
  const member = ['p1', 'p2'].map((id) => ({ entity: { reference: `Patient/${id}` } }))
  await h.load([
    ...['p1', 'p2', 'p3', 'gone'].map((id) => ({ resourceType: 'Patient', id })),
    ...['p1', 'p2', 'p3'].map((id) => ({
      resourceType: 'Observation',
      id: `o-${id}`,
      subject: { reference: `Patient/${id}` },
    })),
    { resourceType: 'Medication', id: 'm' },
    { resourceType: 'Group', id: 'g', member },
    { resourceType: 'Group', id: 'empty' },
    { resourceType: 'Group', id: 'gone' },
  ])
  await h.remove('Group/gone')
  await h.remove('Patient/gone')
})
afterAll(() => h.close())

const lenient = { prefer: 'respond-async, handling=lenient' }
const get = (path: string, headers: Record<string, string> = {}) => h.request(`/fhir/${path}`, { headers })
const post = (path: string, parameter: readonly object[], headers: Record<string, string> = {}) =>
  h.request(`/fhir/${path}`, {
    method: 'POST',
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
    headers: { 'content-type': 'application/fhir+json', ...headers },
  })
const patient = (reference: string) => ({ name: 'patient', valueReference: { reference } })
const countJobs = async () => (await h.deps.db.query.selectFrom('job').select('job_id').execute()).length

/** The names that the export of an accepted kick-off comes out with, and what its outcomes say. */
const finish = async (response: Response) => {
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202/)
  const location = response.headers.get('content-location') ?? ''
  expect(location).toMatch(/^http:\/\/127\.0\.0\.1:8080\/fhir\/\$export-status\/[0-9a-f-]{36}$/)
  const done = await h.finish(pathOf(location))
  const { manifest, text } = await h.files((await done.json()) as Manifest)
  const linesBehind = (items: Manifest['output']) =>
    items.flatMap(({ url }) => linesOf(text.get(url.slice(url.lastIndexOf('/') + 1)) ?? ''))
  return {
    names: linesBehind(manifest.output)
      .map(({ resourceType, id }) => `${resourceType}/${id}`)
      .sort(),
    outcomes: linesBehind(manifest.error).map((outcome) => outcome.issue),
    manifest,
  }
}
const namesOf = async (response: Response) => (await finish(response)).names

const ofEach = (...ids: readonly string[]) => [
  ...ids.map((id) => `Observation/o-${id}`),
  ...ids.map((id) => `Patient/${id}`),
]

describe('A kick-off at Patient level', () => {
  test('exports the patients and what is theirs, by GET and by POST alike', async () => {
    const all = ['Group/g', ...ofEach('p1', 'p2', 'p3')]
    expect(await namesOf(await get('Patient/$export'))).toEqual(all)
    expect(await namesOf(await post('Patient/$export', []))).toEqual(all)
    expect(await namesOf(await h.request('/fhir/Patient/$export', { method: 'POST' }))).toEqual(all)
    expect(await namesOf(await get('Patient/%24export?_type=Patient'))).toEqual(
      ofEach('p1', 'p2', 'p3').slice(3),
    )
  })

  test.each([
    ['references', [patient('Patient/p1'), patient('Patient/p3')], ''],
    [
      'references of all forms',
      [patient('http://127.0.0.1:8080/fhir/Patient/p3'), patient('Patient/p1/_history/1')],
      '',
    ],
    ['strings', [{ name: 'patient', valueString: 'Patient/p1,patient/p3' }], ''],
    ['ids', [{ name: 'patient', valueString: 'p3, p1' }], ''],
    ['the same patient twice', [patient('Patient/p1'), patient('Patient/p3'), patient('Patient/p1')], ''],
    ['its query', [], '?patient=Patient/p1,Patient/p3'],
    ['its query, repeated', [], '?patient=Patient/p1&patient=p3'],
    ['both', [{ name: 'patient', valueString: 'Patient/p3,Patient/p1' }], '?patient=Patient/p1,Patient/p3'],
  ])('takes the patients it lists by %s, and no others', async (_, parameter, query) => {
    const response = await post(`Patient/$export${query}`, parameter)
    expect(await namesOf(response)).toEqual(ofEach('p1', 'p3'))
  })

  test('takes the patients of a POST without a body from its query', async () => {
    const response = await h.request('/fhir/Patient/$export?patient=p2', { method: 'POST' })
    expect(await namesOf(response)).toEqual(ofEach('p2'))
  })

  test.each([
    'Observation/p1',
    'Group/g',
    'http://elsewhere.example/fhir/Patient/p1',
    'Patient/',
    'Patient/p_1',
    'Patient?identifier=1',
    '#p1',
    'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7',
    '',
    'PATIENT/p1',
    'Patient/p1/x',
  ])('refuses %j as a patient, leniently too, for it may not widen the export', async (reference) => {
    const before = await countJobs()
    for (const headers of [{}, lenient]) {
      const response = await post('Patient/$export', [patient(reference), patient('Patient/p1')], headers)
      expect(await expectOutcome(response, 400, 'invalid')).toContain('parameter "patient"')
    }
    expect(await countJobs()).toBe(before)
  })

  test.each([
    [{ name: 'patient' }, 'has no value'],
    [{ name: 'patient', valueReference: {} }, 'without reference'],
    [{ name: 'patient', valueReference: { display: 'x' } }, 'without reference'],
    [{ name: 'patient', valueReference: 'Patient/p1' }, undefined],
    [{ name: 'patient', valueUri: 'http://127.0.0.1:8080/fhir/Patient/p1' }, undefined],
    [{ name: 'patient', valueBoolean: true }, 'may be a valueReference'],
    [{ name: 'patient', resource: { resourceType: 'Patient', id: 'p1' } }, 'not a part or a resource'],
  ])('reads %j or says what is wrong with it', async (parameter, reason) => {
    const response = await post('Patient/$export', [parameter])
    if (reason === undefined) expect(await namesOf(response)).toEqual(ofEach('p1'))
    else expect(await expectOutcome(response, 400, 'invalid')).toContain(reason)
  })

  test('refuses patients who are not there, or leaves each out with an outcome', async () => {
    const parameter = ['Patient/nobody', 'Patient/p1', 'Patient/gone'].map(patient)
    const diagnostics = await expectOutcome(await post('Patient/$export', parameter), 400, 'invalid')
    expect(diagnostics).toContain('Patient/nobody')
    expect(diagnostics).toContain('Patient/gone')
    expect(diagnostics).not.toContain('Patient/p1')
    const { names, outcomes } = await finish(await post('Patient/$export', parameter, lenient))
    expect(names).toEqual(ofEach('p1'))
    expect(outcomes).toMatchObject([
      [{ severity: 'warning', code: 'not-found', diagnostics: expect.stringContaining('Patient/nobody') }],
      [{ severity: 'warning', code: 'not-found', diagnostics: expect.stringContaining('Patient/gone') }],
    ])
  })

  test('exports nothing when none of those listed is there, and never everybody', async () => {
    const { manifest, outcomes } = await finish(
      await post('Patient/$export', [patient('Patient/x')], lenient),
    )
    expect(manifest.output).toEqual([])
    expect(outcomes).toHaveLength(1)
  })

  test('names some of many strangers, so that no answer grows without limit', async () => {
    const parameter = Array.from({ length: 500 }, (_, n) => patient(`Patient/x${n}`))
    const diagnostics = await expectOutcome(await post('Patient/$export', parameter), 400, 'invalid')
    expect(diagnostics).toContain('and 490 more')
    expect(diagnostics.length).toBeLessThan(1000)
  })

  test('takes 10000 patients and no more', async () => {
    const list = (length: number) => [
      {
        name: 'patient',
        valueString: ['p1', ...Array.from({ length: length - 1 }, (_, n) => `x${n}`)].join(),
      },
    ]
    const { names } = await finish(await post('Patient/$export', list(10_000), lenient))
    expect(names).toEqual(ofEach('p1'))
    const diagnostics = await expectOutcome(
      await post('Patient/$export', list(10_001), lenient),
      400,
      'invalid',
    )
    expect(diagnostics).toContain('more than 10000 patients')
  })

  test('refuses types alone that no patient has, and passes them over beside others', async () => {
    const alone = await get('Patient/$export?_type=Medication')
    expect(await expectOutcome(alone, 400, 'not-supported')).toContain(
      '"Medication" is not in the Patient compartment',
    )
    const both = await finish(await get('Patient/$export?_type=Endpoint,Patient'))
    expect(both.names).toEqual(['Patient/p1', 'Patient/p2', 'Patient/p3'])
    expect(both.outcomes).toMatchObject([[{ severity: 'information', code: 'informational' }]])
    // Patients might have referred to one.
    const additional = await finish(await get('Patient/$export?_type=Medication,Patient'))
    expect(additional.outcomes).toEqual([])
    const passed = await finish(await get('Patient/$export?_type=Medication&_since=2020', lenient))
    expect(passed.manifest).toMatchObject({ output: [], deleted: [] })
    expect(passed.outcomes).toHaveLength(1)
  })
})

describe('The CapabilityStatement', () => {
  test('names the operation at each level where it is', async () => {
    const { rest } = await (await get('metadata')).json()
    const operations = rest[0].resource.flatMap(
      ({ type, operation = [] }: { type: string; operation?: { name: string; definition: string }[] }) =>
        operation
          .filter(({ name }) => name === 'export')
          .map(({ name, definition }) => `${type} ${name} ${definition}`),
    )
    const definitions = 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition'
    expect(operations).toEqual([
      `Group export ${definitions}/group-export`,
      `Patient export ${definitions}/patient-export`,
    ])
    expect(rest[0].operation).toContainEqual({ name: 'export', definition: `${definitions}/export` })
  })
})

describe('`patient` where the specification has none', () => {
  test.each([
    ['Patient/$export?patient=Patient/p1', 'GET', 'POST'],
    ['Group/g/$export?patient=Patient/p1', 'GET', 'POST'],
    ['$export?patient=Patient/p1', 'GET', 'POST'],
    ['$export?patient=Patient/p1', 'POST', 'Patient/$export'],
  ])('%s by %s is refused, leniently too', async (path, method, hint) => {
    const before = await countJobs()
    for (const headers of [{}, lenient]) {
      const response = await h.request(`/fhir/${path}`, { method, headers })
      expect(await expectOutcome(response, 400, 'invalid')).toContain(hint)
    }
    expect(await countJobs()).toBe(before)
  })

  test.each([
    ['Patient/$export?patient=Patient/p1', 'GET'],
    ['Group/g/$export?patient=p1', 'GET'],
    ['$export?patient=patient/p1', 'GET'],
    ['$export?patient=p1', 'POST'],
  ])('%s by %s is taken with COMPAT', async (path, method) => {
    const { deps } = h
    const app = createApp({ ...deps, config: { ...deps.config, compat: ['patient-in-query'] } }, () => {})
    const response = await app.request(`/fhir/${path}`, { method, headers: { host: 'localhost' } })
    expect(await namesOf(response)).toEqual(ofEach('p1'))
  })

  test('refuses what is malformed with COMPAT as without', async () => {
    const { deps } = h
    const app = createApp({ ...deps, config: { ...deps.config, compat: ['patient-in-query'] } }, () => {})
    const response = await app.request('/fhir/$export?patient=', { headers: { host: 'localhost' } })
    await expectOutcome(response, 400, 'invalid')
  })
})

describe('A kick-off at Group level', () => {
  test('exports the members and what is theirs, by GET and by POST alike', async () => {
    expect(await namesOf(await get('Group/g/$export'))).toEqual(ofEach('p1', 'p2'))
    expect(await namesOf(await post('Group/g/$export', []))).toEqual(ofEach('p1', 'p2'))
    expect(await namesOf(await get('Group/g/%24export?_type=Patient'))).toEqual(['Patient/p1', 'Patient/p2'])
    expect(await namesOf(await get('Group/g/$export?_type=Group'))).toEqual(['Group/g'])
  })

  test('exports of those listed who are members, and refuses the others or leaves each out', async () => {
    expect(await namesOf(await post('Group/g/$export', [patient('Patient/p2')]))).toEqual(ofEach('p2'))
    const both = ['Patient/p2', 'Patient/p3', 'Patient/nobody'].map(patient)
    const diagnostics = await expectOutcome(await post('Group/g/$export', both), 400, 'invalid')
    expect(diagnostics).toContain('Patient/p3: it is no member')
    expect(diagnostics).toContain('Patient/nobody')
    const { names, outcomes } = await finish(await post('Group/g/$export', both, lenient))
    expect(names).toEqual(ofEach('p2'))
    expect(outcomes).toHaveLength(2)
  })

  test('of a Group without members has an empty manifest', async () => {
    const { manifest } = await finish(await get('Group/empty/$export?_since=2020'))
    expect(manifest).toMatchObject({ output: [], deleted: [], error: [] })
    expect((await finish(await get('Group/empty/$export'))).manifest).toMatchObject({ output: [], error: [] })
  })

  test.each([
    ...['nobody', 'gone', 'p1'].map((id) => [id, 404, 'not-found'] as const),
    ...['a_b', 'x'.repeat(65), 'g%2F', "g' or 1=1--", '%00', 'ü'].map((id) => [id, 400, 'invalid'] as const),
  ])(
    'is refused where there is no Group %j with %i, whatever the method and handling',
    async (id, status, code) => {
      const before = await countJobs()
      for (const method of ['GET', 'POST']) {
        for (const headers of [{}, lenient])
          await expectOutcome(await h.request(`/fhir/Group/${id}/$export`, { method, headers }), status, code)
      }
      expect(await countJobs()).toBe(before)
    },
  )

  test('says in its manifest which Group was asked for', async () => {
    const { manifest } = await finish(await get('Group/g/$export?_type=Patient'))
    expect(manifest.request).toBe('http://127.0.0.1:8080/fhir/Group/g/$export?_type=Patient')
  })
})

describe.each(['Patient/$export', 'Group/g/$export', 'Patient/%24export', 'Group/g/%24export'])(
  '%s',
  (path) => {
    test.each(['HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('by %s starts nothing', async (method) => {
      const before = await countJobs()
      const response = await h.request(`/fhir/${path}`, { method })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe('GET, POST')
      expect(await countJobs()).toBe(before)
    })

    test.each([
      '_typeFilter=x',
      '_elements=Nope.id',
      'wholly_unknown=1',
      '_type=Nope',
      '_since=yesterday',
      '_until=never',
    ])('refuses ?%s as at system level', async (query) => {
      const here = await get(`${path}?${query}`)
      const there = await get(`$export?${query}`)
      expect(here.status).toBe(400)
      expect(await here.json()).toEqual(await there.json())
    })
  },
)
