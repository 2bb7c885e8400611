import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import {
  createHarness,
  type Harness,
  linesOf,
  type Manifest,
  pathOf,
  statusPathOf,
} from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

const observation = (id: string, of: string, code: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [{ coding: [{ code }] }],
  subject: { reference: `Patient/${of}` },
})
const group = (id: string, name: string, ...members: readonly string[]) => ({
  resourceType: 'Group',
  id,
  type: 'person',
  actual: true,
  code: { coding: [{ code: name }] },
  member: members.map((member) => ({ entity: { reference: `Patient/${member}` } })),
})

let h: Harness
beforeEach(async () => {
  h = await createSmartHarness()
  await h.load([
    ...['p', 'q'].map((id) => ({
      resourceType: 'Patient',
      id,
      gender: id === 'p' ? 'female' : 'male',
      generalPractitioner: [{ reference: 'Practitioner/d' }],
    })),
    { resourceType: 'Practitioner', id: 'd' },
    observation('lab', 'p', 'laboratory'),
    observation('vital', 'p', 'vital-signs'),
    { resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/p' } },
    { resourceType: 'Provenance', id: 'v', target: [{ reference: 'Patient/p' }] },
    { resourceType: 'Provenance', id: 'w', target: [{ reference: 'Condition/c' }] },
    group('g', 'ours', 'p', 'q'),
    group('other', 'theirs', 'p'),
  ])
})
afterEach(() => h.close())

const as = (scopes: string, more: Parameters<typeof clientWith>[1] = {}): Harness['request'] =>
  h.as(clientWith(scopes, more))

const post = (request: Harness['request'], path: string, parameter: readonly object[], headers = {}) =>
  request(`/fhir/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json', ...headers },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  })
const patients = (...ids: readonly string[]) =>
  ids.map((id) => ({ name: 'patient', valueReference: { reference: `Patient/${id}` } }))
const statusOf = async (answer: Response): Promise<string> => {
  expect(`${answer.status} ${await answer.clone().text()}`).toMatch(/^202 /)
  return statusPathOf(answer)
}
/** Begins and runs an export; the path of its status request. */
const run = async (request: Harness['request'], path: string): Promise<string> => {
  const status = await statusOf(await request(`/fhir/${path}`))
  while (await h.tick()) h.clock.advance(0)
  return status
}
const manifestOf = async (request: Harness['request'], status: string): Promise<Manifest> => {
  const answer = await request(status)
  expect(answer.status).toBe(200)
  return answer.json()
}
/** What an export brings, sorted. */
const names = async (request: Harness['request'], path: string): Promise<readonly string[]> => {
  const { output } = await manifestOf(request, await run(request, path))
  const found: string[] = []
  for (const { url } of output) {
    const lines = linesOf(await (await request(pathOf(url))).text())
    found.push(...lines.map(({ resourceType, id }) => `${resourceType}/${id}`))
  }
  return found.sort()
}
const refusedAs = async (answer: Response): Promise<string> => {
  expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="fhir", error="insufficient_scope"')
  return expectOutcome(answer, 403, 'forbidden')
}
const jobs = () => h.deps.db.query.selectFrom('job').selectAll().execute()

describe('A kick-off that names no types brings those that may be both read and searched', () => {
  test.each([
    [
      'system/Observation.rs system/Patient.rs',
      '$export',
      ['Observation/lab', 'Observation/vital', 'Patient/p', 'Patient/q'],
    ],
    ['system/Observation.read', '$export', ['Observation/lab', 'Observation/vital']],
    ['system/Observation.*', '$export', ['Observation/lab', 'Observation/vital']],
    ['system/Observation.cruds', '$export', ['Observation/lab', 'Observation/vital']],
    [
      'system/Observation.rs?category=laboratory system/Patient.rs',
      '$export',
      ['Observation/lab', 'Patient/p', 'Patient/q'],
    ],
    [
      'system/Observation.rs?category=laboratory system/Observation.rs?category=vital-signs',
      '$export',
      ['Observation/lab', 'Observation/vital'],
    ],
    [
      'system/Observation.rs?category=laboratory system/Observation.rs',
      '$export',
      ['Observation/lab', 'Observation/vital'],
    ],
    ['system/Observation.r system/Observation.s system/Patient.rs', '$export', ['Patient/p', 'Patient/q']],
    ['system/Observation.rs?category=laboratory system/Observation.r', '$export', ['Observation/lab']],
    ['system/Patient.rs system/Observation.write', '$export', ['Patient/p', 'Patient/q']],
    [
      'system/Patient.rs system/Practitioner.rs',
      'Patient/$export',
      ['Patient/p', 'Patient/q', 'Practitioner/d'],
    ],
    ['system/Patient.rs', 'Patient/$export', ['Patient/p', 'Patient/q']],
    ['system/Condition.rs system/Medication.rs', 'Patient/$export', ['Condition/c']],
    [
      'system/Patient.rs system/Group.rs',
      'Patient/$export',
      ['Group/g', 'Group/other', 'Patient/p', 'Patient/q'],
    ],
    ['system/Patient.rs system/Group.rs', 'Group/g/$export', ['Patient/p', 'Patient/q']],
    ['system/Patient.rs system/Group.r', 'Group/g/$export?_since=2000', ['Patient/p', 'Patient/q']],
    ['system/Provenance.rs system/Group.r', 'Group/g/$export', ['Provenance/v', 'Provenance/w']],
    ['system/Condition.rs system/Group.r', 'Group/g/$export?includeAssociatedData=_history', ['Condition/c']],
  ])('%s, %s', async (scopes, path, expected) => {
    expect(await names(as(scopes), path)).toEqual(expected)
  })

  test('and all types where all may be', async () => {
    for (const scopes of ['system/*.rs', 'system/*.read', 'system/*.cruds']) {
      expect(await names(as(scopes), '$export')).toHaveLength(10)
      expect(await names(as(scopes), 'Patient/$export')).toEqual(
        await names(h.as(administrator()), 'Patient/$export'),
      )
    }
    const ofClient = (await jobs()).filter(({ client_id }) => client_id !== null)
    for (const { parameters } of ofClient) {
      expect(JSON.parse(parameters).typeIds).toEqual([])
      expect(JSON.parse(parameters)).not.toHaveProperty('authorization')
    }
  })
})

describe('A kick-off is refused, and nothing begun', () => {
  const lenient = { prefer: 'respond-async, handling=lenient' }

  test.each([
    ['a type of _type', '$export?_type=Patient,Condition', 'Condition'],
    ['a type that _type names besides what nobody knows', '$export?_type=Condition,Patients', 'Condition'],
    ['several types', '$export?_type=Condition,Patient,Encounter', 'Condition, Encounter'],
    ['a type outside of the compartment', 'Patient/$export?_type=Patient,Medication', 'Medication'],
    ['a type of _typeFilter', '$export?_typeFilter=Condition?code=x', 'Condition'],
    [
      'Provenance that is asked for',
      '$export?includeAssociatedData=RelevantProvenanceResources',
      'Provenance',
    ],
    [
      'the latest Provenance',
      'Patient/$export?_type=Patient&includeAssociatedData=LatestProvenanceResources',
      'Provenance',
    ],
    ['a type that may only be read', '$export?_type=Encounter', 'Encounter'],
    ['the same of a Group', 'Group/g/$export?_type=Condition', 'Condition'],
    ['the same of no Group', 'Group/nobody/$export?_type=Condition', 'Condition'],
  ])('where it names %s without a scope for it', async (_, path, type) => {
    const request = as(
      'system/Patient.rs system/Observation.rs?category=laboratory system/Encounter.r system/Group.r',
    )
    for (const headers of [{}, lenient])
      for (const dryRun of ['', `${path.includes('?') ? '&' : '?'}_dryRun=true`]) {
        if (path.includes('Patients') && headers !== lenient) continue
        const reason = await refusedAs(await request(`/fhir/${path}${dryRun}`, { headers }))
        expect(reason).toBe(`Cannot start the export: no scope lets ${type} be both read and searched`)
      }
    expect(await jobs()).toEqual([])
  })

  test.each([
    ['system/Patient.r', '$export'],
    ['system/Patient.s', '$export'],
    ['system/Patient.cud', '$export'],
    ['system/*.write', '$export'],
    ['system/*.r system/*.s', 'Patient/$export'],
    ['system/Medication.rs', 'Patient/$export'],
    ['system/Group.rs', 'Group/g/$export'],
    ['system/Practitioner.rs system/Group.r', 'Group/g/$export'],
  ])('where nothing may be exported: %s, %s', async (scopes, path) => {
    expect(await refusedAs(await as(scopes)(`/fhir/${path}`))).toMatch(
      /^Cannot start the export: no scope lets any type/,
    )
    expect(await jobs()).toEqual([])
  })

  test('by an administrator who only looks on', async () => {
    expect((await h.as(administrator('viewer'))('/fhir/$export')).status).toBe(403)
  })

  test('for labels that nothing may be exported with', async () => {
    const labelled = (labels: readonly { token: string; rights: readonly ('r' | 's')[] }[]) => {
      const { grants, ...principal } = clientWith('system/*.rs')
      return h.as({ ...principal, grants: { ...grants, labels } })
    }
    await refusedAs(await labelled([])('/fhir/$export'))
    await refusedAs(await labelled([{ token: 'x|N', rights: ['r'] }])('/fhir/$export'))
    expect((await labelled([{ token: 'x|N', rights: ['r', 's'] }])('/fhir/$export')).status).toBe(202)
  })
})

describe('A Group', () => {
  const notThere = async (request: Harness['request'], id = 'g', headers = {}) => {
    for (const query of ['', '?_dryRun=true', '?_type=Patient']) {
      const answer = await request(`/fhir/Group/${id}/$export${query}`, { headers })
      expect(await expectOutcome(answer, 404, 'not-found')).toBe(`Cannot export Group/${id}: there is none`)
    }
  }

  test('that may not be read is as one that is not there', async () => {
    for (const scopes of [
      'system/Patient.rs',
      'system/Patient.rs system/Group.s',
      'system/Patient.rs system/Group.cud',
    ]) {
      await notThere(as(scopes))
      await notThere(as(scopes), 'nobody')
    }
    expect(await jobs()).toEqual([])
  })

  test('may be read by a constraint that it satisfies now, and only then', async () => {
    const request = as('system/Patient.rs system/Group.r?code=ours')
    expect((await request('/fhir/Group/g/$export')).status).toBe(202)
    await notThere(request, 'other')
    await h.load([group('g', 'theirs', 'p')])
    await notThere(request)
  })

  test('may be read by a label', async () => {
    const { grants, ...principal } = clientWith('system/*.rs')
    const request = h.as({
      ...principal,
      grants: { ...grants, labels: [{ token: 'x|N', rights: ['r', 's'] }] },
    })
    await notThere(request)
    await h.load([{ ...group('g', 'ours', 'p'), meta: { security: [{ system: 'x', code: 'N' }] } }])
    expect(await names(request, 'Group/g/$export')).toEqual([])
    await h.load([
      { ...observation('lab', 'p', 'laboratory'), meta: { security: [{ system: 'x', code: 'N' }] } },
    ])
    expect(await names(request, 'Group/g/$export')).toEqual(['Observation/lab'])
    expect(await names(request, '$export')).toEqual(['Group/g', 'Observation/lab'])
  })

  test('that is not on the list of the client is as one that is not there', async () => {
    const bound = as('system/*.rs', { groupIds: ['g'] })
    expect((await bound('/fhir/Group/g/$export')).status).toBe(202)
    await notThere(bound, 'other')
    await notThere(as('system/*.rs', { groupIds: [] }))
    await notThere(as('system/Patient.rs', { groupIds: ['g'] }))
  })

  test('that was taken off the list of the client opens no more of what was exported of it', async () => {
    const bound = as('system/*.rs', { groupIds: ['g', 'other'] })
    const status = await run(bound, 'Group/g/$export')
    const files = (await manifestOf(bound, status)).output.map(({ url }) => pathOf(url))
    const places = [status, `/fhir/$exportstatus?_id=${status.split('/').at(-1)}`, ...files]
    for (const groupIds of [['other'], []]) {
      const narrowed = as('system/*.rs', { groupIds })
      for (const place of places) expect((await narrowed(place)).status, place).toBe(403)
      expect((await narrowed(status, { method: 'DELETE' })).status).toBe(403)
      expect(await expectOutcome(await narrowed(status), 403, 'forbidden')).toContain('its Group is none')
    }
    await as('system/Group.d')('/fhir/Group/g', { method: 'DELETE' })
    for (const request of [as('system/*.rs', { groupIds: ['g'] }), as('system/*.rs')])
      for (const place of places) expect((await request(place)).status, place).toBe(200)
    const ofAll = await run(as('system/*.rs'), '$export')
    expect((await as('system/*.rs', { groupIds: ['g'] })(ofAll)).status).toBe(403)
  })

  test('that may not be read any more opens no more of what was exported of it', async () => {
    const all = as('system/Patient.rs system/Group.r')
    const path = 'Group/g/$export?_type=Patient'
    const running = await statusOf(await all(`/fhir/${path}`))
    const status = await run(all, path)
    const [file] = (await manifestOf(all, status)).output.map(({ url }) => pathOf(url))
    const places = [running, status, file ?? '']
    for (const more of ['', ' system/Group.s', ' system/Group.r?code=theirs', ' system/Group.rs?_id=other'])
      for (const place of places)
        expect(await refusedAs(await as(`system/Patient.rs${more}`)(place)), more).toContain(
          'its Group be read',
        )
    const within = as('system/Patient.rs system/Group.r?code=ours')
    for (const place of places) expect((await within(place)).status).toBe(200)
    await h.load([group('g', 'theirs', 'p')])
    for (const place of places) expect((await within(place)).status).toBe(200)
    await h.as(administrator())('/fhir/Group/g', { method: 'DELETE' })
    for (const place of places) expect((await within(place)).status).toBe(200)
    await refusedAs(await as('system/Patient.rs')(running, { method: 'DELETE' }))
  })

  test('that goes out of reach while it is kicked off is judged as it is exported', async () => {
    const { db } = h.deps
    let isChanged = false
    const overtaken: typeof db = {
      ...db,
      batch: async (statements) => {
        if (!isChanged) {
          isChanged = true
          await h.load([group('g', 'theirs', 'q')])
        }
        return db.batch(statements)
      },
    }
    const principal = clientWith('system/Patient.rs system/Group.r?code=ours')
    const app = createApp(
      { ...h.deps, db: overtaken },
      () => {},
      undefined,
      async () => principal,
    )
    const headers = { host: 'localhost' }
    const status = await statusOf(await app.request('/fhir/Group/g/$export', { headers }))
    expect(await refusedAs(await h.as(principal)(status))).toContain('its Group be read')
  })

  test('that may not be read is not made a member of one that may be, to be exported by it', async () => {
    const nesting = (id: string, ...members: readonly string[]) => ({
      ...group(id, 'ours'),
      member: members.map((reference) => ({ entity: { reference } })),
    })
    const write = (resource: object) => ({
      body: JSON.stringify(resource),
      headers: { 'content-type': 'application/fhir+json' },
    })
    const ours = as('system/Patient.rs system/Group.cruds?code=ours')
    const mine = nesting('mine', 'Patient/p', 'Group/other')
    const request = { method: 'PUT', url: 'Group/mine' }
    const refusal = 'its member Group/other is one that this client may not read'
    const put = (resource: { id: string }) =>
      ours(`/fhir/Group/${resource.id}`, { method: 'PUT', ...write(resource) })
    const bundle = (type: string, ...resources: readonly { id: string }[]) =>
      ours('/fhir', {
        method: 'POST',
        ...write({
          resourceType: 'Bundle',
          type,
          entry: resources.map((resource) => ({
            request: { ...request, url: `Group/${resource.id}` },
            resource,
          })),
        }),
      })
    expect(await refusedAs(await put(mine))).toContain(refusal)
    expect(await refusedAs(await ours('/fhir/Group', { method: 'POST', ...write(mine) }))).toContain(refusal)
    expect(await refusedAs(await bundle('transaction', mine))).toContain(refusal)
    expect(await (await bundle('batch', mine)).text()).toContain(refusal)
    expect(await refusedAs(await put(nesting('mine', 'http://127.0.0.1:8080/fhir/Group/other')))).toContain(
      refusal,
    )
    expect(await refusedAs(await put(nesting('mine', 'Group/nobody')))).toContain('its member Group/nobody')
    expect((await put(nesting('mine', 'Group/g', 'Group/mine'))).status).toBe(201)
    const together = await bundle(
      'transaction',
      nesting('mine', 'Group/inner'),
      nesting('inner', 'Patient/q'),
    )
    expect(together.status).toBe(200)
    const all = as('system/Patient.rs system/Group.rs system/Group.cu')
    expect((await all('/fhir/Group/mine', { method: 'PUT', ...write(mine) })).status).toBe(200)
    expect(await names(ours, 'Group/mine/$export?_type=Patient')).toEqual(['Patient/p'])
  })

  test('that may be read makes nothing of its members exportable', async () => {
    expect(await names(as('system/Group.rs system/Condition.rs'), 'Group/g/$export')).toEqual(['Condition/c'])
  })
})

describe('Patients of a list', () => {
  const women = 'system/Patient.r?gender=female system/Observation.rs'

  test('that may not be read are as such that are not there', async () => {
    const request = as(women)
    const reason = async (...ids: readonly string[]) =>
      (
        await expectOutcome(await post(request, 'Patient/$export', patients(...ids)), 400, 'invalid')
      ).replaceAll(/Patient\/\w+/g, 'Patient/x')
    expect(await reason('q')).toBe(await reason('nobody'))
    expect(await reason('p', 'q')).toBe(await reason('p', 'nobody'))
    await statusOf(await post(request, 'Patient/$export', patients('p')))
    const none = as('system/Observation.rs')
    const answer = await post(none, 'Patient/$export', patients('p'))
    expect(await expectOutcome(answer, 400, 'invalid')).toContain('Patient/p: there is none')
  })

  test('are left out for a lenient client with the words for such that are not there', async () => {
    const lenient = { prefer: 'respond-async, handling=lenient' }
    const request = as(women)
    const answer = await post(request, 'Patient/$export', patients('p', 'q', 'nobody'), lenient)
    const status = await statusOf(answer)
    while (await h.tick()) h.clock.advance(0)
    const { error } = await manifestOf(request, status)
    const told = await (await request(pathOf(error[0]?.url ?? ''))).text()
    expect(told).toContain('Left out Patient/q: there is none')
    expect(told).toContain('Left out Patient/nobody: there is none')
    expect(told).not.toContain('Patient/p')
  })

  test('are many, and asked for in pieces', async () => {
    const ids = Array.from({ length: 1200 }, (_, n) => `n${n}`)
    await h.load(
      ids.map((id, n) => ({ resourceType: 'Patient', id, gender: n % 2 === 0 ? 'female' : 'male' })),
    )
    const answer = await post(as(women), 'Patient/$export', patients(...ids))
    expect(await expectOutcome(answer, 400, 'invalid')).toContain('and 590 more')
    const female = ids.filter((_, n) => n % 2 === 0)
    expect((await post(as(women), 'Patient/$export', patients(...female))).status).toBe(202)
  })
})

/** As the token of the kick-off, other tokens of the client, and whether they will do. */
const tokens: readonly (readonly [began: string, later: string, path: string, willDo: boolean])[] = [
  ['system/*.rs', 'system/*.rs', '$export', true],
  ['system/*.rs', 'system/*.read', '$export', true],
  ['system/*.read', 'system/*.cruds', '$export', true],
  ['system/*.rs', 'system/Patient.rs', '$export', false],
  ['system/*.rs', 'system/*.r', '$export', false],
  ['system/*.rs', 'system/*.r system/*.s', '$export', false],
  ['system/*.rs', 'system/*.write', '$export', false],
  ['system/*.rs', 'system/*.rs?_tag=x', '$export', false],
  ['system/*.rs', 'system/Patient.rs', '$export?_type=Patient', true],
  [
    'system/*.rs',
    'system/Patient.rs',
    '$export?_type=Patient&includeAssociatedData=RelevantProvenanceResources',
    false,
  ],
  [
    'system/*.rs',
    'system/Patient.rs system/Provenance.rs',
    '$export?_type=Patient&includeAssociatedData=RelevantProvenanceResources',
    true,
  ],
  ['system/Patient.rs system/Observation.rs', 'system/Patient.rs', '$export', false],
  ['system/Patient.rs system/Observation.rs', 'system/Patient.read system/Observation.*', '$export', true],
  ['system/Observation.rs?category=laboratory', 'system/Observation.rs?category=laboratory', '$export', true],
  ['system/Observation.rs?category=laboratory', 'system/Observation.rs', '$export', true],
  ['system/Observation.rs?category=laboratory', 'system/*.read', '$export', true],
  [
    'system/Observation.rs?category=laboratory',
    'system/Observation.rs?category=vital-signs',
    '$export',
    false,
  ],
  [
    'system/Observation.rs?category=laboratory',
    'system/Observation.rs?category=laboratory&status=final',
    '$export',
    false,
  ],
  [
    'system/Observation.rs?category=laboratory&status=final',
    'system/Observation.rs?category=laboratory',
    '$export',
    true,
  ],
  ['system/Observation.rs', 'system/Observation.rs?category=laboratory', '$export', false],
  [
    'system/Observation.rs?category=laboratory system/Patient.rs',
    'system/Patient.rs',
    '$export?_type=Patient',
    true,
  ],
  [
    'system/*.rs',
    'system/Patient.rs system/Observation.rs system/Group.r',
    'Group/g/$export?_type=Patient,Observation',
    true,
  ],
]

describe('A later request needs scopes that cover the job', () => {
  test.each(tokens)('begun with %s, asked for with %s (%s): %s', async (began, later, path, willDo) => {
    const [first, second] = [as(began), as(later)]
    const running = await statusOf(await first(`/fhir/${path}`))
    const status = await run(first, path)
    const { output } = await manifestOf(first, status)
    for (const place of [running, status, `/fhir/$exportstatus?_id=${status.split('/').at(-1)}`]) {
      const answer = await second(place)
      if (willDo) expect([200, 202]).toContain(answer.status)
      else
        expect(await refusedAs(answer)).toContain(
          'Cannot show this export: the scopes of the access token do not cover',
        )
    }
    const files = await Promise.all(output.map(({ url }) => second(pathOf(url))))
    expect(files.every((file) => file.status === 200)).toBe(willDo)
    const cancelled = await second(running, { method: 'DELETE' })
    if (!willDo) await refusedAs(cancelled)
    expect((await first(running)).status).toBe(willDo ? 404 : 200)
  })

  test('of a file those of its type, and of files of all sorts those of all types', async () => {
    const all = as('system/Patient.rs system/Observation.rs?category=laboratory system/Condition.rs')
    h.clock.advance(1000)
    const removed = await h.as(administrator())('/fhir/Condition/c', { method: 'DELETE' })
    expect(removed.status).toBe(204)
    const paths = ['$export?includeAssociatedData=_deleted', '$export?_since=2000']
    const lenient = await statusOf(
      await all(`/fhir/$export?x=y`, { headers: { prefer: 'handling=lenient' } }),
    )
    const organized = await run(all, 'Patient/$export?organizeOutputBy=Patient')
    const manifests = await Promise.all(
      [lenient, organized, await run(all, paths[0] ?? '')].map((status) => manifestOf(all, status)),
    )
    const items = manifests.flatMap(({ output, deleted = [], error }) => [...output, ...deleted, ...error])
    expect(items.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['Patient', 'Observation', 'OperationOutcome', 'Bundle', undefined]),
    )
    const onlyPatients = as('system/Patient.rs')
    const onlyObservations = as('system/Observation.rs')
    const vitals = as('system/Observation.rs?category=vital-signs')
    for (const { url, type } of items) {
      expect((await all(pathOf(url))).status).toBe(200)
      expect((await onlyPatients(pathOf(url))).status).toBe(type === 'Patient' ? 200 : 403)
      expect((await onlyObservations(pathOf(url))).status).toBe(type === 'Observation' ? 200 : 403)
      expect((await vitals(pathOf(url))).status).toBe(403)
      const alias = pathOf(url).replace('$export-file', '$exportfilerequest')
      expect((await vitals(alias)).status).toBe(403)
      expect((await vitals(pathOf(url), { headers: { range: 'bytes=0-1' } })).status).toBe(403)
      expect((await vitals(pathOf(url), { method: 'HEAD' })).status).toBe(403)
    }
  })

  test('of a page of a manifest too', async () => {
    const all = as('system/Patient.rs system/Observation.rs')
    const status = await run(all, '$export?allowPartialManifests=true')
    expect((await all(`${status}?page=1`)).status).toBe(200)
    await refusedAs(await as('system/Patient.rs')(`${status}?page=1`))
  })

  test('with labels those labels, or none', async () => {
    const labelled = (...tokens: readonly string[]) => {
      const { grants, ...principal } = clientWith('system/*.rs')
      const labels = tokens.map((token) => ({ token, rights: ['r', 's'] as const }))
      return h.as({ ...principal, grants: { ...grants, labels } })
    }
    const status = await run(labelled('x|N'), '$export')
    for (const request of [labelled('x|N'), labelled('x|R', 'x|N'), as('system/*.rs')])
      expect((await request(status)).status).toBe(200)
    for (const request of [labelled('x|R'), labelled('y|N'), as('system/Patient.rs')])
      await refusedAs(await request(status))
    const unlabelled = await run(as('system/*.rs'), '$export')
    await refusedAs(await labelled('x|N')(unlabelled))
  })

  test('but not of an administrator, who sees all jobs', async () => {
    const status = await run(as('system/Patient.rs'), '$export')
    const { output } = await manifestOf(h.as(administrator()), status)
    expect((await h.as(administrator())(pathOf(output[0]?.url ?? ''))).status).toBe(200)
  })
})

describe('A job of another client', () => {
  const other = { clientId: 'client-2', name: 'Client Two' }

  test('is as unknown as one that never was, by every route', async () => {
    const [own, foreign] = [as('system/*.rs'), as('system/*.rs', other)]
    const status = await run(own, '$export?_type=Patient')
    const file = pathOf((await manifestOf(own, status)).output[0]?.url ?? '')
    const never = status.replace(/\d{3}$/, '999')
    for (const [path, absent, init] of [
      [status, never, {}],
      [status, never, { method: 'DELETE' }],
      [`${status}?page=1`, `${never}?page=1`, {}],
      [`/fhir/$exportstatus?_id=${status.split('/').at(-1)}`, '/fhir/$exportstatus?_id=x', {}],
      [file, file.replace('Patient-1', 'Patient-9'), {}],
      [file, file.replace(/\d{3}\/Patient-1/, '999/Patient-1'), {}],
    ] as const) {
      const [answer, unknown] = [await foreign(path, init), await foreign(absent, init)]
      expect(answer.status).toBe(404)
      expect(await answer.text()).toBe(await unknown.text())
      expect([...answer.headers]).toEqual([...unknown.headers])
    }
    expect((await own(status)).status).toBe(200)
  })

  test('is not told of by a scope that does not cover it either', async () => {
    const status = await run(as('system/*.rs'), '$export')
    expect((await as('system/Patient.rs', other)(status)).status).toBe(404)
    expect((await as('system/Patient.rs', other)(status, { method: 'DELETE' })).status).toBe(404)
  })

  test('is that of an administrator too, and of nobody', async () => {
    const ofAdministrator = await run(h.as(administrator()), '$export')
    for (const request of [as('system/*.rs'), as('system/*.cruds', other)])
      expect((await request(ofAdministrator)).status).toBe(404)
    expect((await h.as(administrator())(ofAdministrator)).status).toBe(200)
  })

  test('is not on the list of exports, nor behind any place of it', async () => {
    const [own, foreign] = [as('system/*.rs'), as('system/Patient.rs', other)]
    const ids: string[] = []
    for (const request of [own, foreign, own, h.as(administrator()), foreign])
      ids.push((await run(request, '$export')).split('/').at(-1) ?? '')
    const listed = async (request: Harness['request']) => {
      const found: string[] = []
      for (let path: string | undefined = '/fhir/$export-status?_count=1'; path !== undefined; ) {
        const { exports, link } = await (await request(path)).json()
        found.push(...exports.map(({ id }: { id: string }) => id))
        path = link[0] === undefined ? undefined : link[0].url.slice(new URL(link[0].url).origin.length)
      }
      return found
    }
    expect(await listed(own)).toEqual([ids[2], ids[0]])
    expect(await listed(foreign)).toEqual([ids[4], ids[1]])
    expect(await listed(as('system/*.rs', { clientId: 'client-3' }))).toEqual([])
    expect(await listed(h.as(administrator()))).toEqual(ids.toReversed())
  })

  test('cannot be found by its Idempotency-Key', async () => {
    const key = { headers: { 'idempotency-key': 'k' } }
    const [own, foreign] = [as('system/*.rs'), as('system/*.rs', other)]
    const first = await statusOf(await own('/fhir/$export', key))
    const second = await statusOf(await foreign('/fhir/$export', key))
    const third = await statusOf(await h.as(administrator())('/fhir/$export', key))
    expect(new Set([first, second, third]).size).toBe(3)
    expect(await statusOf(await own('/fhir/$export', key))).toBe(first)
    expect(await statusOf(await foreign('/fhir/$export', key))).toBe(second)
    expect((await foreign('/fhir/$export?_type=Patient', key)).status).toBe(422)
    // What stands behind the key of a client is no key that anybody can send.
    for (const guessed of ['client-1\\nk', 'client-1 k'])
      expect(
        (await h.as(administrator())('/fhir/$export', { headers: { 'idempotency-key': guessed } })).status,
      ).toBe(400)
  })

  test('cannot be continued', async () => {
    const id = (await run(as('system/*.rs'), '$export')).split('/').at(-1) ?? ''
    const never = id.replace(/\d{3}$/, '999')
    const [known, unknown] = await Promise.all(
      [id, never].map(async (each) =>
        (
          await expectOutcome(
            await as('system/*.rs', other)(`/fhir/$export?_since=job:${each}`),
            400,
            'invalid',
          )
        ).replace(each, ''),
      ),
    )
    expect(known).toBe(unknown)
    expect((await as('system/*.rs')(`/fhir/$export?_since=job:${id}`)).status).toBe(202)
    expect((await h.as(administrator())(`/fhir/$export?_since=job:${id}`)).status).toBe(202)
  })
})

describe('An Idempotency-Key', () => {
  test('with a token of another reach is that of another request', async () => {
    const key = { headers: { 'idempotency-key': 'k' } }
    const first = await statusOf(await as('system/Patient.rs')('/fhir/$export', key))
    expect((await as('system/Patient.rs system/Observation.rs')('/fhir/$export', key)).status).toBe(422)
    expect((await as('system/Patient.rs?gender=male')('/fhir/$export', key)).status).toBe(422)
    expect(await statusOf(await as('system/Patient.read')('/fhir/$export', key))).toBe(first)
    const other = { headers: { 'idempotency-key': 'other' } }
    const [one, two] = ['system/Patient.rs?gender=male', 'system/Observation.cruds?status=final']
    const second = await statusOf(await as(`${one} ${two}`)('/fhir/$export', other))
    expect(await statusOf(await as(`${two} ${one}`)('/fhir/$export', other))).toBe(second)
    expect(await statusOf(await as('system/*.rs')('/fhir/$export?_type=Patient', key))).toBe(first)
  })
})

describe('A chain by _since=job:<id>', () => {
  test.each([
    ['system/Patient.rs', 'system/Patient.rs', '$export', undefined],
    ['system/*.rs', 'system/Patient.rs', '$export', undefined],
    ['system/Observation.rs', 'system/Observation.rs?category=laboratory', '$export', undefined],
    [
      'system/Observation.rs?category=laboratory',
      'system/Observation.rs?category=laboratory&status=final',
      '$export',
      undefined,
    ],
    ['system/Patient.rs', 'system/*.rs', '$export', 'it was not about all types'],
    [
      'system/Patient.rs',
      'system/Patient.rs system/Observation.rs',
      '$export',
      'it was not about Observation',
    ],
    [
      'system/Observation.rs?category=laboratory',
      'system/Observation.rs',
      '$export',
      'it was allowed to bring less',
    ],
    [
      'system/Observation.rs?category=laboratory',
      'system/Observation.rs?category=vital-signs',
      '$export',
      'it was allowed to bring less',
    ],
    ['system/*.rs?_tag=x', 'system/*.rs', 'Patient/$export', 'it was allowed to bring less'],
    ['system/*.rs?_tag=x', 'system/*.rs?_tag=x', 'Patient/$export', undefined],
  ])('rests on a job that was allowed as much: %s, then %s, %s', async (began, later, path, reason) => {
    const id = (await run(as(began), path)).split('/').at(-1)
    for (const dryRun of ['', '&_dryRun=true']) {
      const answer = await as(later)(`/fhir/${path}?_since=job:${id}${dryRun}`)
      if (reason === undefined) expect(answer.status).toBe(dryRun === '' ? 202 : 200)
      else expect(await expectOutcome(answer, 400, 'invalid')).toContain(reason)
    }
  })
})

describe('What is granted is frozen in the job', () => {
  test('and does not come back with another process, nor go with it', async () => {
    const request = as('system/Observation.rs?category=laboratory')
    const status = await statusOf(await request('/fhir/$export'))
    await h.load([observation('late', 'p', 'laboratory')])
    while (await h.tick()) h.clock.advance(0)
    const { output } = await manifestOf(request, status)
    const text = await (await request(pathOf(output[0]?.url ?? ''))).text()
    expect(linesOf(text).map(({ id }) => id)).toEqual(['lab'])
    const [job] = await jobs()
    expect(JSON.parse(job?.parameters ?? '').authorization).toEqual({
      scopes: [{ type: 'Observation', rights: ['r', 's'], query: 'category=laboratory', version: 2 }],
    })
    expect(job?.client_id).toBe('client-1')
  })
})

describe('With AUTH=open', () => {
  test('everybody sees all jobs', async () => {
    const open = await createHarness()
    await open.load([{ resourceType: 'Patient', id: 'p' }])
    for (const request of [
      open.request,
      open.as(clientWith('system/Patient.rs')),
      open.as(administrator()),
    ]) {
      const status = await statusOf(await request('/fhir/$export'))
      const done: Manifest = await (await open.finish(status)).json()
      expect((await open.request(pathOf(done.output[0]?.url ?? ''))).status).toBe(200)
    }
    expect((await (await open.request('/fhir/$export-status')).json()).exports).toHaveLength(3)
    open.close()
  })
})

describe('A client bound to storages', () => {
  test('exports only where one of them is the one there is', async () => {
    const elsewhere = await as('system/*.rs', { destinations: ['archive'] })('/fhir/$export')
    expect(await expectOutcome(elsewhere, 403, 'forbidden')).toMatch('no files in the storage "default"')
    expect((await as('system/*.rs', { destinations: ['archive', 'default'] })('/fhir/$export')).status).toBe(
      202,
    )
  })
})

describe('A client bound to Groups', () => {
  const bound = () => as('system/*.cruds', { groupIds: ['g'] })

  test('exports them, and nothing at another level', async () => {
    expect((await bound()('/fhir/Group/g/$export')).status).toBe(202)
    for (const path of ['$export', 'Patient/$export'])
      expect(await expectOutcome(await bound()(`/fhir/${path}`), 403, 'forbidden')).toMatch('its Groups only')
    const listed = await post(bound(), 'Patient/$export', patients('p'))
    await expectOutcome(listed, 403, 'forbidden')
    await expectOutcome(await bound()('/fhir/$export?_dryRun=true'), 403, 'forbidden')
  })

  test('reads and finds them one by one, and no resource of anybody', async () => {
    expect((await bound()('/fhir/Group/g')).status).toBe(200)
    expect((await bound()('/fhir/Group/other')).status).toBe(404)
    const found = await (await bound()('/fhir/Group?_total=accurate')).json()
    expect([found.total, found.entry[0].resource.id]).toEqual([1, 'g'])
    for (const path of [
      'Patient/p',
      'Patient',
      'Observation/lab',
      'Observation/lab/_history',
      'Practitioner/d',
    ])
      expect([path, (await bound()(`/fhir/${path}`)).status]).toEqual([path, 403])
    const deleted = await bound()('/fhir/Group/g', { method: 'DELETE' })
    expect(deleted.status).toBe(403)
    const none = as('system/*.rs', { groupIds: [] })
    expect((await none('/fhir/Group/g')).status).toBe(403)
  })

  test('opens what is attached to what it may export', async () => {
    await h.load([
      { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: 'aGVsbG8=' },
      { resourceType: 'Binary', id: 'loose', contentType: 'text/plain', data: 'aGVsbG8=' },
      {
        resourceType: 'DocumentReference',
        id: 'd',
        status: 'current',
        subject: { reference: 'Patient/p' },
        content: [{ attachment: { contentType: 'text/plain', url: 'Binary/b' } }],
      },
    ])
    expect(await (await bound()('/fhir/Binary/b')).text()).toBe('hello')
    expect((await bound()('/fhir/Binary/loose')).status).toBe(403)
  })

  test('opens nothing that is attached to what is of others than their members', async () => {
    const document = (id: string, subject?: string) => ({
      resourceType: 'DocumentReference',
      id,
      status: 'current',
      category: [{ coding: [{ code: 'ours' }] }],
      ...(subject && { subject: { reference: subject } }),
      content: [{ attachment: { contentType: 'text/plain', url: `Binary/${id}` } }],
    })
    const person = (resourceType: string, id: string) => ({
      resourceType,
      id,
      photo: [{ contentType: 'text/plain', url: `Binary/${id}` }],
    })
    await h.load([
      ...['a', 'b', 'c', 'nested', 'stranger', 'doctor'].map((id) => ({
        resourceType: 'Binary',
        id,
        contentType: 'text/plain',
        data: 'aGVsbG8=',
      })),
      { resourceType: 'Patient', id: 'nested' },
      person('Patient', 'stranger'),
      person('Practitioner', 'doctor'),
      {
        ...group('g', 'ours', 'p'),
        member: ['Patient/p', 'Group/in'].map((reference) => ({ entity: { reference } })),
      },
      group('in', 'ours', 'nested'),
      document('a', 'Patient/p'),
      document('b', 'Patient/stranger'),
      document('c'),
      document('nested', 'Patient/nested'),
    ])
    const opened = async (request: Harness['request']) => {
      const ids: string[] = []
      for (const id of ['a', 'b', 'c', 'nested', 'stranger', 'doctor'])
        if ((await request(`/fhir/Binary/${id}`)).status === 200) ids.push(id)
      return ids
    }
    expect(await opened(bound())).toEqual(['a', 'nested', 'doctor'])
    const constrained = 'system/Group.rs system/DocumentReference.rs?category=ours'
    expect(await opened(as(constrained, { groupIds: ['g'] }))).toEqual(['a', 'nested'])
    expect(await opened(as('system/*.rs', { groupIds: ['in'] }))).toEqual(['nested', 'doctor'])
    expect(await opened(as('system/*.rs', { groupIds: [] }))).toEqual(['doctor'])
    const left = {
      resourceType: 'Parameters',
      parameter: [{ name: 'patientReference', valueReference: { reference: 'Patient/p' } }],
    }
    const removed = await h.as(administrator())('/fhir/Group/g/$member-remove', {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(left),
    })
    expect(removed.status).toBe(200)
    expect(await opened(bound())).toEqual(['nested', 'doctor'])
  })
})
