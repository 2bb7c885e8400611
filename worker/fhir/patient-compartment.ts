import { isJsonObject, type JsonObject } from './json.ts'
import { patientCompartmentPaths } from './r4/patient-compartment.generated.ts'
import { resourceTypes } from './r4/resource-types.generated.ts'
import { parseReference } from './reference.ts'
import { type ResourceType, typeIdOf } from './resource-type.ts'

/**
 * The ids of the patients in whose compartment a resource is, sorted. A resource is in the compartment of every
 * patient that one of the compartment's search parameters points to, and a Patient in its own
 * (http://hl7.org/fhir/R4/compartmentdefinition-patient.html). Contained patients have no compartment.
 */
export const patientsOf = (resource: JsonObject, serverBase: string): readonly string[] => {
  const paths = stepsOfTypes.get(resource.resourceType)
  if (paths === undefined) return []
  const patients = new Set<string>()
  if (resource.resourceType === 'Patient' && typeof resource.id === 'string') patients.add(resource.id)
  for (const steps of paths) collectPatients(resource, steps, 0, serverBase, patients)
  return [...patients].sort()
}

export const isInPatientCompartment = (type: ResourceType): boolean => stepsOfTypes.has(type)

/** Of all types that may be in a patient's compartment, Patient among them; ascending. */
export const patientCompartmentTypeIds: readonly number[] = resourceTypes
  .filter((type) => type in patientCompartmentPaths)
  .map(typeIdOf)
  .sort((a, b) => a - b)

const stepsOfTypes: ReadonlyMap<unknown, readonly (readonly string[])[]> = new Map(
  Object.entries(patientCompartmentPaths).map(([type, paths]) => [
    type,
    paths.map((path) => path.split('.')),
  ]),
)

const collectPatients = (
  element: JsonObject,
  steps: readonly string[],
  depth: number,
  serverBase: string,
  patients: Set<string>,
): void => {
  const step = steps[depth]
  if (step === undefined) {
    addPatient(element, serverBase, patients)
    return
  }
  const value = element[step]
  for (const child of Array.isArray(value) ? value : [value]) {
    if (isJsonObject(child)) collectPatients(child, steps, depth + 1, serverBase, patients)
  }
}

const addPatient = (reference: JsonObject, serverBase: string, patients: Set<string>): void => {
  if (typeof reference.reference !== 'string') return
  const target = parseReference(reference.reference, serverBase)
  if (target?.type === 'Patient') patients.add(target.id)
}
