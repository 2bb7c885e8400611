import { expect, test } from 'vitest'
import type { JsonObject } from '../../worker/fhir/json.ts'
import { isResourceType } from '../../worker/fhir/resource-type.ts'
import { compileFilter } from '../../worker/fhir/search/filter.ts'
import { server } from './compare.ts'
import { pairsOf } from './example-queries.ts'
import { judge } from './oracle/judge.ts'

/** Tests of whether a query finds a resource with these elements: neither the filter nor the oracle is taken at its word. */
export const cases = (
  rows: readonly (readonly [query: string, fields: JsonObject, isFound: boolean])[],
): void =>
  test.each(rows.map(([query, fields, isFound]) => ({ query, fields, isFound })))(
    '$query of $fields: $isFound',
    ({ query, fields, isFound }) => {
      expect(finds(query, fields)).toBe(isFound)
    },
  )

const finds = (query: string, fields: JsonObject): boolean => {
  const type = query.split('?', 1)[0] ?? ''
  if (!isResourceType(type)) throw new Error(`${type} is no type`)
  const resource = { resourceType: type, id: 'x', ...fields }
  const pairs = pairsOf(query)
  const context = { serverBase: server.base, nowMs: server.nowMs }
  const { matches, mayMatch } = compileFilter(type, pairs, context)
  const isFound = matches(resource)
  const encoded = new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString()
  expect(judge(resource, encoded, server), 'the oracle').toBe(isFound)
  if (isFound) expect(mayMatch(JSON.stringify(resource)), 'the look at the line').toBe(true)
  return isFound
}
