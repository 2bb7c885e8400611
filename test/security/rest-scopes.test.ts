import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Principal } from '../../worker/auth/principal.ts'
import { putResource } from '../../worker/ingest/put-resource.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'

/** SPEC T-23, T-25, T-26 at REST: each interaction takes its own right, and what is out of reach is as if it were not there. */

let h: Harness
beforeEach(async () => {
  h = await createHarness()
})
afterEach(() => h.close())

const canary = 'canary-4711'
const category = (code: string) => [
  { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] },
]
const lab = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: category('laboratory'),
  code: { text: 'Glucose' },
  ...more,
})
const social = (id: string, more: object = {}) =>
  lab(id, { category: category('social-history'), code: { text: canary }, ...more })

const json = { 'content-type': 'application/fhir+json' }
type Ask = (
  method: string,
  path: string,
  body?: object,
  headers?: Readonly<Record<string, string>>,
) => Promise<Response>
const askAs = (principal: Principal): Ask => {
  const request = h.as(principal)
  return (method, path, body, headers = {}) =>
    request(`/fhir/${path}`, {
      method,
      headers: { ...(body === undefined ? {} : json), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
}
const withScopes = (scopes: string): Ask => askAs(clientWith(scopes))
const labOnly = (rights: string): Ask => withScopes(`system/Observation.${rights}?category=laboratory`)

/** Answers are told apart by all that a client sees of them, but for the names that it has given itself. */
const seen = async (answer: Promise<Response> | Response, ...names: readonly string[]) => {
  const response = await answer
  let text = await response.text()
  for (const name of names) text = text.replaceAll(`/${name}`, '/NAME')
  const headers = [...response.headers].filter(([name]) => name !== 'content-length')
  return { status: response.status, text, headers }
}
const parameters = {
  resourceType: 'Parameters',
  parameter: [{ name: 'patientReference', valueReference: { reference: 'Patient/p' } }],
}

describe('An interaction', () => {
  const interactions: readonly (readonly [
    name: string,
    right: string,
    ask: (ask: Ask) => Promise<Response>,
  ])[] = [
    ['read', 'Patient.r', (ask) => ask('GET', 'Patient/p')],
    ['read by HEAD', 'Patient.r', (ask) => ask('HEAD', 'Patient/p')],
    ['vread', 'Patient.r', (ask) => ask('GET', 'Patient/p/_history/1')],
    ['history', 'Patient.r', (ask) => ask('GET', 'Patient/p/_history')],
    ['search', 'Patient.rs', (ask) => ask('GET', 'Patient?active=true')],
    ['search by POST', 'Patient.rs', (ask) => ask('POST', 'Patient/_search')],
    ['create', 'Patient.c', (ask) => ask('POST', 'Patient', { resourceType: 'Patient' })],
    ['update', 'Patient.u', (ask) => ask('PUT', 'Patient/p', { resourceType: 'Patient', id: 'p' })],
    ['delete', 'Patient.d', (ask) => ask('DELETE', 'Patient/p')],
    ['member-add', 'Group.u', (ask) => ask('POST', 'Group/g/$member-add', parameters)],
    ['member-remove', 'Group.u', (ask) => ask('POST', 'Group/g/$member-remove', parameters)],
  ]
  const load = async () => {
    await h.put({ resourceType: 'Patient', id: 'p' })
    await h.load([{ resourceType: 'Group', id: 'g', type: 'person', actual: true }])
  }

  test.each(interactions)(
    'of kind %s is done with system/%s, and with all rights but those is refused',
    async (_, right, ask) => {
      await load()
      const [type = '', needed = ''] = right.split('.')
      for (const missing of needed) {
        const others = [...'cruds'].filter((each) => each !== missing).join('')
        for (const scopes of [`system/${type}.${others}`, `system/Observation.cruds`]) {
          const response = await ask(withScopes(scopes))
          expect(response.status).toBe(403)
          expect(response.headers.get('www-authenticate')).toContain('error="insufficient_scope"')
          const text = await response.text()
          if (text !== '') expect(text).toContain(`system/${right}`)
        }
      }
      expect((await ask(withScopes(`system/${right}`))).status).toBeLessThan(300)
    },
  )

  test.each(interactions)(
    'of kind %s is answered alike to who may do all and where no token is asked for',
    async (_name, _right, ask) => {
      await load()
      const open: Ask = (method, path, body, headers = {}) =>
        h.request(`/fhir/${path}`, {
          method,
          headers: { ...(body === undefined ? {} : json), ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
      expect((await ask(askAs(administrator('admin')))).status).toBeLessThan(300)
      expect((await ask(open)).status).toBeLessThan(300)
      expect((await ask(askAs(administrator('viewer')))).status).toBe(403)
      expect((await ask(askAs(clientWith('system/*.cruds', { grants: { scopes: [] } })))).status).toBe(403)
    },
  )

  test('takes the words of version 1 as those of version 2', async () => {
    await load()
    const reads = withScopes('system/Patient.read')
    expect((await reads('GET', 'Patient')).status).toBe(200)
    expect((await reads('DELETE', 'Patient/p')).status).toBe(403)
    const writes = withScopes('system/*.write')
    expect((await writes('GET', 'Patient/p')).status).toBe(403)
    expect((await writes('PUT', 'Patient/new', { resourceType: 'Patient', id: 'new' })).status).toBe(201)
  })

  test('says nothing by its 403 of what there is', async () => {
    await load()
    const ask = withScopes('system/Observation.rs')
    for (const path of ['', '/_history', '/_history/1'])
      expect(await seen(ask('GET', `Patient/p${path}`))).toEqual(
        await seen(ask('GET', `Patient/none${path}`)),
      )
  })
})

describe('What does not satisfy the constraint of a scope', () => {
  beforeEach(async () => {
    await h.load([lab('in'), social('out'), lab('gone'), social('lost')])
    await h.remove('Observation/gone')
    await h.remove('Observation/lost')
  })

  test.each(['', '/_history', '/_history/1', '/_history/2', '/_history/99'])(
    'is at Observation/out%s as if it had never been',
    async (path) => {
      const ask = labOnly('cruds')
      for (const id of ['out', 'lost'])
        for (const method of ['GET', 'HEAD'])
          expect(await seen(ask(method, `Observation/${id}${path}`), id)).toEqual(
            await seen(ask(method, `Observation/never${path}`), 'never'),
          )
      expect((await ask('GET', `Observation/out${path}`)).status).toBe(404)
    },
  )

  test('is no conditional read either, while what satisfies it is', async () => {
    const ask = labOnly('rs')
    const condition = { 'if-none-match': 'W/"1"' }
    expect((await ask('GET', 'Observation/in', undefined, condition)).status).toBe(304)
    expect((await ask('GET', 'Observation/out', undefined, condition)).status).toBe(404)
  })

  test('is told from what was deleted: 410 is for what could be read before', async () => {
    const ask = labOnly('rs')
    await expectOutcome(await ask('GET', 'Observation/gone'), 410, 'deleted')
    await expectOutcome(await ask('GET', 'Observation/gone/_history/2'), 410, 'deleted')
    expect((await ask('GET', 'Observation/gone/_history/1')).status).toBe(200)
  })

  test('is left out of a history, version by version, and so is the delete of it', async () => {
    await h.put(social('in')) // 2
    await h.remove('Observation/in') // 3
    await h.put(lab('in')) // 4
    await h.remove('Observation/in') // 5
    await h.put(social('in')) // 6
    const ask = labOnly('r')
    const versions = async (query = '') => {
      const bundle = await (await ask('GET', `Observation/in/_history${query}`)).json()
      expect(JSON.stringify(bundle)).not.toContain(canary)
      const entries: readonly { response: { etag: string } }[] = bundle.entry ?? []
      return { etags: entries.map(({ response }) => response.etag), link: bundle.link, total: bundle.total }
    }
    expect((await versions()).etags).toEqual(['W/"5"', 'W/"4"', 'W/"1"'])
    expect((await versions()).total).toBeUndefined()
    const first = await versions('?_count=2')
    expect(first.etags).toEqual(['W/"5"', 'W/"4"'])
    expect(first.link[1].url).toMatch(/_before=4$/)
    const second = await versions('?_count=2&_before=4')
    expect(second.etags).toEqual(['W/"1"'])
    expect(second.link).toHaveLength(1)
    expect((await versions('?_since=2099-01-01')).etags).toEqual([])
    expect((await versions('?_before=1')).etags).toEqual([])
    expect((await ask('GET', 'Observation/in')).status).toBe(404)
    expect((await ask('GET', 'Observation/in/_history/4')).status).toBe(200)
    expect((await ask('GET', 'Observation/in/_history/6')).status).toBe(404)
    expect((await ask('GET', 'Observation/in/_history/3')).status).toBe(404)
  })

  test('is reached all the same where another scope of the type says so', async () => {
    const both = withScopes(
      'system/Observation.r?category=laboratory system/Observation.r?category=social-history',
    )
    expect((await both('GET', 'Observation/out')).status).toBe(200)
    const all = withScopes('system/Observation.rs?category=laboratory system/*.r')
    expect((await all('GET', 'Observation/out')).status).toBe(200)
    expect(await (await all('GET', 'Observation')).text()).not.toContain(canary)
  })

  test('is not reached by the rights of one scope and the constraint of another', async () => {
    const ask = withScopes(
      'system/Observation.r?category=laboratory system/Observation.u?category=social-history',
    )
    expect((await ask('PUT', 'Observation/in', social('in'))).status).toBe(404)
    expect((await ask('GET', 'Observation/out')).status).toBe(404)
    const split = withScopes('system/Observation.r?category=laboratory system/Observation.s')
    expect((await split('GET', 'Observation')).status).toBe(403)
  })
})

describe('A write under a constraint', () => {
  beforeEach(async () => {
    await h.load([lab('in'), social('out'), lab('gone'), social('lost')])
    await h.remove('Observation/gone')
    await h.remove('Observation/lost')
  })
  const stays = async (id: string, version: number) =>
    expect((await h.request(`/fhir/Observation/${id}`)).headers.get('etag')).toBe(`W/"${version}"`)

  test('creates what satisfies it, and nothing else', async () => {
    const ask = labOnly('c')
    expect((await ask('POST', 'Observation', lab('x'))).status).toBe(201)
    await expectOutcome(await ask('POST', 'Observation', social('x')), 403, 'forbidden')
    expect((await ask('PUT', 'Observation/new', lab('new'))).status).toBe(201)
    expect((await ask('PUT', 'Observation/other', social('other'))).status).toBe(403)
    expect((await ask('PUT', 'Observation/in', lab('in'))).status).toBe(403)
    expect((await h.request('/fhir/Observation/other')).status).toBe(404)
    await stays('in', 1)
  })

  test('changes what satisfied it before into what satisfies it still', async () => {
    const ask = labOnly('u')
    expect((await ask('PUT', 'Observation/in', lab('in', { x: 1 }))).status).toBe(200)
    expect((await ask('PUT', 'Observation/in', social('in'))).status).toBe(403)
    await stays('in', 2)
    expect((await ask('PUT', 'Observation/in', lab('in'), { 'if-match': 'W/"1"' })).status).toBe(412)
    expect((await ask('PUT', 'Observation/in', lab('in'), { 'if-match': 'W/"2"' })).status).toBe(200)
  })

  test.each([{}, { 'if-match': 'W/"1"' }, { 'if-match': 'W/"7"' }, { 'if-none-match': '*' }])(
    'does not tell by %o what is out of its reach from what is not there',
    async (headers) => {
      const ask = labOnly('ruds')
      for (const id of ['out', 'lost'])
        for (const body of [lab, social])
          expect(await seen(ask('PUT', `Observation/${id}`, body(id), headers), id)).toEqual(
            await seen(ask('PUT', 'Observation/never', body('never'), headers), 'never'),
          )
      expect((await ask('PUT', 'Observation/out', lab('out'), headers)).status).toBe(404)
      if ('if-none-match' in headers) return
      expect(await seen(ask('DELETE', 'Observation/out', undefined, headers), 'out')).toEqual(
        await seen(ask('DELETE', 'Observation/never', undefined, headers), 'never'),
      )
      expect((await ask('DELETE', 'Observation/out', undefined, headers)).status).toBe(404)
      await stays('out', 1)
    },
  )

  test('does not overwrite what is out of its reach, nor bring back what was', async () => {
    const ask = labOnly('cruds')
    for (const id of ['out', 'lost']) {
      expect((await ask('PUT', `Observation/${id}`, lab(id))).status).toBe(404)
      expect((await ask('PUT', `Observation/${id}`, lab(id), { 'if-none-match': '*' })).status).toBe(404)
    }
    expect((await ask('PUT', 'Observation/gone', lab('gone'))).status).toBe(201)
    expect((await h.request('/fhir/Observation/lost')).status).toBe(410)
    await stays('out', 1)
  })

  test('deletes what satisfies it, and may do so twice', async () => {
    const ask = labOnly('d')
    expect((await ask('DELETE', 'Observation/in', undefined, { 'if-match': 'W/"4"' })).status).toBe(412)
    expect((await ask('DELETE', 'Observation/in')).status).toBe(204)
    expect((await ask('DELETE', 'Observation/in')).status).toBe(204)
    expect((await h.request('/fhir/Observation/in')).status).toBe(410)
  })

  test('takes the right to create where a PUT creates, and the right to update where it does not', async () => {
    const updates = withScopes('system/Observation.u')
    const refused = await updates('PUT', 'Observation/new', lab('new'))
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('system/Observation.c')
    expect((await updates('PUT', 'Observation/out', lab('out'))).status).toBe(200)
    const creates = withScopes('system/Observation.c')
    expect((await creates('PUT', 'Observation/in', lab('in'))).status).toBe(403)
    expect((await creates('PUT', 'Observation/in', lab('in'), { 'if-match': 'W/"1"' })).status).toBe(403)
    expect((await creates('PUT', 'Observation/new', lab('new'))).status).toBe(201)
    await stays('in', 1)
  })

  test('holds on to what it has looked at: what others make of it meanwhile is looked at again', async () => {
    const { db } = h.deps
    let isFirst = true
    const batch: typeof db.batch = async (statements) => {
      if (isFirst) {
        isFirst = false
        await h.put(social('in'))
      }
      return db.batch(statements)
    }
    const deps = { ...h.deps, db: { ...db, batch } }
    const { grants } = clientWith('system/Observation.u?category=laboratory')
    const text = JSON.stringify(lab('in'))
    await expect(putResource(deps, grants, 'Observation', 'in', text)).rejects.toMatchObject({
      code: 'not-found',
    })
    await stays('in', 2)
  })
})

describe('Security labels', () => {
  const confidential = { meta: { security: [{ system: 'http://labels.example', code: 'research' }] } }
  const labelled = (rights: readonly ('c' | 'r' | 'u' | 'd' | 's')[]) => {
    const client = clientWith('system/*.cruds')
    const labels = [{ token: 'http://labels.example|research', rights }]
    return askAs({ ...client, grants: { ...client.grants, labels } })
  }

  test('limit every interaction to what carries one that gives the right', async () => {
    await h.load([lab('tagged', confidential), lab('plain', { code: { text: canary } })])
    const ask = labelled(['r', 's'])
    expect((await ask('GET', 'Observation/tagged')).status).toBe(200)
    expect((await ask('GET', 'Observation/plain')).status).toBe(404)
    const found = await (await ask('GET', 'Observation?_total=accurate')).json()
    expect(found.total).toBe(1)
    expect(JSON.stringify(found)).not.toContain(canary)
    expect((await ask('PUT', 'Observation/tagged', lab('tagged', confidential))).status).toBe(403)
  })

  test('must be on what is written, before and after', async () => {
    await h.load([lab('tagged', confidential), lab('plain')])
    const ask = labelled(['c', 'u', 'd'])
    expect((await ask('PUT', 'Observation/tagged', lab('tagged', confidential))).status).toBe(200)
    expect((await ask('PUT', 'Observation/tagged', lab('tagged'))).status).toBe(403)
    expect((await ask('PUT', 'Observation/plain', lab('plain', confidential))).status).toBe(404)
    expect((await ask('POST', 'Observation', lab('x'))).status).toBe(403)
    expect((await ask('POST', 'Observation', lab('x', confidential))).status).toBe(201)
    expect((await ask('DELETE', 'Observation/plain')).status).toBe(404)
  })

  test('open nothing where there are none', async () => {
    await h.load([lab('plain')])
    const client = clientWith('system/*.cruds')
    const ask = askAs({ ...client, grants: { ...client.grants, labels: [] } })
    expect((await ask('GET', 'Observation/plain')).status).toBe(403)
    expect((await ask('GET', 'Observation')).status).toBe(403)
  })
})

describe('Members of a Group', () => {
  const group = (id: string, code: string) => ({
    resourceType: 'Group',
    id,
    type: 'person',
    actual: true,
    code: { coding: [{ system: 'http://groups.example', code }] },
  })
  const scope = 'system/Group.u?code=http://groups.example|mine'
  beforeEach(async () => {
    await h.load([
      group('mine', 'mine'),
      group('theirs', 'theirs'),
      group('lost', 'theirs'),
      group('gone', 'mine'),
    ])
    await h.load([{ resourceType: 'Patient', id: 'p' }])
    await h.remove('Group/lost')
    await h.remove('Group/gone')
  })

  test('are changed of Groups within reach only', async () => {
    const ask = withScopes(scope)
    expect((await ask('POST', 'Group/mine/$member-add', parameters)).status).toBe(200)
    for (const operation of ['$member-add', '$member-remove'])
      for (const headers of [{}, { 'if-match': 'W/"1"' }, { 'if-match': 'W/"9"' }])
        for (const id of ['theirs', 'lost'])
          expect(await seen(ask('POST', `Group/${id}/${operation}`, parameters, headers), id)).toEqual(
            await seen(ask('POST', `Group/never/${operation}`, parameters, headers), 'never'),
          )
    expect((await ask('POST', 'Group/theirs/$member-add', parameters)).status).toBe(404)
    expect((await ask('POST', 'Group/gone/$member-add', parameters)).status).toBe(410)
    expect((await h.request('/fhir/Group/theirs')).headers.get('etag')).toBe('W/"1"')
  })

  test('do not tell who may not read Patients which of them there are', async () => {
    const of = (id: string) => ({
      ...parameters,
      parameter: [{ name: 'patientReference', valueReference: { reference: `Patient/${id}` } }],
    })
    const ask = withScopes(`${scope} system/Patient.r?active=true`)
    const there = await ask('POST', 'Group/mine/$member-add', of('p'))
    const absent = await ask('POST', 'Group/mine/$member-add', of('none'))
    expect([there.status, absent.status]).toEqual([200, 200])
    const all = withScopes(`${scope} system/Patient.r`)
    expect((await all('POST', 'Group/mine/$member-add', of('nobody'))).status).toBe(400)
  })

  test('may not be what brings a Group into reach, or out of it', async () => {
    const ask = withScopes('system/Group.u?member=Patient/p')
    await h.load([{ ...group('mine', 'mine'), member: [{ entity: { reference: 'Patient/p' } }] }])
    expect((await ask('POST', 'Group/mine/$member-remove', parameters)).status).toBe(403)
    expect((await ask('POST', 'Group/theirs/$member-add', parameters)).status).toBe(404)
  })
})

describe('Definitions', () => {
  test('of our own operations are for everybody, stored ones for who may read them', async () => {
    const stranger = await createSmartHarness()
    try {
      expect((await stranger.request('/fhir/metadata')).status).toBe(200)
      expect((await stranger.request('/fhir/OperationDefinition/export')).status).toBe(200)
      expect((await stranger.request('/fhir/OperationDefinition/other')).status).toBe(401)
      await stranger.load([{ resourceType: 'OperationDefinition', id: 'export', title: canary }])
      expect((await stranger.request('/fhir/OperationDefinition/export')).status).toBe(401)
      const ask = stranger.as(clientWith('system/Patient.rs'))
      expect((await ask('/fhir/OperationDefinition/export')).status).toBe(403)
      expect((await ask('/fhir/OperationDefinition/export-status')).status).toBe(200)
    } finally {
      stranger.close()
    }
  })
})
