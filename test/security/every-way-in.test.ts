import { expect, test } from 'vitest'
import { bundleText } from '../support/bundles.ts'
import fc from '../support/fast-check.ts'
import { createHarness, type Harness, type Manifest, pathOf, statusPathOf } from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'

/**
 * One constraint opens the same resources by every way there is: by exports, which ask the database first and then the text, and by REST, which
 * parses. A resource that one way opens and another does not is either withheld or leaked.
 */

const base = 'http://127.0.0.1:8080/fhir'
const some = <T>(...values: readonly T[]): fc.Arbitrary<T | undefined> =>
  fc.constantFrom(undefined, ...values)
const codings = fc.subarray(
  [
    { system: 'http://s', code: 'a' },
    { system: 'http://s', code: 'A' },
    { code: 'a', display: 'Glucose' },
    { system: 'http://loinc.org', code: 'b|c' },
    { code: 'b,c' },
    { system: 'http://terminology.hl7.org/CodeSystem/x', code: 'A' },
  ],
  { maxLength: 3 },
)
const concept = codings.map((coding) => ({ coding, text: 'Glücose, fasting' }))
const references = [
  'Patient/p',
  'Patient/q',
  `${base}/Patient/p`,
  'Patient/p/_history/1',
  'http://elsewhere/fhir/Patient/p',
  '#p',
  'Group/p',
  'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a',
]
const quantities = [
  { value: 5.4, system: 'http://unitsofmeasure.org', code: 'mg', unit: 'milligram' },
  { value: 5, unit: 'mg' },
  { value: 10, comparator: '<', unit: 'mg' },
  { value: 1, comparator: '>=' },
  { unit: 'mg' },
]
const contentArbitrary = fc.record({
  status: fc.constantFrom('final', 'amended'),
  meta: some(
    { tag: [{ code: 't1' }], security: [{ system: 's', code: 'r' }] },
    { tag: [{ system: 'x', code: 't1' }, { code: 'T2' }], profile: ['http://x/y|1'] },
  ),
  code: concept,
  category: some([{ coding: [{ code: 'a' }] }], [{ text: 'a' }]),
  subject: some<object>(...references.map((reference) => ({ reference })), {
    identifier: { system: 'x', value: '1' },
  }),
  effectiveDateTime: some(
    '2020',
    '2020-05',
    '2020-05-01',
    '2020-05-01T00:30:00+01:00',
    '2020-05-01T12:00:00.5Z',
  ),
  valueQuantity: some(...quantities),
  component: some([{ code: { coding: [{ code: 'a' }] }, valueQuantity: quantities[0] }]),
  identifier: some([{ system: 'x', value: 'V1' }], [{ value: 'v1' }]),
})
/** Whether some of it is written with escapes, which no look at the text sees through. */
const resourceArbitrary = fc.record({ content: contentArbitrary, isEscaped: fc.boolean() })

const clauses = [
  'code=a',
  'code=http://s|a',
  'code=http://s|',
  'code=|a',
  'code=b\\|c',
  'code=x,a',
  'code:not=a',
  'code:not=a,b\\,c',
  'code:text=gluc',
  'code:missing=false',
  'category:missing=true',
  'category=a',
  'status=final',
  'status:not=final',
  'subject=Patient/p',
  'subject=p',
  'subject:Patient=p',
  'patient=p',
  'patient=Patient/p,Patient/q',
  `subject=${base}/Patient/p`,
  'subject=Patient/p/_history/1',
  'subject=http://elsewhere/fhir/Patient/p',
  'subject:identifier=x|1',
  'subject:missing=true',
  'date=2020',
  'date=2020-05-01',
  'date=ge2020-05-01T00:00:00Z',
  'date=lt2020-05',
  'date=ne2020-05',
  'date:missing=true',
  'value-quantity=5.4',
  'value-quantity=gt5',
  'value-quantity=lt5||mg',
  'value-quantity=5|http://unitsofmeasure.org|mg',
  'value-quantity:missing=false',
  'component-code=a',
  'combo-code=a',
  'code-value-quantity=a$gt5',
  'identifier=x|v1',
  'identifier=V1',
  '_tag=t1',
  '_tag=|t2',
  '_security=s|r',
  '_profile=http://x/y',
  '_id=o0,o1,o2',
  '_id:not=o1',
  '_lastUpdated=lt2026-01-01T00:00:03Z',
].map((clause) => clause.replaceAll('\\', '%5C'))
const constraintArbitrary = fc
  .array(fc.subarray(clauses, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 })
  .map((queries) => queries.map((query) => query.join('&')))

/** Letters of values become escapes; names stay, for a test to read. */
const escaped = (json: string): string =>
  json.replaceAll(
    /(?<=:")[a-zA-Z0-9]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const store = async (
  h: Harness,
  made: readonly { readonly content: object; readonly isEscaped: boolean }[],
) => {
  const put = (name: string, body: string) =>
    h.request(`/fhir/${name}`, { method: 'PUT', body, headers: { 'content-type': 'application/fhir+json' } })
  const members = ['p', 'q'].map((id) => ({ entity: { reference: `Patient/${id}` } }))
  const result = made.map((_, i) => ({ reference: `Observation/o${i}` }))
  await h.load([
    ...['p', 'q'].map((id) => ({ resourceType: 'Patient', id })),
    { resourceType: 'Group', id: 'g', actual: true, type: 'person', member: members },
    { resourceType: 'DiagnosticReport', id: 'd', status: 'final', code: { text: 'd' }, result },
    ...made.map((_, i) => ({ resourceType: 'Binary', id: `o${i}`, contentType: 'text/plain', data: 'QQ==' })),
  ])
  for (const [i, { content, isEscaped }] of made.entries()) {
    h.clock.advance(1000)
    const attachment = { url: `Binary/o${i}` }
    const more = {
      performer: [{ reference: 'Patient/p' }],
      extension: [{ url: 'http://x', valueAttachment: attachment }],
    }
    const json = JSON.stringify({ ...content, ...more })
    const text = `{"resourceType":"Observation","id":"o${i}",${(isEscaped ? escaped(json) : json).slice(1)}`
    expect((await put(`Observation/o${i}`, text)).status).toBe(201)
  }
}

type Request = Harness['request']
const idsIn = (text: string): readonly string[] =>
  [
    ...new Set([...text.matchAll(/"resourceType":"Observation","id":"(o\d+)"/g)].map(([, id = '']) => id)),
  ].sort()

const exported = async (
  h: Harness,
  request: Request,
  path: string,
  more: readonly (readonly [string, string])[],
) => {
  const query = new URLSearchParams([['_type', 'Observation'], ...more.map(([name, value]) => [name, value])])
  const accepted = await request(`/fhir/${path}?${query}`)
  expect(accepted.status).toBe(202)
  while (await h.tick()) h.clock.advance(0)
  const manifest: Manifest = await (await request(statusPathOf(accepted))).json()
  const texts = await Promise.all(manifest.output.map(async ({ url }) => (await request(pathOf(url))).text()))
  return idsIn(texts.join(''))
}

const found = async (request: Request, query: string): Promise<readonly string[]> => {
  const texts: string[] = []
  for (let path: string | undefined = `/fhir/${query}`; path !== undefined; ) {
    const text: string = await (await request(path)).text()
    texts.push(text)
    const { link }: { link: readonly { relation: string; url: string }[] } = JSON.parse(text)
    const next = link.find(({ relation }) => relation === 'next')?.url
    path = next === undefined ? undefined : pathOf(next)
  }
  return idsIn(texts.join(''))
}

const opened = async (ids: readonly string[], isOpen: (id: string) => Promise<boolean>) => {
  const open: string[] = []
  for (const id of ids) if (await isOpen(id)) open.push(id)
  return open.sort()
}

test('A constraint opens the same resources by every way in', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(resourceArbitrary, { minLength: 6, maxLength: 12 }),
      fc.array(constraintArbitrary, { minLength: 3, maxLength: 3 }),
      async (made, constraints) => {
        const h = await createHarness({ pageRows: 5 })
        await store(h, made)
        const ids = made.map((_, i) => `o${i}`)
        for (const queries of constraints) {
          const scopesOf = (rights: string) =>
            queries.map((query) => `system/Observation.${rights}?${query}`).join(' ')
          const all = h.as(administrator())
          const client = h.as(
            clientWith(`${scopesOf('rs')} system/Patient.rs system/Group.r system/DiagnosticReport.rs`),
          )
          const bundle = async (type: 'batch' | 'transaction', names: readonly string[]): Promise<string> => {
            const entries = names.map((id) => ({ request: { method: 'GET', url: `Observation/${id}` } }))
            const init = {
              method: 'POST',
              body: bundleText(type, entries),
              headers: { 'content-type': 'application/fhir+json' },
            }
            return (await client('/fhir', init)).text()
          }
          const isOk = (path: string) => async (id: string) =>
            (await client(`/fhir/${path.replace('ID', id)}`)).status === 200
          const asked = queries.map((query) => ['_typeFilter', `Observation?${query}`] as const)
          const expected = await exported(h, all, '$export', asked)
          const ways = {
            'an export': await exported(h, client, '$export', []),
            'an export of patients': await exported(h, client, 'Patient/$export', []),
            'an export of a Group': await exported(h, client, 'Group/g/$export', []),
            'an export by patients': await exported(h, client, 'Patient/$export', [
              ['organizeOutputBy', 'Patient'],
            ]),
            'a search': await found(client, 'Observation'),
            'a search in pieces': await found(client, 'Observation?_count=2&_sort=-_lastUpdated'),
            'an _include': await found(client, 'DiagnosticReport?_include=DiagnosticReport:result'),
            'searches of who may search all': [
              ...new Set(
                (await Promise.all(queries.map((query) => found(all, `Observation?${query}`)))).flat(),
              ),
            ].sort(),
            'a read': await opened(ids, isOk('Observation/ID')),
            'a read of a version': await opened(ids, isOk('Observation/ID/_history/1')),
            'a history': await opened(ids, isOk('Observation/ID/_history')),
            'an attachment': await opened(ids, isOk('Binary/ID')),
            'a batch': idsIn(await bundle('batch', ids)),
            'a transaction': await opened(
              ids,
              async (id) => idsIn(await bundle('transaction', [id])).length > 0,
            ),
          }
          expect({ queries, ways }).toEqual({
            queries,
            ways: Object.fromEntries(Object.keys(ways).map((way) => [way, expected])),
          })
          const counted = await (await client('/fhir/Observation?_summary=count')).json()
          expect([queries, counted.total]).toEqual([queries, expected.length])
        }
        h.close()
      },
    ),
    { numRuns: 12 },
  )
})
