import type { JsonObject } from '../../worker/fhir/json.ts'
import { isResourceType, type ResourceType } from '../../worker/fhir/resource-type.ts'
import { readPackageFiles, textOf } from '../fhir/r4-package.ts'

/** HL7's example resources by type; of definitions, of which there are thousands, the first 64. */
export const readExamples = (): ReadonlyMap<ResourceType, readonly JsonObject[]> => {
  const byType = new Map<ResourceType, JsonObject[]>()
  for (const example of readPackageFiles()) {
    const type = textOf(example.resourceType)
    if (!isResourceType(type)) continue
    const examples = byType.get(type) ?? []
    byType.set(type, examples)
    if (examples.length < 64) examples.push(example)
  }
  return byType
}
