import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'
import { type SampleLine, samplePopulation } from '../../worker/sample/sample-population.ts'
import { problemsOf } from './structure-check.ts'

const linesOf = (patients: number, seed = 1): readonly SampleLine[] => [
  ...samplePopulation({ patients, seed }),
]
const parsed = ({ text }: SampleLine): JsonObject => {
  const json: Json = JSON.parse(text)
  if (!isJsonObject(json)) throw new Error('a line is no object')
  return json
}
const countOf = (lines: readonly SampleLine[], type: string) =>
  lines.filter((line) => line.type === type).length
const textOf = (lines: readonly SampleLine[]) => lines.map(({ text }) => `${text}\n`).join('')
const nameOf = ({ type, id }: SampleLine) => `${type}/${id}`

const sample = linesOf(60)

describe('the sample population', () => {
  it('is the same on every machine and every day; who changes it raises its edition', () => {
    const digest = createHash('sha256')
      .update(textOf(linesOf(20)))
      .digest('hex')
    expect(digest).toBe('0789e78f17ac76457dab3592a0b2d5a9234a712598f7a160cf1d8c3934ef22e6')
  })

  it('is another one for another seed', () => {
    expect(textOf(linesOf(2, 2))).not.toBe(textOf(linesOf(2, 1)))
    expect(linesOf(2, 2).length).toBeGreaterThan(50)
  })

  it('has the same patients however many there are, but for the Groups', () => {
    const small = linesOf(7).filter(({ type }) => type !== 'Group')
    const ofSmall = new Set(small.map(nameOf))
    expect(sample.filter((line) => ofSmall.has(nameOf(line)))).toEqual(small)
  })

  it('comes out the same when two are made at once', () => {
    const [one, other] = [
      samplePopulation({ patients: 3, seed: 1 }),
      samplePopulation({ patients: 3, seed: 1 }),
    ]
    const lines: SampleLine[] = []
    for (const line of one) {
      lines.push(line)
      other.next()
    }
    expect(lines).toEqual(linesOf(3))
  })

  it('is made as it is read, and not all at once', () => {
    const [first] = samplePopulation({ patients: 500_000, seed: 1 })
    expect(first?.type).toBe('Organization')
  })

  it.each([[0], [-1], [1.5], [Number.NaN], [500_001]])('refuses to have %d patients', (patients) => {
    expect(() => linesOf(patients)).toThrow(/^Cannot make a sample of "/)
  })

  it('has every type that it is to have', () => {
    const types = new Set(sample.map(({ type }) => type))
    expect([...types].sort()).toEqual(expectedTypes)
  })

  it('names nothing twice, and refers to nothing that has not come before', () => {
    const seen = new Set<string>()
    for (const line of sample) {
      const targets = [...line.text.matchAll(/"(?:reference|url)":"([A-Z][A-Za-z]+\/[^"]+)"/g)].map(
        ([, name = '']) => name,
      )
      expect(targets.filter((name) => !seen.has(name))).toEqual([])
      expect(seen.has(nameOf(line))).toBe(false)
      seen.add(nameOf(line))
    }
  })

  it('is as the definitions of R4 have it: elements, how often, of which types, and codes where they are fixed', () => {
    expect(sample.flatMap((line) => problemsOf(parsed(line)))).toEqual([])
  })

  it('has 60 to 120 resources a patient, of 100 kB or less', () => {
    expect(sample.length / 60).toBeGreaterThan(60)
    expect(sample.length / 60).toBeLessThan(120)
    expect(Buffer.byteLength(textOf(sample)) / 60).toBeLessThan(100_000)
  })
})

const expectedTypes = [
  'AllergyIntolerance',
  'Appointment',
  'Binary',
  'CarePlan',
  'CareTeam',
  'Claim',
  'Condition',
  'Coverage',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'ExplanationOfBenefit',
  'Goal',
  'Group',
  'Immunization',
  'Location',
  'Medication',
  'MedicationRequest',
  'Observation',
  'Organization',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Procedure',
  'Provenance',
]

describe('what the sample tells', () => {
  const ofType = (type: string) => sample.filter((line) => line.type === type)

  it('comes in every shape that an Observation has', () => {
    const observations = ofType('Observation').map(({ text }) => text)
    for (const member of [
      'valueQuantity',
      'valueCodeableConcept',
      'valueInteger',
      'valueString',
      'valueDateTime',
      'valueRange',
      'component',
      'dataAbsentReason',
      'hasMember',
    ])
      expect(
        observations.some((text) => text.includes(`"${member}":`)),
        member,
      ).toBe(true)
  })

  it('keeps the zeros of decimals', () => {
    expect(textOf(sample)).toMatch(/"value":\d+\.\d0[,}]/)
    expect(textOf(sample)).toContain('"value":0.50,"unit":"mL"')
  })

  it('has names in many scripts', () => {
    const text = textOf(ofType('Patient'))
    for (const script of [
      /\p{Script=Han}/u,
      /\p{Script=Arabic}/u,
      /\p{Script=Cyrillic}/u,
      /\p{Script=Hangul}/u,
      /\p{Script=Greek}/u,
    ])
      expect(text).toMatch(script)
  })

  it('has attachments inline and by the URL of a Binary', () => {
    const text = textOf(ofType('DocumentReference'))
    expect(text).toContain('"data":"')
    expect(text).toContain('"url":"Binary/')
  })

  it('has Appointments of two patients, and a Provenance of a Patient', () => {
    const pairs = ofType('Appointment').filter(({ text }) => text.match(/"Patient\//g)?.length === 2)
    expect(pairs.length).toBeGreaterThan(3)
    expect(textOf(ofType('Provenance'))).toContain('"target":[{"reference":"Patient/p1"}]')
  })

  it('gives a diabetic metformin, HbA1c and a meter', () => {
    const diabetics = ofType('Group').find(({ id }) => id === 'diabetics')
    const ids = [...(diabetics?.text.matchAll(/Patient\/(p\d+)/g) ?? [])].map(([, id = '']) => id)
    expect(ids.length).toBeGreaterThan(2)
    for (const id of ids) {
      expect(sample.map(nameOf)).toContain(`Device/${id}-glucose-meter`)
      const own = textOf(sample.filter((line) => line.id.startsWith(`${id}-`)))
      if (!own.includes(`"id":"${id}-diabetes"`)) continue // it set in after the last visit
      expect(own).toContain('hba1c')
      expect(own).toContain('metformin')
    }
  })

  it('has the visits of a patient in order', () => {
    const starts = new Map<string, string>()
    for (const { id, text } of ofType('Encounter')) {
      const patient = id.replace(/-.*/, '')
      const start = /"period":\{"start":"([^"]+)"/.exec(text)?.[1] ?? ''
      expect(start > (starts.get(patient) ?? '')).toBe(true)
      starts.set(patient, start)
    }
    expect(starts.size).toBe(60)
  })

  it('has Groups of every kind', () => {
    expect(ofType('Group').map(({ id }) => id)).toEqual([
      'clinic-1-panel',
      'clinic-2-panel',
      'diabetics',
      'study',
      'nobody',
      'listed-twice',
      'doctors',
      'glucose-meters',
      'smokers',
      'study-and-diabetics',
      'all-clinics',
      'sample',
    ])
    expect(countOf(sample, 'Patient')).toBe(60)
  })
})
