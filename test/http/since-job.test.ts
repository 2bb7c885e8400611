import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import { createHistory, finished, saidBy, type Write, writeArbitrary } from '../export/history.ts'
import { readEstimate } from '../support/estimate.ts'
import fc from '../support/fast-check.ts'
import { createHarness, type Harness, linesOf, type Manifest, statusPathOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness()
  const member = ['p', 'q'].map((id) => ({ entity: { reference: `Patient/${id}` } }))
  await h.load([
    ...['p', 'q', 'r'].map((id) => ({ resourceType: 'Patient', id })),
    { resourceType: 'Observation', id: 'o', subject: { reference: 'Patient/p' } },
    { resourceType: 'Medication', id: 'm' },
    { resourceType: 'Group', id: 'g', member },
    { resourceType: 'Group', id: 'h', member },
  ])
})
afterEach(() => h.close())

const ask = (path: string, parameter: readonly object[] = []) =>
  h.request(`/fhir/${path}`, {
    method: 'POST',
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
    headers: { 'content-type': 'application/fhir+json' },
  })
const patients = (...ids: readonly string[]) =>
  ids.map((id) => ({ name: 'patient', valueReference: { reference: `Patient/${id}` } }))
/** The path of a status request, and the id in it. */
const begin = async (path: string, parameter: readonly object[] = []) => {
  const response = await ask(path, parameter)
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202 /)
  const status = statusPathOf(response)
  return { status, id: status.split('/').at(-1) ?? '' }
}
const complete = async (path: string, parameter: readonly object[] = []) => {
  const { status, id } = await begin(path, parameter)
  const manifest = (await (await h.finish(status)).json()) as Manifest
  const { text } = await h.files(manifest)
  const names = [...text.values()].flatMap(linesOf).map((line) => `${line.resourceType}/${line.id}`)
  return { id, manifest, names }
}
const with_ = (path: string, id: string) => `${path}${path.includes('?') ? '&' : '?'}_since=job:${id}`

describe('_since=job:<id>', () => {
  test('refuses a job whose _typeFilter kept back what is asked for now', async () => {
    const filter = (query: string) => `_typeFilter=${encodeURIComponent(query)}`
    const [p, q] = [filter('Patient?_id=p'), filter('Patient?_id=q')]
    const first = await complete(`$export?${p}&${q}`)
    for (const query of [
      '',
      `${p}&${filter('Patient?_id=r')}`,
      '_type=Patient',
      filter('Observation?_id=o'),
    ]) {
      const refused = await ask(with_(`$export${query && `?${query}`}`, first.id))
      expect(await expectOutcome(refused, 400, 'invalid')).toContain('another _typeFilter')
    }
    for (const query of [`${q}&${p}`, p, `${p}&${filter('Observation?_id=o')}`, '_type=Observation'])
      expect((await ask(with_(`$export?${query}`, first.id))).status).toBe(202)
  })

  test.each(['$export', 'Patient/$export', 'Group/g/$export', '$export?_type=Patient,Observation'])(
    'is the transactionTime of that job: %s',
    async (path) => {
      const first = await complete(path)
      await h.put({ resourceType: 'Patient', id: 'p' }) // in the same millisecond as it
      h.clock.advance(1000)
      await h.remove('Observation/o')
      const next = await complete(with_(path, first.id))
      expect(next.names).toEqual(['Patient/p', 'Bundle/undefined'])
      expect(next.manifest.request).toBe(`http://127.0.0.1:8080/fhir/${with_(path, first.id)}`)
      const same = await complete(
        `${path}${path.includes('?') ? '&' : '?'}_since=${first.manifest.transactionTime}`,
      )
      expect(same.names).toEqual(next.names)
      const last = await complete(with_(path, next.id))
      expect(last.names).toEqual([])
    },
  )

  test('is the same in a query and in a body', async () => {
    const { id } = await complete('$export')
    const { names } = await complete('$export', [{ name: '_since', valueString: `job:${id}` }])
    expect(names).toEqual([])
    expect((await h.request(`/fhir/$export?_since=job%3A${id}`)).status).toBe(202)
  })

  const refused = async (path: string, id: string, parameter: readonly object[] = []) => {
    const before = await h.deps.db.query.selectFrom('job').select('job_id').execute()
    const reason = await expectOutcome(await ask(with_(path, id), parameter), 400, 'invalid')
    expect(reason).toContain(`Cannot process _since "job:${id}": `)
    expect(await h.deps.db.query.selectFrom('job').select('job_id').execute()).toEqual(before)
    return reason.slice(reason.indexOf('": ') + 3)
  }

  test('is refused of a job that is not there', async () => {
    const gone = 'there is no such job: it never was, has expired, or was deleted'
    expect(await refused('$export', '00000000-0000-4000-8000-999999999999')).toBe(gone)
    const { status, id } = await begin('$export')
    await h.finish(status)
    await h.request(status, { method: 'DELETE' })
    expect(await refused('$export', id)).toBe(gone)
    const expired = await complete('$export')
    h.clock.advance(h.deps.config.limits.retentionMs)
    expect(await refused('$export', expired.id)).toBe(gone)
  })

  test('is refused of a job that is not completed', async () => {
    const { id, status } = await begin('$export')
    expect(await refused('$export', id)).toContain('it is accepted')
    await h.finish(status)
    await h.deps.db.query.updateTable('job').set({ state: 'failed' }).execute()
    expect(await refused('$export', id)).toContain('it is failed')
  })

  test('is refused of a job that was about something else', async () => {
    const system = (await complete('$export')).id
    const patient = (await complete('Patient/$export')).id
    const group = (await complete('Group/g/$export')).id
    const p = (await complete('Patient/$export', patients('p'))).id
    const ofGroup = (await complete('Group/g/$export', patients('p'))).id
    const onlyPatients = (await complete('$export?_type=Patient')).id
    const patientsOfGroup = (await complete('Group/g/$export?_type=Patient')).id
    h.clock.advance(1000)
    await h.put({ resourceType: 'Patient', id: 'late' })
    const cut = (await complete(`$export?_until=${new Date(h.clock.now() - 500).toISOString()}`)).id

    expect(await refused('Patient/$export', system)).toBe('it was an export at system level')
    expect(await refused('$export', patient)).toBe('it was an export at patient level')
    expect(await refused('Group/g/$export', patient)).toBe('it was an export at patient level')
    expect(await refused('Group/h/$export', group)).toBe('it was about another Group')
    const others = 'it was not about all patients asked for now'
    expect(await refused('Patient/$export', p)).toBe(others)
    expect(await refused('Patient/$export', p, patients('p', 'q'))).toBe(others)
    expect(await refused('Group/g/$export', ofGroup)).toBe(others)
    expect(await refused('Group/g/$export', ofGroup, patients('q'))).toBe(others)
    expect(await refused('$export', onlyPatients)).toBe('it was not about all types')
    expect(await refused('$export?_type=Observation,Patient', onlyPatients)).toBe(
      'it was not about Observation',
    )
    expect(await refused('$export?_type=Observation,Group', onlyPatients)).toBe(
      'it was not about 2 of the types',
    )
    expect(await refused('Group/g/$export?_type=Group', group)).toBe('it was not about Group')
    expect(await refused('Group/g/$export', patientsOfGroup)).toBe('it was not about all types')
    expect(await refused('$export', cut)).toBe('it left out what its _until did')
    const until = new Date(h.clock.now() - 60_000).toISOString()
    expect(await refused(`$export?_until=${until}`, system)).toBe('its transactionTime is not before _until')
  })

  test('goes on from a job that was about more, or as much', async () => {
    const system = (await complete('$export')).id
    const patient = (await complete('Patient/$export')).id
    const both = (await complete('Patient/$export', patients('p', 'q'))).id
    const group = (await complete('Group/g/$export?_type=Patient,Observation')).id
    const future = (await complete('$export?_until=2100&_type=Patient')).id
    for (const [path, id, parameter] of [
      ['$export', system],
      ['$export?_type=Patient', system],
      ['$export?_type=Medication,Patient', system],
      ['Patient/$export', patient, patients('r')],
      ['Patient/$export?_type=Group', patient],
      ['Patient/$export', both, patients('q')],
      ['Group/g/$export?_type=Observation', group],
      ['Group/g/$export?_type=Patient', group, patients('p')],
      ['$export?_type=Patient', future],
    ] as const)
      await begin(with_(path, id), parameter)
  })

  test('checks in a dry run too, and reckons with it', async () => {
    const { id } = await complete('$export')
    await h.put({ resourceType: 'Patient', id: 'new' })
    const estimate = await readEstimate(await ask(`${with_('$export', id)}&_dryRun=true`))
    expect(estimate).toMatchObject({ count: 1, deleted: { count: 0 }, isExact: true })
    await expectOutcome(await ask(`${with_('Patient/$export', id)}&_dryRun=true`), 400, 'invalid')
  })

  test('is refused where COMPAT makes another level of it', async () => {
    const { id } = await complete('$export')
    const app = createApp({ ...h.deps, config: { ...h.deps.config, compat: ['patient-in-query'] } }, () => {})
    const answer = await app.request(`/fhir/$export?patient=p&_since=job:${id}`, {
      headers: { host: 'localhost' },
    })
    await expectOutcome(answer, 400, 'invalid')
  })

  test.each([
    'job:',
    'job:a b',
    'job:a_b',
    "job:'",
    `job:${'a'.repeat(65)}`,
    'job:job:a',
    'job:ä',
    'JOB:a',
    'job',
    'job:a,job:b',
  ])('is refused as %j, leniently too', async (value) => {
    for (const headers of [{}, { prefer: 'handling=lenient' }]) {
      const answer = await h.request(`/fhir/$export?_since=${encodeURIComponent(value)}`, { headers })
      await expectOutcome(answer, 400, 'invalid')
    }
  })

  test('is refused when it is given twice', async () => {
    const { id } = await complete('$export')
    const answer = await h.request(`/fhir/$export?_since=job:${id}&_since=job:${id}`)
    expect(await expectOutcome(answer, 400, 'invalid')).toContain('more than once')
  })
})

type Event = Write | { readonly advanceMs: number } | 'export'
const eventsArbitrary: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: writeArbitrary },
    { weight: 1, arbitrary: fc.record({ advanceMs: fc.constantFrom(1, 1_000, -1) }) },
    { weight: 2, arbitrary: fc.constant('export' as const) },
  ),
  { maxLength: 40 },
)

describe('A chain by _since=job:<id>', { timeout: 120_000 }, () => {
  test('loses nothing and repeats nothing, over any history', async () => {
    await fc.assert(
      fc.asyncProperty(eventsArbitrary, async (events) => {
        const harness = await createHarness()
        const history = createHistory(harness)
        let last: string | undefined
        let seen = 0
        const goOn = async () => {
          const path = await harness.kickOff(last === undefined ? '' : `?_since=job:${last}`)
          const expected = history.expected({ since: seen })
          seen = history.length
          expect(saidBy(await finished(harness, path))).toEqual(expected)
          last = path.split('/').at(-1)
        }
        for (const event of events) {
          if (event === 'export') await goOn()
          else if ('name' in event) await history.write(event)
          else harness.clock.advance(event.advanceMs)
        }
        await goOn()
        harness.close()
      }),
      { numRuns: 40 },
    )
  })
})
