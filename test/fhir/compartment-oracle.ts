import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { isJsonObject, type JsonObject } from '../../worker/fhir/json.ts'
import { objectsOf, readPackageFile, readPackageFiles, textOf, textsOf } from './r4-package.ts'

/**
 * The patients of a resource by another road: the search parameters' own expressions, evaluated by a FHIRPath engine.
 * The engine cannot resolve references, so `resolve() is Patient` becomes a look at the reference's text.
 */
export const expectedPatientsOf = (resource: JsonObject, base: string): readonly string[] => {
  const type = textOf(resource.resourceType)
  const own = type === 'Patient' && typeof resource.id === 'string' ? [resource.id] : []
  const evaluators = evaluatorsOfTypes.get(type) ?? []
  // The engine may write into what it evaluates.
  const selected = evaluators.flatMap((evaluate) => evaluate(structuredClone(resource)))
  return [...new Set([...own, ...selected.flatMap((target) => patientIdOf(target, base))])].sort()
}

const patientIdOf = (target: unknown, base: string): readonly string[] => {
  if (!isJsonObject(target) || typeof target.reference !== 'string') return []
  const [, before, id] =
    /^(.*\/)?Patient\/([A-Za-z0-9\-.]{1,64})(\/_history\/[^/]+)?(#.*)?$/.exec(target.reference) ?? []
  return id !== undefined && (before === undefined || before === `${base}/`) ? [id] : []
}

const searchParameters = [...readPackageFiles('SearchParameter-')]

const evaluatorOf = (type: string, code: string) => {
  const [parameter] = searchParameters.filter(
    (candidate) => candidate.code === code && textsOf(candidate.base).includes(type),
  )
  const expression = textOf(parameter?.expression)
  return fhirpath.compile(
    expression.replaceAll('.where(resolve() is Patient)', ".where(reference.contains('Patient/'))"),
    r4,
    { async: false },
  )
}

/** For the types in the compartment only. */
const evaluatorsOfTypes = new Map(
  objectsOf(readPackageFile('CompartmentDefinition-patient.json').resource)
    .map((entry) => ({ type: textOf(entry.code), codes: textsOf(entry.param) }))
    .filter(({ codes }) => codes.length > 0)
    .map(({ type, codes }) => [type, codes.map((code) => evaluatorOf(type, code))]),
)

export const compartmentTypes: readonly string[] = [...evaluatorsOfTypes.keys()]
