import { describe, expect, it } from 'vitest'
import type { Json } from '../../worker/fhir/json.ts'
import { isResourceType } from '../../worker/fhir/resource-type.ts'
import { searchParametersOf } from '../../worker/fhir/search/parameters.ts'
import { readPackageFiles, textOf } from '../fhir/r4-package.ts'
import { definitionsOf } from './oracle/definitions.ts'
import { searchedValues } from './oracle/judge.ts'

describe('the values that a search parameter selects', () => {
  it('are those that a FHIRPath engine finds by the expression of HL7, in every example of HL7', () => {
    const differences: string[] = []
    let found = 0
    for (const example of readPackageFiles()) {
      const type = textOf(example.resourceType)
      if (!isResourceType(type)) continue
      const parameters = searchParametersOf(type)
      for (const definition of definitionsOf(type)) {
        const expected = distinct(searchedValues(definition, example).map(({ json }) => json))
        const selected = distinct(
          (parameters.get(definition.code)?.select(example) ?? []).map(({ value }) => value),
        )
        found += expected.length
        if (expected.join() !== selected.join() && differences.length < 20)
          differences.push(`${type}/${example.id} ${definition.code}: ${expected} / ${selected}`)
      }
    }
    expect(differences).toEqual([])
    expect(found).toBeGreaterThan(50_000)
  }, 300_000)

  it('are looked for by all the parameters that HL7 defines for a type, and no other', () => {
    for (const type of ['Account', 'Observation', 'Patient', 'VisionPrescription'] as const)
      expect([...searchParametersOf(type).keys()].sort()).toEqual(
        definitionsOf(type)
          .map(({ code }) => code)
          .sort(),
      )
  })
})

/** An engine finds a value once, though two branches of an expression lead to it. */
const distinct = (values: readonly Json[]): readonly string[] =>
  [...new Set(values.map((value) => JSON.stringify(value)))].sort()
