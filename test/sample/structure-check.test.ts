import { describe, expect, it } from 'vitest'
import { isJsonObject } from '../../worker/fhir/json.ts'
import { readPackageFiles } from '../fhir/r4-package.ts'
import { problemsOf } from './structure-check.ts'

const encounter = {
  resourceType: 'Encounter',
  id: 'e',
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
  subject: { reference: 'Patient/p' },
}
const observation = { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' } }

describe('the check of structures', () => {
  it.each([
    ['an element that is missing', { ...encounter, class: undefined }, 'Encounter/e.class: is missing'],
    ['an element that is unknown', { ...encounter, clazz: 'x' }, 'Encounter/e.clazz: is unknown'],
    ['one where there may be many', { ...encounter, type: { text: 'x' } }, 'Encounter/e.type: is no list'],
    ['many where there may be one', { ...encounter, subject: [] }, 'Encounter/e.subject: is a list'],
    ['an empty list', { ...encounter, type: [] }, 'Encounter/e.type: is an empty list'],
    ['a text where an object belongs', { ...encounter, subject: 'p' }, 'Encounter/e.subject: is no object'],
    [
      'a reference to a wrong type',
      { ...encounter, subject: { reference: 'Device/d' } },
      'Encounter/e.subject: may not refer to Device',
    ],
    [
      'a wrong date',
      { ...encounter, period: { start: '2020-1-1' } },
      'Encounter/e.period.start: is no dateTime: 2020-1-1',
    ],
    [
      'two values of a choice',
      { ...observation, valueString: 'a', valueInteger: 1 },
      'Observation/o.value: is there 2 times',
    ],
    [
      'a value of another type',
      { ...observation, valueInteger: 'a' },
      'Observation/o.valueInteger: is no integer: a',
    ],
    [
      'what lies deeper',
      { ...observation, component: [{ valueString: 'a' }] },
      'Observation/o.component.code: is missing',
    ],
    [
      'what is defined elsewhere',
      { ...observation, component: [{ code: {}, referenceRange: [{ x: 1 }] }] },
      'Observation/o.component.referenceRange.x: is unknown',
    ],
  ])('finds %s', (_, resource, problem) => {
    const json: unknown = JSON.parse(JSON.stringify(resource))
    expect(isJsonObject(json) ? problemsOf(json) : []).toContain(problem)
  })

  it('finds a code that a required binding does not know', () => {
    expect(problemsOf({ ...encounter, status: 'done' })).toEqual([
      'Encounter/e.status: "done" is not in http://hl7.org/fhir/ValueSet/encounter-status|4.0.1',
    ])
  })

  it('finds nothing in examples of HL7', () => {
    const names = ['Encounter-', 'Claim-100', 'Immunization-', 'CareTeam-', 'Coverage-']
    const examples = names.flatMap((name) => [...readPackageFiles(name)])
    expect(examples.length).toBeGreaterThan(15)
    // They have members such as `_birthDate` (extensions of a primitive), which the sample does without.
    expect(examples.flatMap(problemsOf).filter((problem) => !/\._\w+: is unknown$/.test(problem))).toEqual([])
  })
})
