import type { Json, JsonObject } from '../../worker/fhir/json.ts'
import type { ResourceType } from '../../worker/fhir/resource-type.ts'
import { compileFilter, type QueryPair } from '../../worker/fhir/search/filter.ts'
import { judge } from './oracle/judge.ts'

export const server = { base: 'http://example.org/fhir', nowMs: Date.parse('2026-11-20T00:00:00Z') }

export type Comparison = { readonly matches: number; readonly differences: readonly string[] }

/**
 * Where the filter and the oracle differ, resource by resource; and where the cheap look would have passed over a match, as its line is
 * stored, with other escapes of the same text, and with `\u` escapes.
 */
export const compareWithOracle = (
  type: ResourceType,
  resources: readonly JsonObject[],
  query: readonly QueryPair[],
): Comparison => {
  const { matches, mayMatch } = compileFilter(type, query, { serverBase: server.base, nowMs: server.nowMs })
  const asked = new URLSearchParams(query.map(([name, value]) => [name, value])).toString()
  const matching = resources.filter(matches)
  const expected = resources.filter((resource) => judge(resource, asked, server))
  const name = ({ id }: JsonObject) => `${type}/${id}?${decodeURIComponent(asked)}`
  const passedOver = (resource: JsonObject): readonly string[] =>
    linesOf(resource).every((text) => mayMatch(text)) ? [] : [`${name(resource)} is passed over`]
  return {
    matches: matching.length,
    differences: [
      ...matching.filter((one) => !expected.includes(one)).map((one) => `${name(one)} wrongly matches`),
      ...expected.filter((one) => !matching.includes(one)).map((one) => `${name(one)} is not found`),
      ...matching.flatMap(passedOver),
    ],
  }
}

/** A resource as it is stored, and as others might write it. Made once: some are long. */
const linesOf = (resource: JsonObject): readonly string[] => {
  const known = lines.get(resource)
  if (known !== undefined) return known
  const line = JSON.stringify(resource)
  const made = [line, line.replaceAll('/', '\\/'), escapedLine(resource)]
  lines.set(resource, made)
  return made
}
const lines = new WeakMap<JsonObject, readonly string[]>()

/** The same JSON with every character of names and strings escaped. */
const escapedLine = (json: Json | undefined): string => {
  if (Array.isArray(json)) return `[${json.map(escapedLine).join(',')}]`
  if (typeof json === 'object' && json !== null)
    return `{${Object.entries(json)
      .map(([name, value]) => `${escaped(name)}:${escapedLine(value)}`)
      .join(',')}}`
  return typeof json === 'string' ? escaped(json) : JSON.stringify(json)
}

const escaped = (text: string): string =>
  `"${Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`
