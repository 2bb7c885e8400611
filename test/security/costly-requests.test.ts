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
const search = (request: Harness['request'], form: string, type = 'Observation'): Promise<Response> =>
  request(`/fhir/${type}/_search`, {
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

  test('that says the same thing a thousand times looks for it once, and for few things at a time', async () => {
    await h.load([{ resourceType: 'Patient', id: 'p', name: numbers(5_000).map(() => ({ text: 'é' })) }])
    const client = h.as(clientWith('system/*.rs'))
    const began = performance.now()
    const same = await search(
      client,
      numbers(1000)
        .map(() => 'name=e&name:missing=false')
        .join('&'),
      'Patient',
    )
    expect([same.status, (await same.json()).entry.length]).toEqual([200, 1])
    expect(performance.now() - began).toBeLessThan(2000)
    const different = numbers(51).map((i) => `name=e,${i}`)
    const refused = await search(client, different.join('&'), 'Patient')
    expect(await expectOutcome(refused, 400, 'invalid')).toBe(
      'Cannot search Patient: the query has more than 50 parameters',
    )
    expect((await search(client, different.slice(1).join('&'), 'Patient')).status).toBe(200)
  }, 60_000)

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

  test('for many ids finds and counts all of them, however often they were written', async () => {
    const small = await createSmartHarness({}, { pageRows: 100 })
    for (let times = 0; times < 3; times++) await small.load(observations(300))
    const client = small.as(clientWith('system/*.rs'))
    const ids = numbers(300).map((i) => `o${i}`)
    expect((await (await search(client, `_summary=count&_id=${ids}`)).json()).total).toBe(300)
    const found = await (await search(client, `_count=1000&_id=${ids}`)).json()
    expect(found.entry).toHaveLength(300)
    small.close()
  })
})

const put = (request: Harness['request'], resource: { readonly resourceType: string; readonly id: string }) =>
  request(`/fhir/${resource.resourceType}/${resource.id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify(resource),
  })

/** A few hundred kilobytes each; what they are searched by is looked for in each of their values. */
const large: readonly (readonly [what: string, resource: Parameters<typeof put>[1], query: string])[] = [
  [
    'a name of nothing but accents',
    {
      resourceType: 'Patient',
      id: 'large',
      ...{ name: [{ text: `a${'\u0301'.repeat(100_000)}${'\u0323'.repeat(100_000)}` }] },
    },
    'name=x',
  ],
  [
    'a name, and a thousand to compare it with',
    { resourceType: 'Patient', id: 'large', ...{ name: [{ text: 'é,ab '.repeat(100_000) }] } },
    `name:contains=${numbers(1000).map((i) => `zz${i}`)}`,
  ],
  [
    'many given names, and a thousand to compare them with',
    { resourceType: 'Patient', id: 'large', ...{ name: [{ given: numbers(60_000).map(() => 'ab') }] } },
    `name=${numbers(1000).map((i) => `zz${i}`)}`,
  ],
  [
    'many quantities, and a thousand to compare them with',
    {
      resourceType: 'Observation',
      id: 'large',
      ...{ component: numbers(10_000).map((i) => ({ valueQuantity: { value: i } })) },
    },
    `component-value-quantity=${numbers(1000).map((i) => 100_000 + i)}`,
  ],
  [
    'many elements, and a thousand pairs to compare each with',
    {
      resourceType: 'Observation',
      id: 'large',
      ...{
        component: numbers(8_000).map((i) => ({
          code: { coding: [{ code: 'a' }] },
          valueQuantity: { value: i },
        })),
      },
    },
    `component-code-value-quantity=${numbers(1000).map((i) => `a$${100_000 + i}`)}`,
  ],
  [
    'an attachment whose URL names a version again and again',
    {
      resourceType: 'DocumentReference',
      id: 'large',
      ...{ content: [{ attachment: { url: `Binary/1${'/_history/#'.repeat(60_000)}\n` } }] },
    },
    'status=current',
  ],
  [
    'a reference that names a Patient again and again',
    {
      resourceType: 'Observation',
      id: 'large',
      ...{ subject: { reference: `${'/Patient/1#'.repeat(60_000)}\n` } },
    },
    'patient:missing=true',
  ],
  [
    'as many resources inside as references to them',
    {
      resourceType: 'Appointment',
      id: 'large',
      ...{
        contained: numbers(20_000).map((i) => ({ resourceType: 'Practitioner', id: `c${i}` })),
        participant: numbers(20_000).map((i) => ({ actor: { reference: `#z${i}` } })),
      },
    },
    'patient:missing=false',
  ],
]

describe('A large resource', () => {
  test.each(large)(
    'of %s is stored and searched in no time',
    async (_, resource, query) => {
      const client = h.as(clientWith('system/*.cruds'))
      const began = performance.now()
      expect((await put(client, resource)).status).toBe(201)
      const found = await search(client, query, resource.resourceType)
      expect([found.status, (await found.json()).entry]).toEqual([200, undefined])
      expect(performance.now() - began).toBeLessThan(5000)
    },
    120_000,
  )

  test('whose references would each be kept with a name as long as a book is refused', async () => {
    const client = h.as(clientWith('system/*.cruds'))
    const referring = numbers(1000).map((i) => ({ reference: `Patient/p${i}` }))
    const named = (name: string) => put(client, { resourceType: 'Basic', id: 'b', ...{ [name]: referring } })
    expect(await expectOutcome(await named('x'.repeat(100_000)), 400, 'invalid')).toContain(
      'longer than 500 characters together',
    )
    expect((await named('x'.repeat(500))).status).toBe(201)
  }, 60_000)
})

test('A member of a Group for very many times becomes one as fast as any', async () => {
  const client = h.as(clientWith('system/*.cruds'))
  await h.load([{ resourceType: 'Patient', id: 'p' }])
  const day = (i: number) => new Date(Date.UTC(1900, 0, 1 + i)).toISOString().slice(0, 10)
  const member = numbers(30_000).map((i) => ({
    entity: { reference: 'Patient/p' },
    period: { start: day(i) },
  }))
  const group = { resourceType: 'Group', id: 'g', actual: true, type: 'person', member }
  expect((await put(client, group)).status).toBe(201)
  const began = performance.now()
  const added = await client('/fhir/Group/g/$member-add', {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({
      resourceType: 'Parameters',
      parameter: [{ name: 'patientReference', valueReference: { reference: 'Patient/p' } }],
    }),
  })
  expect(added.status).toBe(200)
  expect(performance.now() - began).toBeLessThan(3000)
}, 60_000)

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

describe('A Bundle', () => {
  const send = (request: Harness['request'], type: string, entry: readonly object[]) =>
    request('/fhir', {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Bundle', type, entry }),
    })

  test('reads so many bytes, whatever it answers of them', async () => {
    const small = await createSmartHarness({}, { maxBundleBytes: 10_000 })
    const client = small.as(clientWith('system/*.cruds'))
    await small.load([{ resourceType: 'Basic', id: 'b', text: { div: 'x'.repeat(4000) } }])
    const read = (method: string, more: object = {}) => ({ request: { method, url: 'Basic/b', ...more } })
    for (const each of [read('HEAD'), read('GET', { ifNoneMatch: 'W/"1"' }), read('GET')]) {
      const answer = await (await send(client, 'batch', Array(6).fill(each))).json()
      const statuses = answer.entry.map(({ response }: { response: { status: string } }) => response.status)
      expect(statuses.slice(0, 2)).not.toContain('413 Payload Too Large')
      expect(statuses.slice(3).every((status: string) => status.startsWith('413'))).toBe(true)
    }
    small.close()
  })

  test('whose entries are asked about by thousands of values lets others have their turn', async () => {
    const values = numbers(1000).map((i) => `x${i}`)
    const scopes = numbers(4).map((s) => `system/Observation.cruds?code=${values.map((v) => `${v}s${s}`)}`)
    const client = h.as(clientWith(scopes.join(' ')))
    const entry = numbers(300).map((i) => ({
      request: { method: 'PUT', url: `Observation/o${i}` },
      resource: {
        resourceType: 'Observation',
        id: `o${i}`,
        status: 'final',
        code: { coding: [{ code: 'x999s3' }] },
      },
    }))
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    expect((await send(client, 'transaction', entry)).status).toBe(200)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(10)
  }, 60_000)
})
