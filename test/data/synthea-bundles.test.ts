import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { syntheaBundle } from '../support/bundles.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { populationLines } from '../support/population.ts'
import { comparable } from '../support/same-resource.ts'

/** Data that may lie beside the repository; the project does not need it. */
const folder = '../shared/data/synthea-small'

const readLines = (): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ndjson.gz'))
    .flatMap((file) =>
      gunzipSync(readFileSync(`${folder}/${file}`))
        .toString('utf8')
        .split('\n'),
    )
    .filter((line) => line !== '')

/** The lines that name a patient, and the Patient: what Synthea writes into one Bundle. Shared lines, of Organizations and Practitioners, apart. */
const linesByPatient = (lines: readonly string[]) => {
  const patients = new Map<string, string[]>()
  const shared: string[] = []
  for (const line of lines) {
    const { resourceType, id } = JSON.parse(line)
    const patient = resourceType === 'Patient' ? id : /"reference":"Patient\/([^"]*)"/.exec(line)?.[1]
    if (patient === undefined) shared.push(line)
    else patients.set(patient, [...(patients.get(patient) ?? []), line])
  }
  return { shared, patients: [...patients.values()] }
}

/** Sends a Bundle, and tells for each of its lines what it is called now. */
const sendBundle = async (
  h: Harness,
  lines: readonly string[],
): Promise<readonly (readonly [string, string])[]> => {
  const response = await h.request('/fhir', {
    method: 'POST',
    body: syntheaBundle(lines),
    headers: { 'content-type': 'application/fhir+json' },
  })
  expect(response.status).toBe(200)
  const { entry } = (await response.json()) as { entry: { response: { status: string; location: string } }[] }
  expect(new Set(entry.map(({ response }) => response.status))).toEqual(new Set(['201 Created']))
  return lines.map((line, index) => {
    const { resourceType, id } = JSON.parse(line)
    const name = /\/fhir\/(.*)\/_history\/1$/.exec(entry[index]?.response.location ?? '')?.[1] ?? ''
    return [`${resourceType}/${id}`, name]
  })
}

/** The line under its new id and with its references as they must be now. Ids stand first in what a server has made of a POST. */
const renamed = (line: string, names: ReadonlyMap<string, string>): string => {
  const { resourceType, id } = JSON.parse(line)
  const given = names.get(`${resourceType}/${id}`) ?? ''
  const own = line.replace(`"id":"${id}"`, () => `"id":"${given.slice(resourceType.length + 1)}"`)
  return own.replace(/"reference":"([^"]*)"/g, (whole, name: string) => {
    const target = names.get(name)
    return target === undefined ? whole : `"reference":"${target}"`
  })
}

const expectWhole = async (lines: readonly string[]): Promise<void> => {
  const h = await createHarness()
  const { shared, patients } = linesByPatient(lines)
  const expected: string[] = []
  for (const bundle of [shared, ...patients]) {
    const names = new Map(await sendBundle(h, bundle))
    expected.push(...bundle.map((line) => renamed(line, names)))
  }
  const { text } = await h.export()
  const exported = [...text.values()].flatMap((file) => file.split('\n').slice(0, -1))
  expect(exported.map(comparable).sort()).toEqual(expected.map(comparable).sort())
  expect(exported.some((line) => line.includes('urn:uuid:'))).toBe(false)
  const { rows } = await countCompartments(h)
  expect(rows).toEqual([{ n: patients.flat().length }])
  h.close()
}

/** Versions that are in a compartment: every one that names a patient. */
const countCompartments = ({ deps: { db } }: Harness) =>
  sql<{ n: number }>`select count(distinct position) as n from compartment`.execute(db.query)

describe('Transactions as Synthea writes them, one for each patient', () => {
  it('are stored whole: the generated population', async () => {
    await expectWhole(populationLines(12))
  })

  const isThere = existsSync(folder)
  if (!isThere) console.warn(`Bundles of real Synthea data are not tried: there is no ${folder}`)
  it.skipIf(!isThere)('are stored whole: synthea-small', async () => {
    await expectWhole(readLines())
  })
})
