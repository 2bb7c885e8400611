import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageShaper } from '../../worker/export/shape-page.ts'
import { plainShape } from '../../worker/fhir/export-shape.ts'
import { typeIdOf } from '../../worker/fhir/resource-type.ts'
import { readJob } from '../../worker/store/jobs.ts'
import type { Page } from '../../worker/store/page.ts'
import { expectOutcome } from '../http/expect-outcome.ts'
import { loadLines } from '../support/export-scene.ts'
import { createHarness, type Harness, linesOf, type Manifest, pathOf } from '../support/harness.ts'
import { populationLines } from '../support/population.ts'

const tag = '{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}'
const lenient = { prefer: 'respond-async, handling=lenient' }

/** Several pages, parts and files of each type. */
const smallLimits = {
  partBytes: 300,
  fileBytes: 1000,
  rangeBytes: 4000,
  pageRows: 4,
  pageBytes: 2000,
  tickRows: 11,
}

const documentLine =
  '{"resourceType":"DocumentReference","id":"doc","status":"current","description":"x","content":[{"attachment":{"url":"Binary/1"}}]}'
const groupLine =
  '{"resourceType":"Group","id":"g","type":"person","actual":true,"name":"x","member":[{"entity":{"reference":"Patient/p2"}},{"entity":{"reference":"Patient/p5"}}]}'

let h: Harness
let plain: ReadonlyMap<string, string>
beforeAll(async () => {
  h = await createHarness()
  await loadLines(h, [...populationLines(9), documentLine, groupLine])
  plain = typesOf((await h.export()).text)
})
afterAll(() => h.close())

/** The text of each type, whatever files it is in. */
const typesOf = (files: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>()
  for (const [name, text] of files) {
    const [type = ''] = name.split('-')
    texts.set(type, (texts.get(type) ?? '') + text)
  }
  return texts
}

const finish = async (harness: Harness, response: Response) => {
  expect(response.status).toBe(202)
  const ended = await harness.finish(pathOf(response.headers.get('content-location') ?? ''))
  expect(ended.status).toBe(200)
  return harness.files((await ended.json()) as Manifest)
}

const exported = async (query: string, path = '$export', headers: Record<string, string> = {}) =>
  typesOf((await finish(h, await h.request(`/fhir/${path}?${query}`, { headers }))).text)

const post = async (...parameter: readonly object[]) => {
  const response = await h.request('/fhir/$export', {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  })
  return typesOf((await finish(h, response)).text)
}

/** The members of a line but those named, with the tag in its meta; every token as it was. */
const withoutMembers = (text: string | undefined, ...dropped: readonly string[]): string =>
  linesOf(text ?? '')
    .map((resource) => Object.entries(resource).filter(([name]) => !dropped.includes(name)))
    .map(
      (members) =>
        `${JSON.stringify(Object.fromEntries(members)).replace(/("lastUpdated":"[^"]*")/, `$1,"tag":[${tag}]`)}\n`,
    )
    .join('')

describe('An export with _elements', () => {
  test('brings of a type that it names those elements, and what is mandatory, and of all others everything', async () => {
    const texts = await exported('_elements=Patient.name')
    expect(texts.get('Patient')).toBe(withoutMembers(plain.get('Patient'), 'gender'))
    const observations = await exported('_elements=Observation.subject')
    expect(observations.get('Observation')).not.toContain('valueQuantity')
    expect(linesOf(observations.get('Observation') ?? '')[0]).toMatchObject({ status: 'final', subject: {} })
    for (const [type, text] of plain) if (type !== 'Observation') expect(observations.get(type)).toBe(text)
  })

  test('cuts every type when it names an element without a type', async () => {
    const texts = await exported('_elements=subject,Condition.code')
    expect([...texts.keys()]).toEqual([...plain.keys()])
    expect(texts.get('Observation')).toBe(withoutMembers(plain.get('Observation'), 'valueQuantity', 'note'))
    expect(texts.get('Condition')).toBe(withoutMembers(plain.get('Condition')))
    expect(texts.get('Encounter')).toBe(withoutMembers(plain.get('Encounter')))
    expect(texts.get('Patient')).toBe(withoutMembers(plain.get('Patient'), 'name'))
    expect(texts.get('Group')).toBe(withoutMembers(plain.get('Group'), 'name', 'member'))
  })

  test('leaves numbers as they were written', async () => {
    const values = (text: string | undefined) => text?.match(/"value":[\d.]+/g)
    const texts = await exported('_elements=Observation.value')
    expect(texts.get('Observation')).not.toContain('"note"')
    expect(values(texts.get('Observation'))).toEqual(values(plain.get('Observation')))
    expect(values(texts.get('Observation'))?.some((value) => value.endsWith('0'))).toBe(true)
  })

  test('means the same by commas, by repetition, and by POST', async () => {
    const texts = await exported('_elements=Observation.subject,Patient.name,id')
    expect(texts.get('Patient')).not.toBe(plain.get('Patient'))
    expect(await exported('_elements=id&_elements=Patient.name&_elements=Observation.subject')).toEqual(texts)
    expect(
      await post(
        { name: '_elements', valueString: 'Patient.name' },
        { name: '_elements', valueString: 'id,Observation.subject' },
      ),
    ).toEqual(texts)
  })

  test('makes the URLs of attachments absolute', async () => {
    const texts = await exported('_elements=DocumentReference.identifier')
    const documents = texts.get('DocumentReference') ?? ''
    expect(documents).toContain('"content":[{"attachment":{"url":"http://127.0.0.1:8080/fhir/Binary/1"}}]')
    expect(documents).not.toContain('"description"')
  })

  test.each(['Patient/$export', 'Group/g/$export'])('cuts at the level of %s too', async (path) => {
    const whole = await exported('', path)
    const texts = await exported('_elements=Observation.subject', path)
    expect(texts.get('Observation')).toBe(withoutMembers(whole.get('Observation'), 'valueQuantity', 'note'))
    expect(texts.get('Patient')).toBe(whole.get('Patient'))
  })

  test('brings the same bytes whatever a page, a part and a slice hold', async () => {
    const bytes = async (limits: Parameters<typeof createHarness>[0]) => {
      const harness = await createHarness(limits)
      await loadLines(harness, [...populationLines(9), documentLine, groupLine])
      const response = await harness.request('/fhir/$export?_elements=Observation.subject,Patient.gender')
      const { text, manifest } = await finish(harness, response)
      harness.close()
      return {
        types: typesOf(text),
        files: manifest.output.length,
        counts: manifest.output.map(({ count }) => count),
      }
    }
    const [whole, pieces] = [await bytes({}), await bytes(smallLimits)]
    expect(pieces.types).toEqual(whole.types)
    expect(pieces.files).toBeGreaterThan(whole.files + 5)
    const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
    expect(total(pieces.counts)).toBe(total(whole.counts))
  })

  test('leaves deletions and outcomes whole', async () => {
    const harness = await createHarness()
    await loadLines(harness, populationLines(2))
    const since = new Date(harness.clock.now()).toISOString()
    harness.clock.advance(1000)
    await harness.remove('Encounter/p1-e')
    const response = await harness.request(`/fhir/$export?_since=${since}&_elements=id,unicorn`, {
      headers: lenient,
    })
    const { text } = await finish(harness, response)
    expect(text.get('deleted-1.ndjson')).toContain(
      '"entry":[{"request":{"method":"DELETE","url":"Encounter/p1-e"}}]',
    )
    expect(text.get('error-1.ndjson')).toContain(
      'Ignored parameter \\"_elements\\": \\"unicorn\\" is not an element',
    )
    for (const [, lines] of text) expect(lines).not.toContain('SUBSETTED')
    harness.close()
  })

  test('is refused for what it does not know, and makes no job', async () => {
    const refused = async (element: string, headers: Record<string, string> = {}) =>
      expectOutcome(await h.request(`/fhir/$export?_elements=${element}`, { headers }), 400, 'not-supported')
    expect(await refused('Patient.name.given')).toContain('"Patient.name.given"')
    expect(await refused('Patient.status')).toContain('"status" is not an element of Patient')
    expect(await refused('id,Patiend.name')).toContain('"Patiend"')
    expect(await refused('birthdate')).toContain('did you mean "birthDate"?')
    expect(await refused('unicorn', lenient)).toContain('"unicorn"')
  })

  test('is frozen in its job', async () => {
    const path = await h.kickOff('?_elements=Patient.name,id')
    const job = await readJob(h.deps.db, path.slice(path.lastIndexOf('/') + 1))
    expect(job?.shape.elements).toEqual({ everywhere: ['id'], byType: { Patient: ['name'] } })
  })
})

describe('A page of an export with _elements', () => {
  const page = (...lines: readonly string[]): Page => ({
    after: 7,
    last: 9,
    rows: 2,
    lines: lines.length,
    bytes: new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')),
  })
  const job = { shape: { ...plainShape, elements: { byType: { Patient: [] } } } }
  const shape = pageShaper(job, { kind: 'output', typeId: typeIdOf('Patient') })

  test('stays the page that it was, but for its bytes', () => {
    const { bytes, ...rest } = shape(page('{"id":"a","meta":{},"name":[]}', '{"id":"b","meta":{}}'))
    expect(rest).toEqual({ after: 7, last: 9, rows: 2, lines: 2 })
    expect(new TextDecoder().decode(bytes)).toBe(
      `{"id":"a","meta":{"tag":[${tag}]}}\n{"id":"b","meta":{"tag":[${tag}]}}\n`,
    )
    expect(shape(page()).bytes).toHaveLength(0)
  })

  test('has room for lines that all become longer', () => {
    const lines = Array.from({ length: 50 }, () => '{"id":"a"}')
    const expected = `{"id":"a","meta":{"tag":[${tag}]}}\n`.repeat(50)
    expect(new TextDecoder().decode(shape(page(...lines)).bytes)).toBe(expected)
  })

  test('is not even looked at when its type is not cut', () => {
    const given = page('no JSON')
    expect(pageShaper(job, { kind: 'output', typeId: typeIdOf('Observation') })(given)).toBe(given)
    expect(pageShaper(job, { kind: 'deleted', typeId: undefined })(given)).toBe(given)
  })

  test('says why a resource cannot be cut, and nothing of what it holds', () => {
    const broken = page(
      '{"resourceType":"Patient","id":"a","meta":{}}',
      '{"resourceType":"Patient","id":"b","name":secret',
    )
    expect(() => shape(broken)).toThrow(
      '_elements cannot be applied, for it is not minified JSON from byte 42 on',
    )
  })
})
