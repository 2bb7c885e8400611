import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { typeIdOf } from '../../worker/fhir/resource-type.ts'
import { createApp } from '../../worker/http/app.ts'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { type EstimateShown, readEstimate } from '../support/estimate.ts'
import {
  createHarness,
  type Harness,
  type Manifest,
  nameOf,
  statusPathOf,
  streamOf,
} from '../support/harness.ts'
import { sampleLines } from '../support/sample-lines.ts'
import { expectOutcome } from './expect-outcome.ts'

const withDryRun = (path: string) => `/fhir/${path}${path.includes('?') ? '&' : '?'}_dryRun=true`
const countJobs = async (h: Harness) =>
  (await h.deps.db.query.selectFrom('job').select('job_id').execute()).length

/** What an export really has, in the words of an estimate. */
const figuresOf = async (h: Harness, path: string) => {
  const accepted = await h.request(`/fhir/${path}`)
  expect(accepted.status).toBe(202)
  const done = await h.finish(statusPathOf(accepted))
  const { manifest, text } = await h.files((await done.json()) as Manifest)
  const counts: Record<string, number> = {}
  for (const { type = '', count } of manifest.output) counts[type] = (counts[type] ?? 0) + count
  const deleted = manifest.deleted?.reduce((sum, { count }) => sum + count, 0)
  const bytes = [...text.values()].reduce((sum, file) => sum + new TextEncoder().encode(file).length, 0)
  return { counts, deleted, bytes, files: text.size, names: manifest.output.map(({ url }) => nameOf(url)) }
}
const countsOf = ({ types }: EstimateShown) =>
  Object.fromEntries(Object.entries(types).map(([type, { count }]) => [type, count]))
const sumOf = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

describe('A dry run on the sample population', () => {
  let h: Harness
  let since: string
  beforeAll(async () => {
    h = await createHarness({}, undefined, undefined, { ADDITIONAL_RESOURCES: 'none' })
    await ingestNdjson(
      h.deps,
      streamOf(
        sampleLines(40)
          .filter((line) => !line.startsWith('{"resourceType":"Provenance"'))
          .map((line) => `${line}\n`)
          .join(''),
      ),
    )
    h.clock.advance(1000)
    since = new Date(h.clock.now()).toISOString()
    h.clock.advance(1000)
    const patients = ['a', 'b'].map((id) => ({ resourceType: 'Patient', id: `new-${id}` }))
    const observations = patients.map(({ id }) => ({
      resourceType: 'Observation',
      id,
      subject: { reference: `Patient/${id}` },
    }))
    await h.load([...patients, ...observations])
    for (const { id } of await patientsOf(h, 3)) await h.remove(`Patient/${id}`)
  })
  afterAll(() => h.close())

  const patientsOf = (harness: Harness, count: number) =>
    harness.deps.db.query
      .selectFrom('resource')
      .select('id')
      .where('type_id', '=', typeIdOf('Patient'))
      .where('id', 'not like', 'new-%')
      .where('current_position', 'is not', null)
      .orderBy('id')
      .limit(count)
      .execute()

  test.each([
    '$export',
    '$export?_type=Patient,Observation',
    '$export?_since=SINCE',
    '$export?_since=SINCE&_type=Patient',
    '$export?_until=SINCE',
    'Patient/$export',
    'Patient/$export?_type=Condition',
    'Patient/$export?_since=SINCE',
    'Group/diabetics/$export',
    'Group/study/$export?_type=Group,Patient',
    'Group/all-clinics/$export',
    'Group/all-clinics/$export?_since=SINCE',
    'Group/study-and-diabetics/$export',
    'Group/listed-twice/$export',
    'Group/nobody/$export',
    'Group/doctors/$export',
  ])('says of %s what the export then has', async (given) => {
    const path = given.replace('SINCE', since)
    const estimate = await readEstimate(await h.request(withDryRun(path)))
    const real = await figuresOf(h, path)
    // Nothing of what an estimate does not know is there; but it knows that only where no Provenance is asked for.
    expect(estimate.isExact).toBe(path.startsWith('$') || path.includes('_type='))
    expect(countsOf(estimate)).toEqual(real.counts)
    expect(estimate.count).toBe(sumOf(real.counts))
    expect(estimate.deleted?.count).toBe(real.deleted)
    expect(estimate.files).toBe(real.files)
    expect(estimate.bytes).toBeGreaterThanOrEqual(real.bytes * 0.99)
    expect(estimate.bytes).toBeLessThanOrEqual(real.bytes * 1.02 + 200)
  })

  test('answers as FHIR, at once, and leaves nothing behind, by GET and by POST alike', async () => {
    const before = await countJobs(h)
    const body = {
      resourceType: 'Parameters',
      parameter: [
        { name: '_dryRun', valueBoolean: true },
        { name: '_type', valueString: 'Patient' },
      ],
    }
    const post = (parameters: object) =>
      h.request('/fhir/Patient/$export', {
        method: 'POST',
        body: JSON.stringify(parameters),
        headers: { 'content-type': 'application/fhir+json' },
      })
    const byGet = await h.request(withDryRun('Patient/$export?_type=Patient'))
    expect(byGet.status).toBe(200)
    expect(byGet.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
    expect(byGet.headers.get('content-location')).toBeNull()
    const expected = await readEstimate(byGet)
    expect(await readEstimate(await post(body))).toEqual(expected)
    const asText = {
      ...body,
      parameter: [{ name: '_dryRun', valueString: 'true' }, ...body.parameter.slice(1)],
    }
    expect(await readEstimate(await post(asText))).toEqual(expected)
    expect(await countJobs(h)).toBe(before)
    expect(h.storage.uploads.size).toBe(0)
  })

  test('is of the listed patients only, where there are some', async () => {
    const [first] = await patientsOf(h, 1)
    const parameter = [
      { name: 'patient', valueReference: { reference: 'Patient/new-a' } },
      { name: 'patient', valueReference: { reference: `Patient/${first?.id}` } },
    ]
    const ask = (name: string, headers = {}) =>
      h.request(`/fhir/Patient/$export?_dryRun=${name}`, {
        method: 'POST',
        body: JSON.stringify({ resourceType: 'Parameters', parameter }),
        headers: { 'content-type': 'application/fhir+json', ...headers },
      })
    await expectOutcome(await ask('true'), 400, 'invalid') // the other one was deleted
    const lenient = await readEstimate(await ask('true', { prefer: 'handling=lenient' }))
    expect(countsOf(lenient)).toEqual({ Observation: 1, Patient: 1 })
    expect(lenient.outcomes).toMatchObject([{ severity: 'warning', code: 'not-found' }])
    expect(lenient.files).toBe(3) // with that of the outcome
    expect((await ask('false', { prefer: 'handling=lenient' })).status).toBe(202)
  })

  test('tells the outcomes that would come with a lenient export', async () => {
    const path = '$export?_type=Patient,Unicorn&wholly_unknown=1'
    const lenient = { prefer: 'handling=lenient' }
    const { outcomes } = await readEstimate(await h.request(withDryRun(path), { headers: lenient }))
    expect(outcomes.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'warning not-supported',
      'warning not-supported',
    ])
    await expectOutcome(await h.request(withDryRun(path)), 400, 'not-supported')
  })
})

describe('A dry run', () => {
  let h: Harness
  beforeEach(async () => {
    h = await createHarness({}, undefined, undefined, { ADDITIONAL_RESOURCES: 'none' })
    await h.load([
      { resourceType: 'Patient', id: 'p' },
      { resourceType: 'Group', id: 'g' },
    ])
  })
  afterEach(() => h.close())

  test.each([
    ['$export?_type=Nope', 400, 'not-supported'],
    ['$export?_since=yesterday', 400, 'invalid'],
    ['$export?_since=2100-01-01', 400, 'invalid'],
    ['$export?_since=job:never', 400, 'invalid'],
    ['Group/never/$export', 404, 'not-found'],
    ['Group/a_b/$export', 400, 'invalid'],
    ['Patient/$export?patient=Patient/p', 400, 'invalid'],
    ['$export?_dryRun=true', 400, 'invalid'], // twice
  ])('refuses %s as the kick-off does', async (path, status, code) => {
    const answer = await h.request(withDryRun(path))
    const copy = answer.clone()
    await expectOutcome(answer, status, code)
    if (path.includes('_dryRun')) return
    expect(await copy.json()).toEqual(await (await h.request(`/fhir/${path}`)).json())
  })

  test.each(['', 'TRUE', '1', 'yes', 'true,false', 'True', ' true', 'tru\u0000e', 'null'])(
    'is asked for by true and not by %j',
    async (value) => {
      for (const headers of [{}, { prefer: 'handling=lenient' }]) {
        const answer = await h.request(`/fhir/$export?_dryRun=${encodeURIComponent(value)}`, { headers })
        expect(await expectOutcome(answer, 400, 'invalid')).toContain('_dryRun')
      }
      expect(await countJobs(h)).toBe(0)
    },
  )

  test.each([{ valueBoolean: 'true' }, { valueBoolean: true }])('takes %j in a body', async (value) => {
    const body = JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: '_dryRun', ...value }] })
    const headers = { 'content-type': 'application/fhir+json' }
    const answer = await h.request('/fhir/$export', { method: 'POST', body, headers })
    expect(countsOf(await readEstimate(answer))).toEqual({ Group: 1, Patient: 1 })
  })

  test.each([{ valueInteger: 1 }, { valueBoolean: null }, {}, { valueBoolean: [true] }])(
    'does not take %j',
    async (value) => {
      const body = JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: '_dryRun', ...value }] })
      const headers = { 'content-type': 'application/fhir+json' }
      await expectOutcome(await h.request('/fhir/$export', { method: 'POST', body, headers }), 400, 'invalid')
    },
  )

  test('of nothing has nothing', async () => {
    const estimate = await readEstimate(await h.request(withDryRun('$export?_type=Basic')))
    expect(estimate).toMatchObject({ count: 0, bytes: 0, files: 0, isExact: true, types: {}, outcomes: [] })
  })

  test('reckons with the speed of exports that were large enough to tell, else with a default', async () => {
    const first = await readEstimate(await h.request(withDryRun('$export')))
    expect(first).toMatchObject({ bytesPerSecond: 20_000_000, speedIsMeasured: false, seconds: 1 })
    await h.finish(await h.kickOff())
    const small = await readEstimate(await h.request(withDryRun('$export')))
    expect(small.speedIsMeasured).toBe(false)

    const data = 'A'.repeat(3_000_000)
    await h.load(['a', 'b'].map((id) => ({ resourceType: 'Binary', id, contentType: 'text/plain', data })))
    const path = await h.kickOff()
    h.clock.advance(60_000)
    await h.finish(path)
    const large = await readEstimate(await h.request(withDryRun('$export')))
    expect(large.speedIsMeasured).toBe(true)
    expect(large.bytesPerSecond).toBeGreaterThan(90_000)
    expect(large.bytesPerSecond).toBeLessThanOrEqual(101_000)
    expect(large.seconds).toBe(Math.ceil(large.bytes / large.bytesPerSecond))
  })

  test('counts files by the limits of a job', async () => {
    const limited = await createHarness({ fileBytes: 1000, rangeBytes: 5000 })
    await limited.load(Array.from({ length: 100 }, (_, n) => ({ resourceType: 'Patient', id: `p${n}` })))
    const { files } = await readEstimate(await limited.request(withDryRun('$export')))
    const real = await figuresOf(limited, '$export')
    expect(Math.abs(files - real.files)).toBeLessThan(0.25 * real.files)
    limited.close()
  })

  test('is of the snapshot that an export would have now', async () => {
    const before = await readEstimate(await h.request(withDryRun('$export')))
    await h.put({ resourceType: 'Patient', id: 'p' })
    await h.put({ resourceType: 'Patient', id: 'q' })
    await h.remove('Group/g')
    const after = await readEstimate(await h.request(withDryRun('$export')))
    expect(countsOf(before)).toEqual({ Group: 1, Patient: 1 })
    expect(countsOf(after)).toEqual({ Patient: 2 })
    const path = await h.kickOff()
    const { manifest } = await h.files((await (await h.finish(path)).json()) as Manifest)
    expect(Date.parse(manifest.transactionTime)).toBeGreaterThanOrEqual(Date.parse(after.transactionTime))
  })

  test('takes `patient` at system level where COMPAT does', async () => {
    const { deps } = h
    const app = createApp({ ...deps, config: { ...deps.config, compat: ['patient-in-query'] } }, () => {})
    const answer = await app.request(withDryRun('$export?patient=p'), { headers: { host: 'localhost' } })
    const estimate = await readEstimate(answer)
    expect(estimate.level).toBe('patient')
    expect(countsOf(estimate)).toEqual({ Patient: 1 })
  })
})
