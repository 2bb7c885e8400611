import { cutLine, maxGrowthBytes } from '../fhir/cut-line.ts'
import { type CutRule, cutRuleOf } from '../fhir/cut-rule.ts'
import type { ElementChoice } from '../fhir/export-shape.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import type { FoundResource } from './found-lines.ts'

/**
 * What `_elements` leaves of what a search found. An element without a type is meant of the type that is searched; what comes along is cut
 * where the client names its type.
 */
export const cutFound = (
  resources: readonly FoundResource[],
  { everywhere, byType }: ElementChoice,
  searched: ResourceType,
): readonly FoundResource[] => {
  const rules = new Map<ResourceType, CutRule | undefined>()
  return resources.map((resource) => {
    const { type, line } = resource
    if (!rules.has(type))
      rules.set(type, cutRuleOf(type === searched && everywhere ? { everywhere, byType } : { byType }, type))
    const rule = rules.get(type)
    return rule === undefined ? resource : { ...resource, line: cutText(line, rule) }
  })
}

const cutText = (text: string, rule: CutRule): string => {
  const line = encoder.encode(text)
  const into = new Uint8Array(line.length + maxGrowthBytes)
  return decoder.decode(into.subarray(0, cutLine(line, rule, into, 0)))
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
