import fc from './fast-check.ts'

/** A kick-off as some client might send it, valid, nearly so, or not at all. */
export type FuzzedKickOff = {
  readonly path: string
  readonly level: 'system' | 'patient' | 'group'
  readonly method: string
  readonly query: readonly Pair[]
  /** Stands behind the query as it is, however that is to be decoded. */
  readonly rawQuery: string
  readonly body: FuzzedBody
  readonly headers: Readonly<Record<string, string>>
}
export type Pair = readonly [name: string, value: string]
export type FuzzedBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'parameters'; readonly entries: readonly Entry[] }
  | { readonly kind: 'garbage'; readonly content: string | Uint8Array<ArrayBuffer> }
/** An entry of `Parameters.parameter`; `text` is what its value says, if it says anything that a parameter may be. */
export type Entry = { readonly name: string; readonly text: string | undefined; readonly json: object }

const instants = [
  '2020-01-01T00:00:00Z',
  '2025-12-31T23:59:59.9999+05:30',
  '2025-12-31T23:59:59.999-05:00',
  '2020',
  '2025-06-15',
  '2020-02-30',
  '2020-01-01T00:00:00',
  '9999-12-31T23:59:59Z',
  '0000',
  'yesterday',
]
const numbers = ['1', '7', '100', '10000', '10001', '8388608', '99999999', '0', '-1', '1e3', '7.5', ' 5']
const booleans = ['true', 'false', 'TRUE', '0', 'no']
const quantities = ['512Mi', '2G', '8Gi', '0', '1e1000', '2GB', '-1G', 'lots']
const patients = [
  'Patient/p1',
  'p2',
  'patient/p1',
  'Patient/p1,Patient/p3',
  'Patient/p1/_history/2',
  'http://127.0.0.1:8080/fhir/Patient/p2',
  'Patient/nobody',
  'Patient/gone',
  'Group/g',
  'Patient?identifier=1',
  '#p1',
]
const types = [
  'Patient',
  'Observation',
  'Group',
  'Patient,Observation',
  'Observation, Patient',
  'Medication',
  'patient',
  'Unicorn',
  'Unicorn,Patient',
  'Patient,',
  '*',
]
/** The first two of each are as they should be. */
const valuesByName: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    _since: instants,
    _until: instants,
    _till: instants,
    _type: types,
    type: types,
    patient: patients,
    _outputFormat: [
      'ndjson',
      'application/fhir+ndjson',
      'application/fhir ndjson',
      'application/xml',
      'json',
    ],
    _format: ['json', 'application/fhir+json', 'xml'],
    _pretty: booleans,
    _elements: ['id', 'Patient.name', 'Patient.name,birthDate', 'Patient.name.given', 'Unicorn.id'],
    includeAssociatedData: [
      'LatestProvenanceResources',
      'RelevantProvenanceResources',
      '_history',
      'Nothing',
    ],
    organizeOutputBy: ['Patient', 'Group'],
    allowPartialManifests: booleans,
    _typeFilter: [
      'Patient?active=true',
      'Observation?code=1,Patient?name=x',
      'Patient?nope=1',
      'Patient?name:in=x',
      '',
    ],
    _typefilter: ['Patient?active=true'],
    _maxCount: numbers,
    fetchResourceBatchSize: numbers,
    patientReferenceBatchSize: numbers,
    uploadPartSize: ['8388608', '16777216', ...numbers],
    ttlSecondsAfterFinished: numbers,
    _isParallel: booleans,
    loglevel: ['debug', 'ERROR', 'trace'],
    requestsMemory: quantities,
    ram: quantities,
    limitsMemory: quantities,
  }),
)

const garbageText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    ',',
    '\0',
    '\ud800',
    '\u202e',
    '__proto__',
    'constructor',
    'x'.repeat(20_000),
    "'; drop table job--",
  ),
)

/** Those that say what is exported come oftenest. */
const name = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('_since', '_until', '_type', 'patient') },
  { weight: 20, arbitrary: fc.constantFrom(...valuesByName.keys()) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '_Type',
      'Type',
      'SINCE',
      '_SINCE',
      'until',
      'Patient',
      'typeFilter',
      'isParallel',
      'maxCount',
    ),
  },
  { weight: 1, arbitrary: garbageText },
)

/** One parameter. */
export const pairArbitrary: fc.Arbitrary<Pair> = name.chain((given) => {
  const known = valuesByName.get(given) ?? ['1']
  const value = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...known.slice(0, 2)) },
    { weight: 4, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: garbageText },
  )
  return value.map((text) => [given, text] as const)
})

/** Mostly a few parameters; now and then more than anyone may send. */
const pairs = fc.oneof(
  { weight: 60, arbitrary: fc.array(pairArbitrary, { maxLength: 4 }) },
  { weight: 1, arbitrary: pairArbitrary.map((one) => Array.from({ length: 1001 }, () => one)) },
)

/** The same in forms that say it, and in others that say nothing. */
const entry: fc.Arbitrary<Entry> = fc.tuple(pairArbitrary, fc.nat(40)).map(([[given, text], form]) => {
  const says = (value: object) => ({ name: given, text, json: { name: given, ...value } })
  const saysNothing = (value: object) => ({ name: given, text: undefined, json: { name: given, ...value } })
  switch (form) {
    case 0:
      return saysNothing({})
    case 1:
      return saysNothing({ valueString: null })
    case 2:
      return saysNothing({ valueString: [text] })
    case 3:
      return saysNothing({ valueString: { value: text } })
    case 4:
      return saysNothing({ valueString: text, valueCode: text })
    case 5:
      return saysNothing({ part: [{ name: given, valueString: text }] })
    case 6:
      return saysNothing({ resource: { resourceType: 'Patient' } })
    case 7:
      return saysNothing({ valueReference: { reference: [text] } })
    case 8:
      return saysNothing({ value: text })
    case 9:
      return saysNothing({ valueString: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) })
    case 10:
    case 11:
      return text === 'true' || text === 'false'
        ? says({ valueBoolean: text === 'true' })
        : says({ valueCode: text })
    case 12:
    case 13:
      return /^-?\d{1,9}$/.test(text) && given !== 'patient'
        ? says({ valueInteger: Number(text) })
        : says({ valueUri: text })
    case 14:
    case 15:
      return given === 'patient'
        ? says({ valueReference: { reference: text } })
        : says({ valueInstant: text })
    default:
      return says({ valueString: text })
  }
})

const garbageBody = fc.oneof(
  fc.json().map((content) => ({ kind: 'garbage' as const, content })),
  fc.constantFrom<FuzzedBody>(
    { kind: 'garbage', content: '{"resourceType":"Parameters","parameter":' },
    { kind: 'garbage', content: '{"resourceType":"Parameters","parameter":{}}' },
    { kind: 'garbage', content: '{"resourceType":"Parameters","parameter":[null]}' },
    { kind: 'garbage', content: '{"resourceType":"Parameters","parameter":[[{"name":"_type"}]]}' },
    { kind: 'garbage', content: '{"resourceType":"Parameters","parameter":[{"name":{"a":1}}]}' },
    { kind: 'garbage', content: '{"resourceType":"Parameters","parameter":"_type"}' },
    { kind: 'garbage', content: '{"resourceType":["Parameters"]}' },
    { kind: 'garbage', content: '_type=Patient' },
    { kind: 'garbage', content: `${'['.repeat(100_000)}${']'.repeat(100_000)}` },
    { kind: 'garbage', content: new Uint8Array([0x22, 0xff, 0xfe, 0x22]) },
    { kind: 'garbage', content: ' '.repeat(1_100_000) },
  ),
)

const body: fc.Arbitrary<FuzzedBody> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<FuzzedBody>({ kind: 'none' }) },
  {
    weight: 6,
    arbitrary: fc.array(entry, { maxLength: 4 }).map((entries) => ({ kind: 'parameters' as const, entries })),
  },
  { weight: 1, arbitrary: garbageBody },
)

/** What a header may hold at all. */
const headerText = fc
  .string({ unit: fc.constantFrom(...'abcxyz-=;,"\\ */+019_'), maxLength: 40 })
  .map((text) => text.trim())
const prefer = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      '',
      'respond-async',
      'respond-async, handling=lenient',
      'handling="lenient";x=1,respond-async',
      'HANDLING=Lenient',
      'handling=strict, handling=lenient',
      'separate-export-status,respond-async',
    ),
  },
  { weight: 1, arbitrary: headerText },
)
const headers = fc.record({
  prefer,
  accept: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom('application/fhir+json', '*/*', 'text/html', 'application/fhir+json;q=0'),
    },
    { weight: 1, arbitrary: headerText },
  ),
  'content-type': fc.oneof(
    {
      weight: 20,
      arbitrary: fc.constantFrom(
        'application/fhir+json',
        'application/json; charset=utf-8',
        'Application/FHIR+JSON',
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom('application/xml', 'text/plain', '') },
    { weight: 1, arbitrary: headerText },
  ),
  'content-encoding': fc.oneof(
    { weight: 30, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('gzip', 'br', 'identity', 'x-gzip, gzip') },
  ),
})

const place = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ path: '/fhir/$export', level: 'system' as const }) },
  { weight: 4, arbitrary: fc.constant({ path: '/fhir/Patient/%24export', level: 'patient' as const }) },
  { weight: 4, arbitrary: fc.constant({ path: '/fhir/Group/g/$export', level: 'group' as const }) },
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        fc.constantFrom('nobody', 'gone', '%00', '%ZZ', '%ff', '..%2f', 'a b', 'x'.repeat(2000)),
        fc.webSegment(),
      )
      .map((id) => ({ path: `/fhir/Group/${id}/$export`, level: 'group' as const })),
  },
)

export const kickOffArbitrary: fc.Arbitrary<FuzzedKickOff> = fc
  .record({
    place,
    method: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('GET', 'POST', 'POST') },
      { weight: 1, arbitrary: fc.constantFrom('PUT', 'HEAD', 'DELETE', 'PATCH', 'OPTIONS', 'QUERY') },
    ),
    query: pairs,
    rawQuery: fc.oneof(
      { weight: 12, arbitrary: fc.constant('') },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '&%ZZ=1',
          '&_type=%',
          '&=',
          '&&&',
          '&_type',
          '#_type=Patient',
          '&_since=%ff',
        ),
      },
    ),
    body,
    headers,
  })
  .map(({ place: { path, level }, headers: given, ...rest }) => ({
    ...rest,
    path,
    level,
    headers: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
  }))

/** The request as it is sent. */
export const requestOf = ({
  method,
  query,
  rawQuery,
  body: given,
  headers: sent,
}: FuzzedKickOff): { readonly search: string; readonly init: RequestInit } => {
  const search = `?${new URLSearchParams(query.map(([key, value]) => [key, value]))}${rawQuery}`
  const headersSent = { ...sent, host: 'localhost' }
  const bare = { method, headers: headersSent }
  // Whoever writes `new Request` may not give these a body; over the wire `kick-off.test.ts` does.
  if (given.kind === 'none' || method === 'GET' || method === 'HEAD') return { search, init: bare }
  const content =
    given.kind === 'garbage'
      ? given.content
      : JSON.stringify({ resourceType: 'Parameters', parameter: given.entries.map(({ json }) => json) })
  return { search, init: { ...bare, body: content } }
}
