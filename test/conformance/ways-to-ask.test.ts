import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { createHarness, type Harness, streamOf } from '../support/harness.ts'
import { sampleLines } from '../support/sample-lines.ts'
import { runExport, withParameters } from './run-export.ts'

/** Bulk Data IG, "Query Parameters": a list by commas, by repetition, by GET and by POST is one and the same list. */

let h: Harness
beforeAll(async () => {
  h = await createHarness({ fileBytes: 20_000, partBytes: 3_000 })
  await ingestNdjson(
    h.deps,
    streamOf(
      sampleLines(6)
        .map((line) => `${line}\n`)
        .join(''),
    ),
  )
})
afterAll(() => h.close())

const asParameters = (name: string, ...values: readonly string[]) =>
  values.map((valueString) => ({ name, valueString }))

const waysToAsk = (
  name: string,
  values: readonly string[],
): Readonly<Record<string, readonly [string, RequestInit]>> => {
  const repeated = values.map((value) => `${name}=${value}`).join('&')
  const [first = '', ...rest] = values
  return {
    'POST with a comma list': ['', withParameters(asParameters(name, values.join(',')))],
    'POST, repeated': ['', withParameters(asParameters(name, ...values))],
    'POST, both mixed, in another order': ['', withParameters(asParameters(name, rest.join(', '), first))],
    'POST without a body, its query a comma list': [`${name}=${values.join(',')}`, { method: 'POST' }],
    'POST without a body, its query repeated': [repeated, { method: 'POST' }],
    ...(name === 'patient'
      ? {}
      : {
          'GET with a comma list': [`${name}=${values.join(',')}`, {}],
          'GET, repeated': [repeated, {}],
          'GET, with encoded commas': [`${name}=${values.join('%2C')}`, {}],
        }),
  }
}

const textsOf = async (level: string, query: string, init: RequestInit) =>
  (await runExport(h, `${level}?${query}`, init)).text

describe.each([
  ['$export', '_type'],
  ['Patient/$export', '_type'],
  ['Group/diabetics/$export', '_type'],
  ['$export', '_elements'],
  ['Patient/$export', 'patient'],
])('%s with a list of %s', (level, name) => {
  test('gives the same files, byte for byte, however the list is written', async () => {
    const values = name === 'patient' ? await somePatients() : (valuesOf[name] ?? [])
    const [expected, ...others] = await Promise.all(
      Object.entries(waysToAsk(name, values)).map(async ([way, [query, init]]) => ({
        way,
        text: await textsOf(level, query, init),
      })),
    )
    expect(expected?.text.size).toBeGreaterThan(2)
    for (const { way, text } of others) expect({ way, text }).toEqual({ way, text: expected?.text })
  })
})

const valuesOf: Readonly<Record<string, readonly string[]>> = {
  _type: ['Patient', 'Encounter', 'Observation'],
  _elements: ['id', 'Patient.name', 'Observation.code'],
}
const somePatients = async (): Promise<readonly string[]> =>
  (await runExport(h, '$export?_type=Patient')).names.slice(0, 3)
