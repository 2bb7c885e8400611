import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readEstimate } from '../support/estimate.ts'
import { createHarness, type Harness } from '../support/harness.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness()
  const patients = Array.from({ length: 20 }, (_, n) => ({
    resourceType: 'Patient',
    id: `p${n}`,
    gender: n % 4 === 0 ? 'male' : 'female',
  }))
  const observations = Array.from({ length: 2000 }, (_, n) => ({
    resourceType: 'Observation',
    id: `o${n}`,
    status: n % 5 === 0 ? 'final' : 'preliminary',
    subject: { reference: `Patient/p${n % 20}` },
  }))
  const group = {
    resourceType: 'Group',
    id: 'g',
    type: 'person',
    actual: true,
    member: ['p0', 'p1'].map((id) => ({ entity: { reference: `Patient/${id}` } })),
  }
  await h.load([...patients, ...observations, group])
})
afterEach(() => h.close())

const estimate = async (path: string, ...queries: readonly string[]) => {
  const filters = queries.map((query) => `_typeFilter=${encodeURIComponent(query)}`).join('&')
  const response = await h.request(`/fhir/${path}?_dryRun=true&_type=Patient,Observation&${filters}`)
  return readEstimate(response)
}

describe('A dry run with _typeFilter', () => {
  test('is exact where all that is filtered was looked at', async () => {
    const found = await estimate('$export', 'Patient?gender=male')
    expect(found.types).toMatchObject({ Patient: { count: 5 }, Observation: { count: 2000 } })
    expect(found).toMatchObject({ isExact: true, count: 2005 })
  })

  test('is exact of a few patients too', async () => {
    const found = await estimate('Group/g/$export', 'Patient?gender=male', 'Observation?status=final')
    expect(found.types).toMatchObject({ Patient: { count: 1 }, Observation: { count: 100 } })
    expect(found.isExact).toBe(true)
  })

  test('scales what some tell where there are many, and says so', async () => {
    for (const path of ['$export', 'Patient/$export']) {
      const found = await estimate(path, 'Observation?status=final')
      expect(found.types.Observation?.count).toBeGreaterThan(300)
      expect(found.types.Observation?.count).toBeLessThan(500)
      expect(found.types.Patient?.count).toBe(20)
      expect(found.isExact).toBe(false)
      expect(found.caveats.join()).toContain('_typeFilter')
    }
  })

  test('does not pass nothing found among some for nothing there is', async () => {
    const found = await estimate('$export', 'Observation?status=amended')
    expect(found).toMatchObject({ count: 20, isExact: false })
    expect(found.caveats.join()).toContain('_typeFilter')
  })

  test('says that deletions are not filtered', async () => {
    h.clock.advance(1000)
    const since = new Date(h.clock.now()).toISOString()
    h.clock.advance(1000)
    await h.remove('Observation/o1')
    const found = await estimate(`$export`, `Observation?status=final&_lastUpdated=gt${since}`)
    expect(found.isExact).toBe(false)
    const response = await h.request(
      `/fhir/$export?_dryRun=true&_since=${since}&_typeFilter=Observation?status=final`,
    )
    const told = await readEstimate(response)
    expect(told.caveats.join()).toContain('deletions')
    expect(told.deleted?.count).toBe(1)
  })
})
