import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { processBundle } from '../../worker/ingest/process-bundle.ts'
import { bundleText, type TestEntry } from '../support/bundles.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { clientWith } from '../support/principals.ts'

/** SPEC T-29: a batch or transaction is no way around scopes; each entry takes what it would take by itself. */

const canary = 'canary-4711'
let h: Harness
beforeEach(async () => {
  h = await createHarness()
  await h.load([lab('in'), social('out'), lab('gone'), social('lost'), { resourceType: 'Patient', id: 'p' }])
  await h.remove('Observation/gone')
  await h.remove('Observation/lost')
})
afterEach(() => h.close())

const observation = (id: string, code: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [{ coding: [{ code }] }],
  ...more,
})
const lab = (id: string, more: object = {}) => observation(id, 'laboratory', more)
const social = (id: string) => observation(id, 'social-history', { code: { text: canary } })

const get = (url: string, more: object = {}): TestEntry => ({ request: { method: 'GET', url, ...more } })
const put = (resource: { id: string; resourceType: string }, more: object = {}): TestEntry => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}`, ...more },
})
const post = (resource: { resourceType: string }): TestEntry => ({
  resource,
  request: { method: 'POST', url: resource.resourceType },
})
const remove = (url: string, more: object = {}): TestEntry => ({
  request: { method: 'DELETE', url, ...more },
})

const send = (type: 'batch' | 'transaction', scopes: string, entries: readonly TestEntry[]) =>
  h.as(clientWith(scopes))('/fhir', {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json', prefer: 'return=representation' },
    body: bundleText(type, entries),
  })
const constrained = (rights: string) => `system/Observation.${rights}?category=laboratory`
const etagOf = async (name: string) => (await h.request(`/fhir/${name}`)).headers.get('etag')

describe('A batch', () => {
  const statusesOf = async (scopes: string, entries: readonly TestEntry[]) => {
    const response = await send('batch', scopes, entries)
    const text = await response.text()
    expect(`${response.status} ${text}`).toMatch(/^200 /)
    expect(text).not.toContain(`"text":"${canary}"`)
    const bundle: { entry: readonly { response: { status: string } }[] } = JSON.parse(text)
    return bundle.entry.map(({ response: { status } }) => status.slice(0, 3))
  }

  test('answers each entry by its own right', async () => {
    const entries = [
      get('Patient/p'),
      put(lab('in')),
      post(lab('x')),
      remove('Observation/out'),
      get('Observation/in'),
    ]
    expect(await statusesOf('system/Observation.r', entries)).toEqual(['403', '403', '403', '403', '200'])
    expect(await statusesOf('system/Patient.r', entries)).toEqual(['200', '403', '403', '403', '403'])
    expect(await statusesOf('system/*.cruds', [get('Patient/p'), put(lab('in')), post(lab('x'))])).toEqual([
      '200',
      '200',
      '201',
    ])
  })

  test('keeps to the constraint: what is out of reach is not there', async () => {
    const entries = [
      get('Observation/in'),
      get('Observation/out'),
      get('Observation/out', { ifNoneMatch: 'W/"1"' }),
      { request: { method: 'HEAD', url: 'Observation/out' } },
      get('Observation/out/_history/1'),
      get('Observation/lost'),
      get('Observation/gone'),
      put(lab('in', { x: 1 })),
      put(lab('out')),
      put(lab('out'), { ifNoneMatch: '*' }),
      put(lab('out'), { ifMatch: 'W/"1"' }),
      remove('Observation/out'),
      get('Observation/in'),
      remove('Observation/in'),
    ]
    expect(await statusesOf(constrained('cruds'), entries)).toEqual([
      '200',
      '404',
      '404',
      '404',
      '404',
      '404',
      '410',
      '200',
      '404',
      '404',
      '404',
      '404',
      '200',
      '204',
    ])
    expect(await etagOf('Observation/out')).toBe('W/"1"')
  })

  test('refuses a resource that would leave the constraint, or not come into it', async () => {
    const refused = [
      put({ ...lab('in'), category: [] } as never),
      post({ resourceType: 'Observation' }),
      put({ resourceType: 'Observation', id: 'new' }),
    ]
    expect(await statusesOf(constrained('cruds'), refused)).toEqual(['403', '403', '403'])
    expect(await etagOf('Observation/in')).toBe('W/"1"')
  })
})

describe('A transaction', () => {
  const answer = async (scopes: string, entries: readonly TestEntry[]) => {
    const response = await send('transaction', scopes, entries)
    return { status: response.status, text: await response.text() }
  }

  test.each([
    ['a read', get('Patient/p'), 'Patient.r'],
    ['a create', post({ resourceType: 'Patient' }), 'Patient.c'],
    ['an update', put({ resourceType: 'Patient', id: 'p' }), 'Patient.u'],
    ['a delete', remove('Patient/p'), 'Patient.d'],
  ])('is refused as a whole for %s that may not be', async (_, entry, right) => {
    const { status, text } = await answer('system/Observation.cruds', [put(lab('in', { x: 1 })), entry])
    expect(status).toBe(403)
    expect(text).toContain('Bundle.entry[1]')
    expect(text).toContain(`system/${right}`)
    expect(await etagOf('Observation/in')).toBe('W/"1"')
  })

  test('is done as a whole within the constraint', async () => {
    const { status, text } = await answer(constrained('cruds'), [
      put(lab('in', { x: 1 })),
      post(lab('x')),
      put(lab('gone')),
      get('Observation/in'),
      get('Observation/in/_history/1'),
    ])
    expect(`${status} ${text}`).toMatch(/^200 /)
    expect(await etagOf('Observation/in')).toBe('W/"2"')
    const { entry } = JSON.parse(text)
    expect(entry[3].resource).toMatchObject({ x: 1, meta: { versionId: '2' } })
  })

  const beyond: readonly (readonly [string, (id: string) => TestEntry])[] = [
    ['read', (id) => get(`Observation/${id}`)],
    ['conditional read', (id) => get(`Observation/${id}`, { ifNoneMatch: 'W/"1"' })],
    ['vread', (id) => get(`Observation/${id}/_history/1`)],
    ['update', (id) => put(lab(id))],
    ['update with If-Match', (id) => put(lab(id), { ifMatch: 'W/"1"' })],
    ['update with another If-Match', (id) => put(lab(id), { ifMatch: 'W/"8"' })],
    ['update with If-None-Match', (id) => put(lab(id), { ifNoneMatch: '*' })],
    ['delete', (id) => remove(`Observation/${id}`)],
    ['delete with If-Match', (id) => remove(`Observation/${id}`, { ifMatch: 'W/"1"' })],
  ]
  test.each(beyond)('does not tell by a %s what is out of reach from what is not there', async (_, entry) => {
    const others = [[], [put(lab('in'), { ifMatch: 'W/"9"' })], [get('Observation/nowhere')]]
    for (const more of others)
      for (const id of ['out', 'lost']) {
        const hidden = await answer(constrained('ruds'), [entry(id), ...more])
        const never = await answer(constrained('ruds'), [entry('never'), ...more])
        expect({ ...hidden, text: hidden.text.replaceAll(`/${id}`, '/never') }).toEqual(never)
        expect(hidden.status).toBe(404)
      }
    expect(await etagOf('Observation/out')).toBe('W/"1"')
    expect(await etagOf('Observation/in')).toBe('W/"1"')
  })

  test('is refused where it would write what does not satisfy the constraint', async () => {
    for (const entry of [
      post({ resourceType: 'Observation' }),
      put({ resourceType: 'Observation', id: 'in' }),
    ])
      expect((await answer(constrained('cruds'), [entry])).status).toBe(403)
    expect(await etagOf('Observation/in')).toBe('W/"1"')
  })

  test('does not read back what it may write but not read', async () => {
    const scopes = 'system/Observation.u system/Observation.r?category=laboratory'
    const { status } = await answer(scopes, [put(social('out')), get('Observation/out')])
    expect(status).toBe(404)
    expect(await etagOf('Observation/out')).toBe('W/"1"')
  })

  test.each([
    ['read', get('Observation/in')],
    ['change', put(lab('in', { x: 1 }))],
    ['delete', remove('Observation/in')],
  ])('looks again at what it is to %s when others have changed it meanwhile', async (_, entry) => {
    const { db } = h.deps
    let isFirst = true
    const batch: typeof db.batch = async (statements) => {
      if (isFirst) {
        isFirst = false
        await h.load([social('in')])
      }
      return db.batch(statements)
    }
    const { grants } = clientWith(constrained('cruds'))
    const work = processBundle(
      { ...h.deps, db: { ...db, batch } },
      grants,
      bundleText('transaction', [entry]),
    )
    await expect(work).rejects.toMatchObject({ code: 'not-found' })
    expect(await etagOf('Observation/in')).toBe('W/"2"')
  })

  test('still tells of the If-Match that does not hold, within reach', async () => {
    const { status, text } = await answer(constrained('cruds'), [put(lab('in'), { ifMatch: 'W/"9"' })])
    expect(status).toBe(412)
    expect(text).toContain('Bundle.entry[0]')
  })
})
