import { describe, expect, it } from 'vitest'
import { SluiceError } from '../../worker/errors.ts'
import { type ExportRequest, parseExportRequest } from '../../worker/fhir/export-request.ts'
import type { ResourceType } from '../../worker/fhir/resource-type.ts'

const parse = (
  query: string,
  { lenient = false, level = 'system' as const, additionalTypes = [] as readonly ResourceType[] } = {},
): ExportRequest =>
  parseExportRequest({
    level,
    query: [...new URLSearchParams(query)],
    lenient,
    nowMs: 0,
    serverBase: 'https://example.org/fhir',
    allowsPatientAnywhere: false,
    allowsTypeAlias: false,
    partBytes: { min: 1000, max: 16_777_216 },
    isGet: true,
    additionalTypes,
  })

const associatedOf = (query: string) => parse(query).shape.associated

const refusalOf = (query: string): string => {
  try {
    parse(query)
  } catch (error) {
    if (error instanceof SluiceError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('includeAssociatedData', () => {
  it.each([
    ['', 'default', false, false],
    ['includeAssociatedData=LatestProvenanceResources', 'latest', false, false],
    ['includeAssociatedData=RelevantProvenanceResources', 'relevant', false, false],
    ['includeAssociatedData=_history', 'default', true, false],
    ['includeAssociatedData=_deleted,_history', 'default', true, true],
    ['includeAssociatedData=_deleted&includeAssociatedData=LatestProvenanceResources', 'latest', false, true],
  ])('%j says what comes along', (query, provenance, history, deleted) => {
    expect(associatedOf(query)).toEqual({ provenance, history, deleted })
  })

  it('takes the larger of two that contradict each other, in any order', () => {
    for (const values of [
      'LatestProvenanceResources,RelevantProvenanceResources',
      'RelevantProvenanceResources,LatestProvenanceResources',
    ])
      expect(associatedOf(`includeAssociatedData=${values}`).provenance).toBe('relevant')
  })

  it('refuses a value it does not know by its name, or leaves it out with one outcome', () => {
    const query = 'includeAssociatedData=_audit,LatestProvenanceResources,_more,_audit'
    expect(refusalOf(query)).toMatch(
      /^not-supported: .*"includeAssociatedData": "_audit" is not supported.*"_more"/,
    )
    const { shape, ignored } = parse(query, { lenient: true })
    expect(shape.associated.provenance).toBe('latest')
    expect(ignored.map(({ name }) => name)).toEqual(['includeAssociatedData', 'includeAssociatedData'])
  })

  it('knows what was meant by another case, and by another name', () => {
    expect(refusalOf('includeAssociatedData=latestprovenanceresources')).toContain(
      'did you mean "LatestProvenanceResources"?',
    )
    expect(refusalOf('_includeAssociatedData=_history')).toContain('did you mean "includeAssociatedData"?')
  })

  it('refuses an empty element, leniently too', () => {
    for (const query of ['includeAssociatedData=', 'includeAssociatedData=_history,,_deleted'])
      expect(() => parse(query, { lenient: true })).toThrow('has an empty element')
  })
})

describe('A type of _type outside the compartment', () => {
  const additionalTypes: readonly ResourceType[] = ['Organization']
  const level = 'patient' as never

  it('has no note where others may refer to it', () => {
    expect(parse('_type=Patient,Organization', { level, additionalTypes }).notes).toEqual([])
    expect(parse('_type=Patient,Organization,Medication', { level, additionalTypes }).notes).toEqual([
      expect.stringContaining('"Medication" is not in the Patient compartment'),
    ])
    expect(parse('_type=Patient,Organization', { level }).notes).toHaveLength(1)
  })

  it('is refused where there is no other, or comes to nothing', () => {
    expect(() => parse('_type=Organization', { level, additionalTypes })).toThrow('"Organization" is not in')
    expect(parse('_type=Organization', { level, additionalTypes, lenient: true }).notes).toHaveLength(1)
  })
})
