import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../worker/fhir/json.ts'
import { isResourceType, type ResourceType } from '../../worker/fhir/resource-type.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { compareWithOracle } from './compare.ts'
import { deriveQueries } from './derive-queries.ts'
import { exampleQueries, pairsOf } from './example-queries.ts'
import { readExamples } from './examples.ts'

type ByType = ReadonlyMap<ResourceType, readonly JsonObject[]>

let examples: ByType
beforeAll(() => {
  examples = readExamples()
})

describe('A filter on the examples of HL7', () => {
  test('comes in 200 forms', () => {
    expect(new Set(exampleQueries).size).toBe(exampleQueries.length)
    expect(exampleQueries.length).toBeGreaterThan(200)
  })

  test.each(exampleQueries)('%s finds some and not others, as the oracle does', (query) => {
    const type = query.split('?', 1)[0] ?? ''
    const resources = isResourceType(type) ? (examples.get(type) ?? []) : []
    if (!isResourceType(type)) throw new Error(`${type} is no type`)
    const { matches, differences } = compareWithOracle(type, resources, pairsOf(query))
    expect(differences).toEqual([])
    expect(matches).toBeGreaterThan(0)
    expect(matches).toBeLessThan(resources.length)
  })

  test('made from their own values finds what the oracle finds', { timeout: 300_000 }, () => {
    expectNoDifference(examples, 1, 10)
  })
})

/** Data that may lie beside the repository; the project does not need it. */
const shared = '../shared/data'

describe.each([
  ['r4-examples', Number.POSITIVE_INFINITY],
  ['synthea-medium', 150],
])('A filter on %s', (name, perType) => {
  test.skipIf(!existsSync(`${shared}/${name}`))(
    'made from its own values finds what the oracle finds',
    { timeout: 300_000 },
    () => {
      expectNoDifference(readSample(`${shared}/${name}`, perType), 2, 12)
    },
  )
})

const expectNoDifference = (byType: ByType, seed: number, perParameter: number): void => {
  const random = seededRandom(seed)
  const sum = { filters: 0, telling: 0, differences: [] as string[] }
  for (const [type, resources] of byType)
    for (const query of deriveQueries(type, resources, random, perParameter)) {
      const { matches, differences } = compareWithOracle(type, resources, [...new URLSearchParams(query)])
      sum.filters++
      if (matches > 0 && matches < resources.length) sum.telling++
      sum.differences.push(...differences)
    }
  expect(sum.differences.slice(0, 20)).toEqual([])
  expect(sum.filters).toBeGreaterThan(1500)
  expect(sum.telling / sum.filters).toBeGreaterThan(0.5)
}

const readSample = (folder: string, perType: number): ByType => {
  const random = seededRandom(3)
  const byType = new Map<ResourceType, readonly JsonObject[]>()
  for (const file of readdirSync(folder)) {
    const type = file.replace('.ndjson.gz', '')
    if (!isResourceType(type)) continue
    const lines = gunzipSync(readFileSync(`${folder}/${file}`))
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
    const sample = lines.filter(() => random() < perType / lines.length)
    byType.set(
      type,
      sample.map((line): JsonObject => JSON.parse(line)),
    )
  }
  return byType
}
