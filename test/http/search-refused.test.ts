import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHarness, type Harness } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeAll(async () => {
  h = await createHarness()
  await h.load([{ resourceType: 'Patient', id: 'p' }])
})
afterAll(() => h.close())

const get = (path: string, headers: Record<string, string> = {}) => h.request(`/fhir/${path}`, { headers })
const form = { 'content-type': 'application/x-www-form-urlencoded' }

describe('A search is refused', () => {
  test.each([
    ['Patient?nothing=x', 'not-supported', '"nothing"'],
    ['Patient?name:foo=x', 'not-supported', '"name:foo"'],
    ['Patient?organization.name=x', 'not-supported', '"organization.name"'],
    ['Patient?_has:Observation:patient:code=x', 'not-supported', '"_has:Observation:patient:code"'],
    ['Patient?_filter=x', 'not-supported', '"_filter"'],
    ['Patient?_text=x', 'not-supported', '"_text"'],
    ['Patient?_revinclude=Observation:subject', 'invalid', '"_revinclude"'],
    ['Patient?_include:iterate=Patient:link', 'invalid', '"_include:iterate"'],
    ['Patient?_contained=true', 'invalid', '"_contained"'],
    ['Patient?birthdate=x', 'invalid', '"birthdate"'],
    ['Patient?name=.', 'invalid', '"name"'],
    ['Patient?name=a%5Cb', 'invalid', '"name"'],
    ['Patient?_count=x', 'invalid', '_count "x"'],
    ['Patient?_count=-1', 'invalid', '_count "-1"'],
    ['Patient?_count=1.5', 'invalid', '_count "1.5"'],
    ['Patient?_count=1&_count=2', 'invalid', '"_count"'],
    ['Patient?_sort=birthdate', 'not-supported', '_sort "birthdate"'],
    ['Patient?_sort=_id,_lastUpdated', 'not-supported', '_sort'],
    ['Patient?_sort=--_id', 'not-supported', '_sort'],
    ['Patient?_total=estimate', 'not-supported', '_total "estimate"'],
    ['Patient?_summary=true', 'not-supported', '_summary "true"'],
    ['Patient?_include=Patient', 'not-supported', '_include "Patient"'],
    ['Patient?_include=*', 'invalid', '_include "*"'],
    ['Patient?_include=Patient:*', 'not-supported', '_include'],
    ['Patient?_include=Patient:name', 'not-supported', '"name" is no reference parameter'],
    ['Patient?_include=Observation:subject', 'invalid', '_include'],
    ['Patient?_include=Patient:link:Nothing', 'invalid', '"Nothing"'],
    ['Patient?_include=Patient:link:Patient:x', 'invalid', '_include'],
    ['Patient?_asOf=99', 'invalid', '_asOf "99"'],
    ['Patient?_asOf=x', 'invalid', '_asOf "x"'],
    ['Patient?_after=x', 'invalid', '_after "x"'],
    ['Patient?_after=1e3', 'invalid', '_after'],
    ['Patient?_sort=_id&_after=a_b', 'invalid', '_after'],
  ])('with 400 for %s, by name', async (path, code, named) => {
    expect(await expectOutcome(await get(path), 400, code)).toContain(named)
    const [type = '', query = ''] = path.split('?')
    const posted = { method: 'POST', body: query, headers: form }
    expect(await expectOutcome(await h.request(`/fhir/${type}/_search`, posted), 400, code)).toContain(named)
  })

  test('with 404 where there is no such type, and of all types at once', async () => {
    expect(await expectOutcome(await get('patient?_id=p'), 404, 'not-found')).toContain(
      'did you mean "Patient"',
    )
    await expectOutcome(await get('Nothing'), 404, 'not-found')
    await expectOutcome(await h.request('/fhir/Nothing/_search', { method: 'POST' }), 404, 'not-found')
    await expectOutcome(await h.request('/fhir/_search', { method: 'POST' }), 404, 'not-found')
  })

  test('with 405 by a method that does not search', async () => {
    for (const [method, path, allow] of [
      ['GET', 'Patient/_search', 'POST'],
      ['PUT', 'Patient/_search', 'POST'],
      ['DELETE', 'Patient/_search', 'POST'],
      ['PUT', 'Patient?_id=p', 'POST, GET, HEAD'],
      ['PATCH', 'Patient?_id=p', 'POST, GET, HEAD'],
      ['DELETE', 'Patient?_id=p', 'POST, GET, HEAD'],
    ] as const) {
      const response = await h.request(`/fhir/${path}`, { method })
      expect(response.headers.get('allow')?.split(', ').sort()).toEqual(allow.split(', ').sort())
      await expectOutcome(response, 405, 'not-supported')
    }
  })

  test('with 406 in another format than JSON', async () => {
    await expectOutcome(await get('Patient', { accept: 'application/fhir+xml' }), 406, 'not-supported')
    await expectOutcome(await get('Patient?_format=xml'), 406, 'not-supported')
    const posted = { method: 'POST', body: '_format=xml', headers: form }
    await expectOutcome(await h.request('/fhir/Patient/_search', posted), 406, 'not-supported')
    expect((await get('Patient?_format=json', { accept: 'application/fhir+xml' })).status).toBe(200)
  })

  test('with 413 and 415 where the form is too large, or none', async () => {
    const post = (body: string, type: string) =>
      h.request('/fhir/Patient/_search', { method: 'POST', body, headers: { 'content-type': type } })
    await expectOutcome(await post('{}', 'application/fhir+json'), 415, 'not-supported')
    await expectOutcome(await post('_id=p', 'text/plain'), 415, 'not-supported')
    const long = 'x'.repeat(h.deps.config.limits.maxRequestBytes)
    await expectOutcome(await post(`_id=${long}`, form['content-type']), 413, 'too-long')
  })
})
