import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectOutcome } from '../http/expect-outcome.ts'
import { problemsOf } from '../sample/structure-check.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { diagnosticsOf, lenient, levels, runExport, withParameters } from './run-export.ts'

/** Bulk Data IG, "Bulk Data Kick-off Request": parameters that are not supported are an error, or for a lenient client one outcome each. */

let h: Harness
beforeAll(async () => {
  h = await createHarness()
  await h.load([
    { resourceType: 'Patient', id: 'p', active: false },
    { resourceType: 'Group', id: 'g', member: [{ entity: { reference: 'Patient/p' } }] },
  ])
})
afterAll(() => h.close())

const countJobs = async () => (await h.deps.db.query.selectFrom('job').select('job_id').execute()).length

/** By GET and by POST. */
const asked = (level: string, name: string, value: string, headers: Record<string, string> = {}) =>
  [
    [`${level}?_type=Patient&${name}=${encodeURIComponent(value)}`, { headers }],
    [`${level}?_type=Patient`, withParameters([{ name, valueString: value }], headers)],
  ] as const

describe.each(levels)('By %s', (level) => {
  test.each([
    ['typeFilter', 'Patient?active=true'],
    ['wholly-unknown', '1'],
    ['since', '2020'],
  ])('%s is refused by name, and nothing is exported unfiltered', async (name, value) => {
    const before = await countJobs()
    for (const [path, init] of asked(level, name, value)) {
      const diagnostics = await expectOutcome(await h.request(`/fhir/${path}`, init), 400, 'not-supported')
      expect(diagnostics.toLowerCase()).toContain(`"${name.toLowerCase()}"`)
    }
    expect(await countJobs()).toBe(before)
  })

  test('what a lenient client asks for in vain is told in `error`, one outcome for each parameter', async () => {
    for (const [path, init] of asked(level, 'wholly-unknown', '1', lenient)) {
      const { manifest, outcomes, names } = await runExport(h, path.replace('?', '?another=2&'), init)
      expect(names).toEqual(['Patient/p'])
      expect(manifest.error).toMatchObject([{ type: 'OperationOutcome', count: 2 }])
      expect(outcomes).toHaveLength(2)
      expect(outcomes.flatMap(problemsOf)).toEqual([])
      for (const outcome of outcomes)
        expect(outcome).toMatchObject({ issue: [{ severity: 'warning', code: 'not-supported' }] })
      const said = outcomes.map(diagnosticsOf).toSorted()
      expect(said[0]).toContain('"another"')
      expect(said[1]).toContain('"wholly-unknown"')
    }
  })

  test('what is malformed is refused to a lenient client too', async () => {
    for (const [path, init] of asked(level, '_since', 'yesterday', lenient))
      await expectOutcome(await h.request(`/fhir/${path}`, init), 400, 'invalid')
  })
})
