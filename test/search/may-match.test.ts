import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../../worker/fhir/json.ts'
import { isResourceType } from '../../worker/fhir/resource-type.ts'
import { compileFilter, type QueryPair } from '../../worker/fhir/search/filter.ts'
import { type SearchParameter, searchParametersOf } from '../../worker/fhir/search/parameters.ts'

const folder = 'node_modules/hl7.fhir.r4.examples'
const context = { serverBase: 'http://example.org/fhir', nowMs: 0 }
const escaped = (text: string) => text.replaceAll(/[,|$\\]/g, '\\$&')

/** Searches that one value of a parameter answers, roughly: those that it does not answer do no harm. */
const queriesOf = ({ code, kind }: SearchParameter, value: Json): readonly QueryPair[] => {
  if (kind === 'composite') return []
  const texts = isJsonObject(value)
    ? ['code', 'value', 'reference', 'start', 'family', 'text'].flatMap((name) => value[name] ?? [])
    : [value]
  const coded = isJsonObject(value) && Array.isArray(value.coding) ? value.coding : [value]
  const systems = coded.flatMap((each) =>
    isJsonObject(each) && typeof each.system === 'string' && typeof each.code === 'string'
      ? [`${escaped(each.system)}|${escaped(each.code)}`, `${escaped(each.system)}|`]
      : [],
  )
  return [
    ...texts.filter((text) => typeof text !== 'object').map((text) => escaped(`${text}`)),
    ...systems,
  ].map((text) => [code, text])
}

const hidden = (resource: JsonObject, line: string): readonly string[] => {
  const { resourceType: type } = resource
  if (typeof type !== 'string' || !isResourceType(type)) return []
  return [...searchParametersOf(type).values()].flatMap((parameter) => {
    const { code } = parameter
    const queries = parameter.select(resource).flatMap(({ value }) => queriesOf(parameter, value))
    const missing = ['true', 'false'].map((value): QueryPair => [`${code}:missing`, value])
    return [...queries.slice(0, 6), ...missing].flatMap((query) => {
      const filter = compiled(type, query)
      const isHidden = filter?.matches(resource) && !filter.mayMatch(line)
      return isHidden ? [`${type}?${query.join('=')}`] : []
    })
  })
}

/** What a value says may be no search of its parameter. */
const compiled = (type: Parameters<typeof compileFilter>[0], query: QueryPair) => {
  try {
    return compileFilter(type, [query], context)
  } catch {
    return undefined
  }
}

describe('The look at the text of a resource before it is parsed', () => {
  test('hides nothing that matches, of all parameters, in the examples of R4', () => {
    const names = readdirSync(folder).filter((name) => /^[A-Z]\w*-.*\.json$/.test(name))
    const found = names
      .filter((_, n) => n % 6 === 0)
      .flatMap((name) => {
        const resource: Json = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'))
        return isJsonObject(resource) ? hidden(resource, JSON.stringify(resource)) : []
      })
    expect([...new Set(found)]).toEqual([])
  }, 60_000)

  test.each([
    [{ deceasedDateTime: '2020' }, 'deceased', 'true'],
    [{ deceasedDateTime: '2020' }, 'deceased:missing', 'false'],
    [{}, 'deceased', 'false'],
    [{ deceasedBoolean: false }, 'deceased', 'false'],
  ])('lets through %j for %s=%s, which says whether something is there', (more, name, value) => {
    const patient = { resourceType: 'Patient', id: 'p', ...more }
    const filter = compileFilter('Patient', [[name, value]], context)
    expect(filter.matches(patient)).toBe(true)
    expect(filter.mayMatch(JSON.stringify(patient))).toBe(true)
  })
})
