import { describe, expect, test } from 'vitest'
import { hasCode } from '../../worker/errors.ts'
import { isResourceType } from '../../worker/fhir/resource-type.ts'
import { compileFilter, parseTypeFilter } from '../../worker/fhir/search/filter.ts'
import { pairsOf } from './example-queries.ts'

const context = { serverBase: 'http://example.org/fhir', nowMs: 0 }

const refusal = (work: () => unknown): readonly [code: string, message: string] => {
  try {
    work()
  } catch (error) {
    if (hasCode(error, 'invalid', 'not-supported')) return [error.code, error.message]
    throw error
  }
  throw new Error('it is not refused')
}

const ofQuery = (query: string) => {
  const type = query.split('?', 1)[0] ?? ''
  if (!isResourceType(type)) throw new Error(`${type} is no type`)
  return refusal(() => compileFilter(type, pairsOf(query), context))
}

describe('A filter refuses by name', () => {
  test.each([
    ['Patient?nothing=x', 'nothing'],
    ['Patient?Name=x', 'Name'],
    ['Patient?=x', ''],
    ['Patient?_filter=name eq "x"', '_filter'],
    ['Patient?_text=x', '_text'],
    ['Patient?_content=x', '_content'],
    ['Patient?_list=42', '_list'],
    ['Patient?_query=x', '_query'],
    ['Patient?_type=Patient', '_type'],
    ['Patient?_has:Observation:patient:code=1234-5', '_has:Observation:patient:code'],
    ['Observation?patient.name=peter', 'patient.name'],
    ['Observation?subject:Patient.name=peter', 'subject:Patient.name'],
    ['Location?near=42|-83', 'near'],
    ['Patient?value-quantity=1', 'value-quantity'],
    ['Patient?toString=x', 'toString'],
    ['Patient?__proto__=x', '__proto__'],
  ])('%s, for there is no such parameter, or it is not supported', (query, name) => {
    const [code, message] = ofQuery(query)
    expect(code).toBe('not-supported')
    expect(message).toContain(`"${name}`)
  })

  test.each([
    'Observation?code:in=http://acme.org/v',
    'Observation?code:not-in=http://acme.org/v',
    'Observation?code:above=x',
    'Observation?code:below=x',
    'Observation?code:exact=x',
    'Observation?code:Text=x',
    'Observation?code:not:missing=true',
    'Observation?code:=x',
    'Observation?code:text:not=x',
    'Observation?code:of-type=a|b|c',
    'Patient?gender:text=male',
    'Patient?active:text=true',
    'Patient?name:not=x',
    'Patient?name:text=x',
    'Patient?birthdate:exact=2000',
    'Patient?birthdate:contains=2000',
    'Observation?value-quantity:exact=5',
    'RiskAssessment?probability:not=5',
    'Observation?subject:not=Patient/1',
    'Observation?subject:above=1',
    'Observation?subject:below=1',
    'Observation?subject:patient=1',
    'Bundle?composition:identifier=1',
    'CarePlan?instantiates-canonical:identifier=1',
    'ValueSet?url:contains=x',
    'Observation?code-value-quantity:missing=true',
    'Observation?code-value-quantity:not=a$1',
  ])('%s, whose modifier it does not have', (query) => {
    const [code, message] = ofQuery(query)
    expect(code).toBe('not-supported')
    expect(message).toContain('the modifier is not supported')
  })

  test.each([
    'Patient?name=',
    'Patient?name=a,',
    'Patient?name=,a',
    'Patient?name=a,,b',
    'Patient?name= ',
    'Patient?name=.',
    'Patient?name=\u0301',
    'Patient?name:contains=--',
    'Patient?name:exact=',
    'Patient?name=a\\b',
    'Patient?name=a\\',
    'Observation?code:text=...',
    'Observation?code=|',
    'Observation?code=a|b|c',
    'Patient?identifier:of-type=a|b',
    'Patient?identifier:of-type=a||c',
    'Patient?gender:missing=yes',
    'Patient?gender:missing=',
    'Patient?gender:missing=true,false',
    'Patient?birthdate=x',
    'Patient?birthdate=gt',
    'Patient?birthdate=GT2000',
    'Patient?birthdate=xx2000',
    'Patient?birthdate=2000-13',
    'Patient?birthdate=2000-02-30',
    'Patient?birthdate=2000-1-1',
    'Patient?birthdate=20000101',
    'Patient?birthdate=2000-01-01T10',
    'Patient?birthdate=2000-01T10:00',
    'Patient?birthdate=2000-01-01T25:00',
    'Patient?birthdate=23 May 2009',
    'Patient?birthdate= 2000',
    'RiskAssessment?probability=x',
    'RiskAssessment?probability=gt',
    'RiskAssessment?probability=0x10',
    'RiskAssessment?probability=1e9999',
    'RiskAssessment?probability=1e99999999',
    'RiskAssessment?probability=NaN',
    'RiskAssessment?probability=Infinity',
    'RiskAssessment?probability=1_000',
    'RiskAssessment?probability=1 000',
    'Observation?value-quantity=5.4|mg',
    'Observation?value-quantity=|http://unitsofmeasure.org|mg',
    'Observation?value-quantity=5|a|b|c',
    'Observation?subject:Patient=Group/1',
    'Observation?subject:Patient=http://other.org/fhir/Patient/1',
    'ValueSet?url:below=urn:oid:1.2.3',
    'ValueSet?url:above=urn:oid:1.2.3',
    'Observation?code-value-quantity=8302-2',
    'Observation?code-value-quantity=8302-2$5$6',
    'Observation?code-value-quantity=8302-2$',
    'Observation?code-value-quantity=$5',
    'Observation?code-value-quantity=8302-2$x',
    'Observation?code-value-quantity=8302-2\\$5',
  ])('%s, which is malformed', (query) => {
    const [code, message] = ofQuery(query)
    expect(code).toBe('invalid')
    expect(message).toMatch(/^Cannot search "[\w-]+" for "/)
  })

  test.each([
    '_sort',
    '_count',
    '_include',
    '_include:iterate',
    '_revinclude',
    '_summary',
    '_total',
    '_elements',
    '_contained',
    '_containedType',
    '_format',
    '_pretty',
    '_score',
  ])('%s, which is about the result', (name) => {
    const [code, message] = refusal(() => parseTypeFilter(`Patient?gender=male&${name}=1`, context))
    expect(code).toBe('invalid')
    expect(message).toContain(`"${name}"`)
  })

  test.each([
    ['Patient', 'it is not of the form'],
    ['', 'it is not of the form'],
    ['gender=male', 'it is not of the form'],
    ['patient?gender=male', 'did you mean "Patient"'],
    ['?gender=male', 'names no resource type'],
    ['Patient?', 'its query is empty'],
    ['Resource?_id=1', 'names no resource type'],
    ['Patient?gender', 'it has an empty value'],
  ])('%j, which is no query on a type', (text, reason) => {
    const [code, message] = refusal(() => parseTypeFilter(text, context))
    expect(code).toBe('invalid')
    expect(message).toContain(reason)
  })

  test('a long or strange name or value without repeating it whole, or anything that steers a terminal', () => {
    for (const text of ['x'.repeat(100_000), '\u0007\u202e\u0000']) {
      for (const [, message] of [
        refusal(() => compileFilter('Patient', [[text, 'x']], context)),
        refusal(() => compileFilter('Patient', [['birthdate', text]], context)),
        refusal(() => compileFilter('Patient', [[`name:${text}`, 'x']], context)),
        refusal(() => parseTypeFilter(text, context)),
      ]) {
        expect(message.length).toBeLessThan(300)
        expect(message).not.toMatch(/[\p{Cc}\u202e]/u)
      }
    }
  })
})
