import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../worker/fhir/json.ts'
import { readSearchDefinitions } from '../../worker/fhir/r4/generate.ts'
import { isResourceType } from '../../worker/fhir/resource-type.ts'
import { searchParametersOf } from '../../worker/fhir/search/parameters.ts'
import { readPackageFiles, textOf } from '../fhir/r4-package.ts'

const { parameters } = readSearchDefinitions()

describe('the values that a search parameter selects', () => {
  it('are those that a FHIRPath engine finds, in every example of HL7', () => {
    const differences: string[] = []
    let compared = 0
    for (const example of readPackageFiles()) {
      const type = textOf(example.resourceType)
      if (!isResourceType(type)) continue
      for (const { code, kind, select } of searchParametersOf(type).values()) {
        if (kind === 'composite' || selectsOthers.has(`${type}?${code}`)) continue
        const expected = [
          ...new Set(evaluate(example, type, code).map((value) => JSON.stringify(value))),
        ].sort()
        const found = [...new Set(select(example).map(({ value }) => JSON.stringify(value)))].sort()
        compared++
        if (expected.join() !== found.join() && differences.length < 20)
          differences.push(`${type}/${example.id} ${code}: ${expected} / ${found}`)
      }
    }
    expect(differences).toEqual([])
    expect(compared).toBeGreaterThan(100_000)
  }, 600_000)
})

/** Choices that may also be what such a parameter does not look into: a date in a string, a reference in an Attachment. */
const selectsOthers: ReadonlySet<string> = new Set([
  'CarePlan?activity-date',
  'Consent?source-reference',
  'Immunization?date',
  'Group?name', // of R5
])

const compiled = new Map<string, (resource: JsonObject) => readonly unknown[]>()

const evaluate = (resource: JsonObject, type: string, code: string): readonly unknown[] => {
  const key = `${type}?${code}`
  const evaluator = compiled.get(key) ?? compile(type, code)
  compiled.set(key, evaluator)
  return evaluator(resource)
}

const compile = (type: string, code: string): ((resource: JsonObject) => readonly unknown[]) => {
  const { expression } = parameters.find(
    (parameter) =>
      parameter.code === code &&
      (parameter.base.includes(type) || parameter.base.includes('Resource')) &&
      !/SearchParameter\/example/.test(parameter.url),
  ) ?? { expression: '' }
  const branches = expression
    .split('|')
    .map((branch) => branch.trim())
    .filter(
      (branch) => new RegExp(`^\\(?(${type}|Resource)(?![A-Za-z])`).test(branch) || /^[a-z]/.test(branch),
    )
    .map((branch) =>
      branch.replaceAll(
        /\.where\(resolve\(\) is (\w+)\)/g,
        `.where(reference.matches('(^|/)$1/[A-Za-z0-9.-]{1,64}(/_history/.*)?(#.*)?$$') or type = '$1')`,
      ),
    )
    .map((branch) =>
      branch
        .replaceAll(/\(?([\w.]+) as (\w+)\)?/g, '$1.ofType($2)')
        .replaceAll(/\.as\((\w+)\)/g, '.ofType($1)'),
    )
    .map((branch) => branch.replaceAll(/hasExtension\(('[^']*')\)/g, 'extension($1).exists()'))
    .map((branch) => (/\.extension\([^)]*\)$/.test(branch) ? `${branch}.value` : branch))
  const evaluators = branches.map((branch) => fhirpath.compile(branch, r4))
  return (resource) => [
    ...new Set(evaluators.flatMap((evaluateBranch) => Array.from(evaluateBranch(resource) as unknown[]))),
  ]
}
