import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import { randomId } from '../../worker/platform/ids.ts'
import fc from '../support/fast-check.ts'
import { faultPlan } from '../support/faulty.ts'
import { createHarness, type Harness, pathOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness()
  const member = [{ entity: { reference: 'Patient/p' } }]
  await h.load([
    ...['p', 'q'].map((id) => ({ resourceType: 'Patient', id })),
    { resourceType: 'Group', id: 'g', member },
    { resourceType: 'Group', id: 'h', member },
  ])
})
afterEach(() => h.close())

type Headers = Readonly<Record<string, string>>
const get = (path: string, key: string, headers: Headers = {}) =>
  h.request(`/fhir/${path}`, { headers: { ...headers, 'idempotency-key': key } })
const post = (path: string, key: string, parameter: readonly object[], headers: Headers = {}) =>
  h.request(`/fhir/${path}`, {
    method: 'POST',
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
    headers: { ...headers, 'idempotency-key': key, 'content-type': 'application/fhir+json' },
  })
const types = (...names: readonly string[]) => names.map((name) => ({ name: '_type', valueString: name }))
const patients = (...ids: readonly string[]) =>
  ids.map((id) => ({ name: 'patient', valueReference: { reference: `Patient/${id}` } }))
const locationOf = async (response: Response): Promise<string> => {
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202 /)
  return response.headers.get('content-location') ?? ''
}
const count = async (table: 'job' | 'work_unit') =>
  (await h.deps.db.query.selectFrom(table).select('job_id').execute()).length
const lenient = { prefer: 'handling=lenient' }

describe('The same request with the same Idempotency-Key', () => {
  test('gets the same answer, and starts one job', async () => {
    const first = await get('$export?_type=Patient', '"k"')
    const location = await locationOf(first)
    h.clock.advance(10_000)
    const second = await get('$export?_type=Patient', '"k"')
    expect(await locationOf(second)).toBe(location)
    expect(await second.text()).toBe(await first.text())
    expect([...second.headers]).toEqual([...first.headers])
    expect(await count('job')).toBe(1)
  })

  test('is the same by GET and POST, in query and body, in whatever order, with quotes and without', async () => {
    const location = await locationOf(await get('Patient/$export?_type=Patient,Group&_since=2020', 'k-1'))
    const since = { name: '_since', valueInstant: '2020-01-01T02:00:00+02:00' }
    const others = [
      get('Patient/$export?_since=2020-01-01&_type=Group&_type=Patient', '"k-1"'),
      get('Patient/%24export?_type=Patient,Group,Patient&_since=2020&_outputFormat=ndjson', 'k-1'),
      get('Patient/$export?_type=Patient,Group&_since=2020&_dryRun=false', 'k-1'),
      post('Patient/$export', 'k-1', [...types('Group', 'Patient'), since]),
      post('Patient/$export?_type=Patient,Group', ' "k-1" ', [since]),
      get('Patient/$export?_type=Patient,Group&_since=2020', 'k-1', lenient),
    ]
    for (const other of await Promise.all(others)) expect(await locationOf(other)).toBe(location)
    expect(await count('job')).toBe(1)
  })

  test('has the same patients in another order', async () => {
    const location = await locationOf(await post('Patient/$export', 'k', patients('p', 'q')))
    expect(await locationOf(await post('Patient/$export', 'k', patients('q', 'p', 'q')))).toBe(location)
  })

  test.each([2, 5, 20])('sent %i times at once starts one job, and all get it', async (times) => {
    // Two processes, which share nothing but the database.
    const other = createApp({ ...h.process(faultPlan()), newId: randomId }, () => {})
    const ask = (n: number) =>
      n % 2 === 0
        ? get('$export', 'race')
        : other.request('/fhir/$export', { headers: { host: 'localhost', 'idempotency-key': 'race' } })
    const answers = await Promise.all(Array.from({ length: times }, async (_, n) => ask(n)))
    const locations = await Promise.all(answers.map(locationOf))
    expect(new Set(locations).size).toBe(1)
    expect(await count('job')).toBe(1)
    expect(await count('work_unit')).toBe(1)
    expect((await h.finish(pathOf(locations[0] ?? ''))).status).toBe(200)
  })

  test('gets the job that has ended, and the one that has failed', async () => {
    const location = await locationOf(await get('$export', 'k'))
    await h.finish(pathOf(location))
    expect(await locationOf(await get('$export', 'k'))).toBe(location)
    await h.deps.db.query.updateTable('job').set({ state: 'failed' }).execute()
    expect(await locationOf(await get('$export', 'k'))).toBe(location)
  })

  test('gets the job though its Group is gone', async () => {
    const location = await locationOf(await get('Group/g/$export', 'k'))
    await h.remove('Group/g')
    expect(await locationOf(await get('Group/g/$export', 'k'))).toBe(location)
    expect((await get('Group/g/$export', 'other')).status).toBe(404)
  })
})

describe('Another request with the same Idempotency-Key', () => {
  test('is refused, and starts nothing', async () => {
    const location = await locationOf(await get('Group/g/$export?_type=Patient', 'k'))
    const others = [
      get('Group/h/$export?_type=Patient', 'k'),
      get('Group/g/$export', 'k'),
      get('Group/g/$export?_type=Group', 'k'),
      get('Group/g/$export?_type=Patient&_since=2020', 'k'),
      get('Group/g/$export?_type=Patient&_until=2100', 'k'),
      get('Patient/$export?_type=Patient', 'k'),
      get('$export?_type=Patient', 'k'),
      get('Group/g/$export?_type=Patient&x=1', 'k', lenient),
      post('Group/g/$export', 'k', [...types('Patient'), ...patients('p')]),
    ]
    for (const other of await Promise.all(others)) {
      const diagnostics = await expectOutcome(other, 422, 'business-rule')
      expect(diagnostics).not.toContain(location.split('/').at(-1))
    }
    expect(await count('job')).toBe(1)
  })

  test('of two at once, one is refused', async () => {
    const answers = await Promise.all([get('$export', 'k'), get('Patient/$export', 'k')])
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 422])
    expect(await count('job')).toBe(1)
  })

  test('is free to begin when the job is deleted', async () => {
    const path = pathOf(await locationOf(await get('$export', 'k')))
    await h.request(path, { method: 'DELETE' })
    const next = await locationOf(await get('Patient/$export', 'k'))
    expect(pathOf(next)).not.toBe(path)
    expect(await locationOf(await get('Patient/$export', 'k'))).toBe(next)
    await expectOutcome(await get('$export', 'k'), 422, 'business-rule')
  })

  test.each([['before the sweep has come by'], ['after it']])(
    'is free to begin when the job has expired, %s',
    async (when) => {
      const path = pathOf(await locationOf(await get('$export', 'k')))
      await h.finish(path)
      h.clock.advance(h.deps.config.limits.retentionMs)
      if (when === 'after it') await h.sweep()
      const answers = await Promise.all([1, 2, 3].map(() => get('Patient/$export', 'k')))
      const locations = await Promise.all(answers.map(locationOf))
      expect(new Set(locations).size).toBe(1)
      expect(pathOf(locations[0] ?? '')).not.toBe(path)
      await h.sweep()
      expect((await h.finish(pathOf(locations[0] ?? ''))).status).toBe(200)
    },
  )
})

describe('An Idempotency-Key', () => {
  test.each([
    'k',
    '"k"',
    'x'.repeat(255),
    `"${'x'.repeat(255)}"`,
    `"${'\\"'.repeat(255)}"`,
    "!#$%&'()*+,-./:;<=>?@[]^_`{|}~",
    '8e03978e-40d5-43dd-bc93-6894a57f9324',
  ])('may be %j', async (key) => {
    const location = await locationOf(await get('$export', key))
    expect(await locationOf(await get('$export', key))).toBe(location)
  })

  test.each([
    '',
    '""',
    '"',
    '"k',
    'k"',
    '"k"x',
    '"k";a=1',
    'a b',
    '"a b"',
    'a"b',
    'a\\b',
    '"\\a"',
    '"a\\"',
    'a, a',
    '"a", "a"',
    'x'.repeat(256),
    `"${'x'.repeat(256)}"`,
    'k\t',
    'é',
  ])('may not be %j, for a dry run neither', async (key) => {
    const isTrimmed = key.trim() !== key // by HTTP itself
    for (const query of ['', '?_dryRun=true']) {
      const answer = await get(`$export${query}`, key)
      if (isTrimmed) expect([200, 202]).toContain(answer.status)
      else expect(await expectOutcome(answer, 400, 'invalid')).toContain('Cannot read Idempotency-Key')
    }
    if (!isTrimmed) expect(await count('job')).toBe(0)
  })

  test('is the same with escapes as its text', async () => {
    const location = await locationOf(await get('$export', '"a\\"b"'))
    expect(await locationOf(await get('$export', '"a\\"b"'))).toBe(location)
    expect(await locationOf(await get('$export', '"ab"'))).not.toBe(location)
  })

  test('tells requests apart that have none or another one', async () => {
    const locations = [
      await locationOf(await get('$export', 'a')),
      await locationOf(await get('$export', 'b')),
      await locationOf(await get('$export', 'A')),
      await locationOf(await h.request('/fhir/$export')),
      await locationOf(await h.request('/fhir/$export')),
    ]
    expect(new Set(locations).size).toBe(5)
  })

  test('is not used up by a request that was refused, nor by a dry run', async () => {
    await expectOutcome(await get('$export?_type=Nope', 'k'), 400, 'not-supported')
    await expectOutcome(await get('Group/never/$export', 'k'), 404, 'not-found')
    expect((await get('Patient/$export?_dryRun=true', 'k')).status).toBe(200)
    await locationOf(await get('$export', 'k'))
    expect((await get('Patient/$export?_dryRun=true', 'k')).status).toBe(200)
  })

  test('cannot be read in the database', async () => {
    await get('$export', 'my-secret-key')
    const [job] = await h.deps.db.query.selectFrom('job').selectAll().execute()
    expect(JSON.stringify(job)).not.toContain('my-secret-key')
    expect(job?.idempotency_key).toMatch(/^[0-9a-f]{64}$/)
    expect(job?.request_hash).toMatch(/^[0-9a-f]{64}$/)
  })

  test('of any text is taken or refused, and taken means once', async () => {
    const text = fc.string({
      unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
    })
    await fc.assert(
      fc.asyncProperty(text, async (key) => {
        const [first, second] = [await get('$export', key), await get('$export', key)]
        expect([202, 400]).toContain(first.status)
        expect(second.status).toBe(first.status)
        expect(second.headers.get('content-location')).toBe(first.headers.get('content-location'))
      }),
      { numRuns: 200 },
    )
  })
})
