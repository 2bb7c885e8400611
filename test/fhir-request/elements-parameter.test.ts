import { describe, expect, it } from 'vitest'
import { SluiceError } from '../../worker/errors.ts'
import { type ExportRequest, parseExportRequest } from '../../worker/fhir/export-request.ts'

const parse = (query: string, lenient = false, body?: unknown): ExportRequest =>
  parseExportRequest({
    level: 'system',
    query: [...new URLSearchParams(query)],
    body,
    lenient,
    nowMs: Date.parse('2026-11-20T12:00:00Z'),
    serverBase: 'https://example.org/fhir',
    allowsPatientAnywhere: false,
    allowsTypeAlias: false,
    partBytes: { min: 1000, max: 16_777_216 },
    isGet: body === undefined,
  })
const choiceOf = (query: string, lenient = false) => parse(query, lenient).shape.elements

const refusalOf = (query: string, lenient = false): string => {
  try {
    parse(query, lenient)
  } catch (error) {
    if (error instanceof SluiceError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('_elements', () => {
  it('is, when absent, no choice at all', () => {
    expect(parse('').shape).not.toHaveProperty('elements')
  })

  it.each([
    ['_elements=birthDate', { everywhere: ['birthDate'], byType: {} }],
    ['_elements=Patient.birthDate', { byType: { Patient: ['birthDate'] } }],
    ['_elements=id,Patient.name', { everywhere: ['id'], byType: { Patient: ['name'] } }],
    ['_elements=resourceType,meta', { everywhere: ['meta', 'resourceType'], byType: {} }],
    ['_elements=value', { everywhere: ['value'], byType: {} }],
    ['_elements=value[x]', { everywhere: ['value'], byType: {} }],
    ['_elements=Observation.value%5Bx%5D', { byType: { Observation: ['value'] } }],
    ['_elements=Observation.valueQuantity', { byType: { Observation: ['valueQuantity'] } }],
    ['_elements=bodySite', { everywhere: ['bodySite'], byType: {} }],
  ])('may be %s', (query, choice) => {
    expect(choiceOf(query)).toEqual(choice)
  })

  it.each([
    '_elements=Patient.name,id,Observation.code',
    '_elements=id&_elements=Observation.code,Patient.name',
    '_elements=Observation.code&_elements=Patient.name&_elements=id',
    '_elements= id , Patient.name,id&_elements=Observation.code',
  ])('is a list by commas or repetition, in any order: %s', (query) => {
    expect(choiceOf(query)).toEqual({
      everywhere: ['id'],
      byType: { Observation: ['code'], Patient: ['name'] },
    })
  })

  it('is the same from a Parameters body', () => {
    const parameter = ['Patient.name', 'id,Observation.code'].map((valueString) => ({
      name: '_elements',
      valueString,
    }))
    const body = { resourceType: 'Parameters', parameter }
    expect(parse('', false, body).shape.elements).toEqual(
      choiceOf('_elements=id,Patient.name,Observation.code'),
    )
    expect(parse('_elements=Observation.code,id,Patient.name', false, body).shape.elements).toEqual(
      choiceOf('_elements=id,Patient.name,Observation.code'),
    )
  })

  it.each(['_elements=', '_elements=,', '_elements=id,', '_elements=id&_elements=%20'])(
    'has no empty elements, under lenient handling neither: %s',
    (query) => {
      const refusal = 'invalid: Cannot read parameter "_elements": its list of elements has an empty one'
      expect(refusalOf(query)).toBe(refusal)
      expect(refusalOf(query, true)).toBe(refusal)
    },
  )

  it('has at most 1000 elements', () => {
    const list = (length: number) => Array.from({ length }, () => 'id').join(',')
    expect(choiceOf(`_elements=${list(1000)}`)).toEqual({ everywhere: ['id'], byType: {} })
    expect(refusalOf(`_elements=${list(1001)}`)).toMatch(/^invalid: .* its list has more than 1000 elements$/)
  })

  it.each([
    [
      'Patient.name.given',
      '"Patient.name.given" lies inside an element, and only whole elements such as "Patient.name" can be asked for',
    ],
    [
      'name.given',
      '"name.given" lies inside an element, and only whole elements such as "name" can be asked for',
    ],
    ['Patient.status', '"status" is not an element of Patient in FHIR R4'],
    [
      'Patient.birthdate',
      '"birthdate" is not an element of Patient in FHIR R4, did you mean "Patient.birthDate"?',
    ],
    [
      'Patient._birthDate',
      '"_birthDate" is not an element of Patient in FHIR R4, did you mean "Patient.birthDate"?',
    ],
    ['Patient.', '"" is not an element of Patient in FHIR R4'],
    ['Patient.birthDate[x]', '"birthDate[x]" is not an element of Patient in FHIR R4'],
    ['Observation.valueCode', '"valueCode" is not an element of Observation in FHIR R4'],
    ['Binary.text', '"text" is not an element of Binary in FHIR R4'],
    ['unicorn', '"unicorn" is not an element of any resource of FHIR R4'],
    ['BirthDate', '"BirthDate" is not an element of any resource of FHIR R4, did you mean "birthDate"?'],
    ['Patient', '"Patient" is a resource type, and elements of it are asked for as in "Patient.id"'],
    ['__proto__', '"__proto__" is not an element of any resource of FHIR R4'],
    ['Unicorn.name', '"Unicorn.name" begins with "Unicorn", which is not a resource type of FHIR R4'],
    [
      'patient.name',
      '"patient.name" begins with "patient", which is not a resource type of FHIR R4, did you mean "Patient"?',
    ],
    ['.name', '".name" begins with "", which is not a resource type of FHIR R4'],
    ['*', '"*" is not an element of any resource of FHIR R4'],
  ])('may not be %s, alone not even under lenient handling', (element, reason) => {
    const refusal = `not-supported: Cannot process parameter "_elements": ${reason}`
    expect(refusalOf(`_elements=${element}`)).toBe(refusal)
    expect(refusalOf(`_elements=${element}`, true)).toBe(refusal)
    expect(parse(`_elements=${element},Patient.name`, true).ignored).toEqual([
      { name: '_elements', reason, code: 'not-supported' },
    ])
  })

  it('names all that it does not know at once, with what else is not supported', () => {
    const refusal = refusalOf('_elements=id,Patient.status,unicorn&_summary=true&_type=Nope')
    expect(refusal).toMatch(/"_summary".*"Nope".*"status".*"unicorn"/)
  })

  it.each([
    ['_elements=Patient.name,Observation.kode', { byType: { Observation: [], Patient: ['name'] } }],
    ['_elements=Patient.name,Observation.code.text', { byType: { Observation: [], Patient: ['name'] } }],
    ['_elements=Patient.name,kode', { everywhere: [], byType: { Patient: ['name'] } }],
    ['_elements=Patient.name,code.text', { everywhere: [], byType: { Patient: ['name'] } }],
    ['_elements=Patient.name,Observasion.code', { byType: { Patient: ['name'] } }],
  ])('brings under lenient handling no more than was asked for: %s', (query, choice) => {
    expect(choiceOf(query, true)).toEqual(choice)
  })
})
