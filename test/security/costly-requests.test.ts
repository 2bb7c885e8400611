import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Grants, grantScopes } from '../../worker/fhir/scope/grants.ts'
import { exportRights } from '../../worker/fhir/scope/job-authorization.ts'
import { reachAllAsFar, reachAsFar } from '../../worker/fhir/scope/reach-as-far.ts'
import { parseScope, type Scope } from '../../worker/fhir/scope/scope.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import { type Harness, pathOf } from '../support/harness.ts'
import { clientWith } from '../support/principals.ts'
import { createSmartHarness, registerClient } from '../support/smart.ts'

/** Small requests of the weakest client, which once kept the service busy for minutes, or ended it. */

let h: Harness
beforeEach(async () => {
  h = await createSmartHarness()
})
afterEach(() => h.close())

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)
const observations = (count: number) =>
  numbers(count).map((i) => ({
    resourceType: 'Observation',
    id: `o${i}`,
    status: 'final',
    code: { coding: [{ code: 'a' }] },
    subject: { reference: 'Patient/p' },
  }))
const search = (request: Harness['request'], form: string): Promise<Response> =>
  request('/fhir/Observation/_search', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
  })
const parse = (text: string): Scope => parseScope(text, { serverBase: 'http://x/fhir', nowMs: 0 })
/** The longest that nobody else had a turn while this was done, in milliseconds. */
const longestHold = async (work: () => Promise<unknown>): Promise<number> => {
  let [last, longest] = [performance.now(), 0]
  const look = () => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }
  const timer = setInterval(look, 1)
  await work()
  clearInterval(timer)
  look()
  return longest
}

describe('A search', () => {
  test('that names one _include thousands of times looks for it once', async () => {
    await h.load([{ resourceType: 'Patient', id: 'p' }, ...observations(300)])
    const client = h.as(clientWith('system/*.rs'))
    const include = '&_include=Observation:subject'
    const once = await (await search(client, `_count=300${include}`)).json()
    const often = await (await search(client, `_count=300${include.repeat(30_000)}`)).json()
    expect(once.entry).toHaveLength(301)
    expect(often.entry).toEqual(once.entry)
  }, 20_000)

  test('that names very many of them is refused', async () => {
    const types = ['Patient', 'Group', 'Device', 'Location']
    const parameters = ['subject', 'performer', 'focus', 'encounter', 'device', 'specimen', 'based-on']
    const includes = parameters.flatMap((name) => ['', ...types].map((type) => `${name}:${type}`))
    const more = ['part-of', 'has-member', 'derived-from', 'patient'].flatMap((name) =>
      types.map((type) => `${name}:${type}`),
    )
    const form = [...includes, ...more]
      .map((name) => `_include=Observation:${name.replace(/:$/, '')}`)
      .join('&')
    const refused = await search(h.as(clientWith('system/*.rs')), form)
    expect(await expectOutcome(refused, 400, 'invalid')).toBe(
      'Cannot read _include: there are more than 50 of it',
    )
  })

  test('for very many values counts no more than a search for few may look at', async () => {
    const small = await createSmartHarness({}, { pageRows: 100 })
    await small.load(observations(150))
    const client = small.as(clientWith('system/*.rs'))
    const values = (count: number) => numbers(count).map((i) => `x${i}`)
    const counted = await search(client, `_summary=count&code:not=${values(20)}`)
    expect((await counted.json()).total).toBe(150)
    const many = await search(client, `_summary=count&code:not=${values(1000)}`)
    expect(await expectOutcome(many, 400, 'not-supported')).toContain('there are more than 100 Observation')
    small.close()
  })
})

describe('Scopes', () => {
  const constrained = (type: string, count: number) =>
    numbers(count).map((i) => `system/${type}.rs?_tag=t${i}`)

  test('that would be combined with those registered to thousands are refused before they are compared', async () => {
    const client = await registerClient(
      h,
      numbers(100)
        .map((i) => `system/*.rs?_security=s|${i}`)
        .join(' '),
    )
    const began = performance.now()
    const refused = await client.ask({ scope: constrained('*', 300).join(' ') })
    expect(performance.now() - began).toBeLessThan(5000)
    expect([refused.status, (await refused.json()).error]).toEqual([400, 'invalid_scope'])
  }, 60_000)

  test('are those asked for where one that is registered covers them, whatever else is registered', () => {
    const registered = [...constrained('*', 200), 'system/Observation.rs'].map(parse)
    const asked = constrained('Observation', 300).map(parse)
    expect(grantScopes(asked, registered)).toEqual(asked)
  })

  test('that are many are compared with those of a job in no time', async () => {
    await h.load([{ resourceType: 'Patient', id: 'p' }])
    const client = await registerClient(h, 'system/*.rs')
    const headers = await client.bearer(constrained('*', 300).join(' '))
    const accepted = await h.request('/fhir/$export', { headers })
    const began = performance.now()
    const status = await h.request(pathOf(accepted.headers.get('content-location') ?? ''), { headers })
    expect(status.status).toBe(202)
    expect(performance.now() - began).toBeLessThan(2000)
  }, 60_000)

  test('of all types at once cover no more than type by type', () => {
    const of = (...texts: readonly string[]): Grants => ({ scopes: texts.map(parse) })
    const [all, patients, tagged] = [of('system/*.rs'), of('system/Patient.rs'), of('system/*.rs?_tag=a')]
    for (const [one, other, covers] of [
      [all, tagged, true],
      [all, patients, true],
      [tagged, all, false],
      [patients, all, false],
      [patients, tagged, false],
      [of('system/*.r'), patients, false],
      [{ ...all, labels: [] }, all, false],
      [all, { ...all, labels: [] }, true],
    ] as const) {
      expect(reachAllAsFar(one, other, ...exportRights)).toBe(covers)
      if (covers) expect(reachAsFar(one, other, 'Patient', ...exportRights)).toBe(true)
    }
  })
})

test('A Bundle whose entries are looked at one by one lets others have their turn', async () => {
  const binaries = numbers(500).map((i) => ({
    resourceType: 'Binary',
    id: `b${i}`,
    meta: { tag: [{ code: 'mine' }] },
    contentType: 'text/plain',
    data: 'QUJD',
  }))
  await h.load(binaries)
  const client = h.as(clientWith('system/DocumentReference.cruds system/Binary.cruds?_tag=mine'))
  const content = binaries.map(({ id }) => ({ attachment: { url: `Binary/${id}` } }))
  const entry = numbers(20).map((i) => ({
    request: { method: 'PUT', url: `DocumentReference/d${i}` },
    resource: { resourceType: 'DocumentReference', id: `d${i}`, status: 'current', content },
  }))
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  const longest = await longestHold(async () => {
    const answer = await client('/fhir', {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }),
    })
    expect(
      (await answer.json()).entry.every(
        (each: { response: { status: string } }) => each.response.status === '201 Created',
      ),
    ).toBe(true)
  })
  clearInterval(timer)
  expect(turns).toBeGreaterThan(20)
  expect(longest).toBeLessThan(2000)
}, 60_000)
