import { describe, expect, it } from 'vitest'
import { SluiceError } from '../../worker/errors.ts'
import {
  type ExportRequest,
  type ExportRequestInput,
  parseExportRequest,
} from '../../worker/fhir/export-request.ts'
import { plainShape } from '../../worker/fhir/export-shape.ts'
import fc from '../support/fast-check.ts'

const nowMs = Date.parse('2026-11-20T12:00:00Z')

const parse = (input: Partial<ExportRequestInput>): ExportRequest =>
  parseExportRequest({
    level: 'system',
    query: [],
    lenient: false,
    nowMs,
    serverBase: 'https://example.org/fhir',
    allowsPatientAnywhere: false,
    allowsTypeAlias: false,
    partBytes: { min: 1000, max: 16_777_216 },
    isGet: false,
    ...input,
  })

/** A kick-off by GET, its query decoded as every form decoder does. */
const get = (query: string, lenient = false): ExportRequest =>
  parse({ query: [...new URLSearchParams(query)], lenient })

const post = (parameter: unknown, lenient = false, query = ''): ExportRequest =>
  parse({ query: [...new URLSearchParams(query)], body: { resourceType: 'Parameters', parameter }, lenient })

const refusalOf = (attempt: () => ExportRequest): string => {
  try {
    attempt()
  } catch (error) {
    if (error instanceof SluiceError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

const everything: ExportRequest = {
  level: 'system',
  patients: undefined,
  types: undefined,
  since: undefined,
  until: undefined,
  shape: plainShape,
  isDryRun: false,
  ignored: [],
  notes: [],
}

const at = (text: string) => ({ floorMs: Date.parse(text), ceilMs: Date.parse(text) })

describe('a kick-off without parameters', () => {
  it.each([
    ['a GET without a query', () => get('')],
    ['a POST without a body', () => parse({ body: undefined })],
    ['a POST without "parameter"', () => parse({ body: { resourceType: 'Parameters' } })],
    ['a POST with an empty "parameter"', () => post([])],
  ])('asks for everything: %s', (_, attempt) => {
    expect(attempt()).toEqual(everything)
  })
})

describe('_dryRun', () => {
  it('is a boolean, by query and by body, as a boolean or a string', () => {
    expect(get('_dryRun=true')).toEqual({ ...everything, isDryRun: true })
    expect(get('_dryRun=false')).toEqual(everything)
    for (const value of [{ valueBoolean: true }, { valueString: 'true' }, { valueCode: 'true' }])
      expect(post([{ name: '_dryRun', ...value }])).toEqual({ ...everything, isDryRun: true })
    expect(post([{ name: '_dryRun', valueBoolean: true }], false, '_dryRun=true').isDryRun).toBe(true)
  })

  it('is refused as anything else, twice, or different in query and body', () => {
    for (const value of ['', '1', 'TRUE', 'true '])
      expect(refusalOf(() => get(`_dryRun=${value}`, true))).toBe(
        `invalid: Cannot process _dryRun "${value}": it is neither true nor false`,
      )
    expect(refusalOf(() => get('_dryRun=true&_dryRun=true'))).toContain('more than once')
    expect(refusalOf(() => post([{ name: '_dryRun', valueBoolean: false }], true, '_dryRun=true'))).toContain(
      'different values',
    )
    expect(refusalOf(() => post([{ name: '_dryRun', valueInteger: 1 }]))).toBe(
      'invalid: Cannot process _dryRun "1": it is neither true nor false',
    )
  })

  it('has a hint for who forgets its underscore', () => {
    expect(refusalOf(() => get('dryrun=true'))).toContain('did you mean "_dryRun"?')
  })
})

describe('_since=job:<id>', () => {
  it('names a job, whose instant is not known here', () => {
    const request = get('_since=job:5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d&_until=2000')
    expect(request.sinceJob).toBe('5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d')
    expect(request.since).toBeUndefined()
  })

  it.each(['job:', 'job: a', 'job:a_b', `job:${'a'.repeat(65)}`, 'job:a,b'])('may not be %j', (text) => {
    expect(refusalOf(() => get(`_since=${text}`, true))).toContain('behind "job:" stands the id of a job')
  })
})

describe('_outputFormat', () => {
  it.each([
    'application/fhir%2Bndjson',
    'application/fhir+ndjson',
    'application/ndjson',
    'ndjson',
    'Application/FHIR%2BNDJSON',
    'application/fhir%2Bndjson;fhirVersion=4.0',
    'application/fhir%2Bndjson; FhirVersion="4.0"',
    'application/fhir+ndjson ;',
  ])('may be %s', (format) => {
    expect(get(`_outputFormat=${format}`)).toEqual(everything)
  })

  it.each([
    'application/xml',
    'text/html',
    'x-custom',
    '',
    'json',
    'application/fhir%2Bjson',
    'application/fhir%2Bndjson;fhirVersion=5.0',
    'application/fhir%2Bndjson;charset=utf-8',
    'ndjson,ndjson',
  ])('may not be "%s", which lenient handling ignores with an outcome', (format) => {
    const query = `_outputFormat=${format}`
    const shown = decodeURIComponent(format)
    const reason = `"${shown}" is not supported, only NDJSON is`
    expect(refusalOf(() => get(query))).toBe(
      `not-supported: Cannot process parameter "_outputFormat": ${reason}`,
    )
    expect(get(query, true).ignored).toEqual([{ name: '_outputFormat', reason, code: 'not-supported' }])
  })
})

describe('allowPartialManifests', () => {
  it('is a boolean, in a query or by any value[x] that says so', () => {
    const isAllowed = ({ shape }: ExportRequest) => shape.allowsPartialManifests
    expect(isAllowed(get('allowPartialManifests=true'))).toBe(true)
    expect(isAllowed(get('allowPartialManifests=false'))).toBe(false)
    expect(isAllowed(post([{ name: 'allowPartialManifests', valueBoolean: true }]))).toBe(true)
    expect(isAllowed(post([{ name: 'allowPartialManifests', valueBoolean: false }]))).toBe(false)
    expect(isAllowed(post([{ name: 'allowPartialManifests', valueString: 'true' }]))).toBe(true)
  })

  it('is refused when it is malformed, under lenient handling too', () => {
    expect(refusalOf(() => get('allowPartialManifests=yes', true))).toMatch(/^invalid: /)
  })
})

describe('_type', () => {
  it.each([
    '_type=Patient,Observation',
    '_type=Observation&_type=Patient',
    '_type= Patient , Observation &_type=Patient',
  ])('is a list, sorted and without repeats: %s', (query) => {
    expect(get(query).types).toEqual(['Observation', 'Patient'])
  })

  it.each([
    '_type=',
    '_type=,',
    '_type=Patient,',
    '_type=Patient,,Group',
    '_type=%20',
    '_type=Patient&_type=',
  ])('has no empty elements, under lenient handling neither: %s', (query) => {
    const refusal = 'invalid: Cannot read parameter "_type": its list of types has an empty element'
    expect(refusalOf(() => get(query))).toBe(refusal)
    expect(refusalOf(() => get(query, true))).toBe(refusal)
  })

  it('names every type that is unknown, with a hint where there is one', () => {
    expect(refusalOf(() => get('_type=Patient,Unicorn,observation'))).toBe(
      'not-supported: Cannot process parameter "_type": "Unicorn" is not a resource type of FHIR R4; ' +
        'parameter "_type": "observation" is not a resource type of FHIR R4, did you mean "Observation"?',
    )
  })

  it('loses unknown types under lenient handling, with one outcome each', () => {
    const { types, ignored } = get('_type=Unicorn,Patient,Unicorn,Dragon', true)
    expect(types).toEqual(['Patient'])
    expect(ignored.map(({ reason }) => reason)).toEqual([
      '"Unicorn" is not a resource type of FHIR R4',
      '"Dragon" is not a resource type of FHIR R4',
    ])
  })

  it('is refused under lenient handling when no type would be left, as that would ask for everything', () => {
    expect(refusalOf(() => get('_type=Unicorn&foo=1', true))).toBe(
      'not-supported: Cannot process parameter "_type": "Unicorn" is not a resource type of FHIR R4',
    )
  })

  it('has at most 1000 elements', () => {
    const list = (length: number) => Array.from({ length }, () => 'Task').join(',')
    expect(get(`_type=${list(1000)}`).types).toEqual(['Task'])
    expect(refusalOf(() => get(`_type=${list(1001)}`))).toBe(
      'invalid: Cannot read parameter "_type": its list has more than 1000 types',
    )
  })
})

describe('_since and _until', () => {
  it('are instants of any offset, whose + may have been decoded as a space', () => {
    const { since, until } = get('_since=2020-01-01T00:00:00+05:30&_until=2021-01-01T00:00:00%2B05:30')
    expect({ since, until }).toEqual({ since: at('2019-12-31T18:30:00Z'), until: at('2020-12-31T18:30:00Z') })
  })

  it('may be dates, which mean their first instant in UTC', () => {
    const { since, until } = get('_since=2020&_until=2020-05-17')
    expect({ since, until }).toEqual({ since: at('2020-01-01T00:00:00Z'), until: at('2020-05-17T00:00:00Z') })
  })

  it.each(['_since', '_until'])('are refused when malformed, under lenient handling too: %s', (name) => {
    for (const value of ['', 'yesterday', '2020-02-30', '2020-01-01T00:00:00', '2020,2021']) {
      const refusal = `invalid: Cannot process ${name} "${value}": it is neither a FHIR instant, with its offset from UTC, nor a FHIR date`
      expect(refusalOf(() => get(`${name}=${value}`))).toBe(refusal)
      expect(refusalOf(() => get(`${name}=${value}`, true))).toBe(refusal)
    }
  })

  it.each([
    '_since=2020&_since=2020',
    '_until=2020&_until=2021',
    '_till=2020&_till=2020',
    '_outputFormat=ndjson&_outputFormat=ndjson',
    '_maxCount=1&_maxCount=1',
    'fetchResourceBatchSize=1&fetchResourceBatchSize=2',
    'patientReferenceBatchSize=1&patientReferenceBatchSize=1',
    'uploadPartSize=5000&uploadPartSize=5000',
    'loglevel=info&loglevel=info',
    '_isParallel=true&_isParallel=true',
    'requestsMemory=2G&requestsMemory=2G',
    'ram=2G&ram=2G',
    'limitsMemory=2G&limitsMemory=2G',
    'ttlSecondsAfterFinished=30&ttlSecondsAfterFinished=30',
  ])('are given once, as are all that have one value: %s', (query) => {
    expect(refusalOf(() => get(query, true))).toMatch(/^invalid: .* it is given more than once$/)
  })

  it('may say now, but not later, in _since', () => {
    expect(get('_since=2026-11-20T12:00:00.0009Z').since?.floorMs).toBe(nowMs)
    expect(refusalOf(() => get('_since=2026-11-20T12:00:00.001Z', true))).toBe(
      'invalid: Cannot process _since "2026-11-20T12:00:00.001Z": it is in the future',
    )
  })

  it('may say later in _until', () => {
    expect(get('_until=2030').until).toEqual(at('2030-01-01T00:00:00Z'))
  })

  it.each(['_since=2020&_until=2020', '_since=2020-01-01T00:00:00.001Z&_until=2020'])(
    'leave time between them: %s',
    (query) => {
      expect(refusalOf(() => get(query, true))).toMatch(
        /^invalid: Cannot process _since ".*": it is not before _until "2020"$/,
      )
    },
  )
})

describe('other parameters', () => {
  it.each([
    ['type', '_type'],
    ['_Type', '_type'],
    ['outputFormat', '_outputFormat'],
    ['_outputformat', '_outputFormat'],
    ['SINCE', '_since'],
    ['until', '_until'],
    ['pretty', '_pretty'],
    ['format', '_format'],
  ])('are refused with a hint where only an underscore or the case is wrong: %s', (name, hint) => {
    expect(refusalOf(() => get(`${name}=1`))).toBe(
      `not-supported: Cannot process parameter "${name}": it is not supported, did you mean "${hint}"?`,
    )
  })

  it('are all named', () => {
    expect(refusalOf(() => get('foo=1&_summary=true&foo=2&=3'))).toBe(
      'not-supported: Cannot process parameter "foo": it is not supported; ' +
        'parameter "_summary": it is not supported; parameter "": it is not supported',
    )
  })

  it('are ignored under lenient handling with one outcome for each name', () => {
    expect(get('foo=1&_type=Patient&foo=2&type=Group', true)).toEqual({
      ...everything,
      types: ['Patient'],
      ignored: [
        { name: 'foo', reason: 'it is not supported', code: 'not-supported' },
        { name: 'type', reason: 'it is not supported, did you mean "_type"?', code: 'not-supported' },
      ],
    })
  })

  it.each([
    '_format=json',
    '_format=application/json',
    '_format=application/fhir%2Bjson;fhirVersion=4.0',
    '_pretty=true',
  ])('may be FHIR general ones: %s', (query) => {
    expect(get(query)).toEqual(everything)
  })

  it('may not ask for an answer that is not JSON', () => {
    const reason = '"xml" is not supported, only JSON is'
    expect(refusalOf(() => get('_format=xml'))).toBe(
      `not-supported: Cannot process parameter "_format": ${reason}`,
    )
    expect(get('_format=xml&_format=xml', true).ignored).toEqual([
      { name: '_format', reason, code: 'not-supported' },
    ])
  })

  it('are named together with values that are not supported', () => {
    expect(refusalOf(() => get('_type=Unicorn&foo=1&_outputFormat=csv'))).toMatch(/"foo".*"csv".*"Unicorn"/)
  })
})

describe('a Parameters body', () => {
  it.each([
    'valueString',
    'valueCode',
    'valueInstant',
    'valueDateTime',
    'valueDate',
    'valueUri',
    'valueCanonical',
    'valueId',
    'valueMarkdown',
  ])('may give any text as %s', (value) => {
    const parameter = [
      { name: '_outputFormat', [value]: 'application/fhir+ndjson' },
      { name: '_since', [value]: '2020-01-01T00:00:00+05:30' },
      { name: '_type', [value]: 'Patient,Group' },
    ]
    expect(post(parameter)).toEqual({
      ...everything,
      types: ['Group', 'Patient'],
      since: at('2019-12-31T18:30:00Z'),
    })
  })

  it.each([
    ['null', null, 'it is not a FHIR Parameters resource'],
    ['an array', [], 'it is not a FHIR Parameters resource'],
    ['a string', 'Parameters', 'it is not a FHIR Parameters resource'],
    ['another resource', { resourceType: 'Patient' }, 'it is not a FHIR Parameters resource'],
    [
      'a "parameter" that is null',
      { resourceType: 'Parameters', parameter: null },
      'its "parameter" is not an array',
    ],
    [
      'a "parameter" that is an object',
      { resourceType: 'Parameters', parameter: {} },
      'its "parameter" is not an array',
    ],
  ])('is refused when it is %s', (_, body, reason) => {
    expect(refusalOf(() => parse({ body, lenient: true }))).toBe(
      `invalid: Cannot read the request body: ${reason}`,
    )
  })

  it.each([
    ['is not an object', '_type', 'an entry of its "parameter" is not an object'],
    ['has no name', { valueString: 'Patient' }, 'an entry of its "parameter" has no name'],
    ['has a name that is not a string', { name: 1 }, 'an entry of its "parameter" has no name'],
    ['has no value', { name: '_type' }, 'its parameter "_type" has no value'],
    [
      'has only an extension of a value',
      { name: '_type', _valueString: {} },
      'its parameter "_type" has no value',
    ],
    [
      'has two values',
      { name: '_type', valueString: 'Patient', valueCode: 'Patient' },
      'its parameter "_type" has more than one value[x]',
    ],
    [
      'has null',
      { name: '_since', valueString: null },
      'its parameter "_since" has a valueString that is null; it may be a valueInstant, a valueDateTime, a valueDate or a valueString',
    ],
    [
      'has a list',
      { name: '_type', valueString: ['Patient'] },
      'its parameter "_type" has a valueString that is a list; it may be a valueString, or any other value[x] that is a string, a number or a boolean',
    ],
    [
      'has a structure that is not for it',
      { name: '_type', valueCoding: { code: 'Patient' } },
      'its parameter "_type" has a valueCoding that is a structure; it may be a valueString, or any other value[x] that is a string, a number or a boolean',
    ],
    [
      'has a reference to nothing',
      { name: 'patient', valueReference: { display: 'x' } },
      'its parameter "patient" has a valueReference without reference; it may be a valueReference with a reference, or a valueString',
    ],
    [
      'has a reference that is no text',
      { name: 'patient', valueReference: { reference: true } },
      'its parameter "patient" has a valueReference that is true; it may be a valueReference with a reference, or a valueString',
    ],
    [
      'has a patient that is a boolean',
      { name: 'patient', valueBoolean: true },
      'its parameter "patient" has a valueBoolean that is true; it may be a valueReference with a reference, or a valueString',
    ],
    [
      'has parts',
      { name: '_type', valueString: 'Patient', part: [] },
      'its parameter "_type" must have a value, not a part or a resource',
    ],
    [
      'has a resource',
      { name: '_type', resource: { resourceType: 'Patient' } },
      'its parameter "_type" must have a value, not a part or a resource',
    ],
  ])('is refused when an entry %s', (_, entry, reason) => {
    expect(refusalOf(() => post([entry], true))).toBe(`invalid: Cannot read the request body: ${reason}`)
  })

  it('may give numbers and booleans as what they are, or as text', () => {
    const { tuning } = post([
      { name: '_isParallel', valueBoolean: false },
      { name: '_maxCount', valuePositiveInt: 7 },
      { name: 'ttlSecondsAfterFinished', valueUnsignedInt: 0 },
      { name: 'patientReferenceBatchSize', valueString: '9' },
    ]).shape
    expect(tuning).toEqual({ lanes: 1, pageRows: 7, rowLifeSeconds: 0, patientsAtOnce: 9 })
    expect(post([{ name: '_isParallel', valueString: 'FALSE' }]).shape.tuning).toEqual({ lanes: 1 })
    expect(post([{ name: '_since', valueInteger: 2020 }]).since).toEqual(at('2020-01-01T00:00:00Z'))
  })

  it.each([
    [{ name: '_since', valueBoolean: true }, '_since "true": it is neither a FHIR instant'],
    [{ name: '_type', valueDecimal: 1.5 }, '"1.5" is not a resource type'],
    [{ name: '_maxCount', valueDecimal: 1.5 }, '"1.5": it is not a whole number from 1 to 10000'],
    [{ name: '_isParallel', valueInteger: 1 }, '"1": it is neither true nor false'],
    [{ name: 'loglevel', valueBoolean: true }, '"true" is not supported, only debug, info, warn, error are'],
  ])('is refused when a primitive does not parse: %j', (entry, reason) => {
    const refusal = refusalOf(() => post([entry]))
    expect(refusal).toContain(`${entry.name}`)
    expect(refusal).toContain(reason)
  })

  it('may hold anything in parameters that are not supported, which their names alone refuse', () => {
    const parameter = [
      { name: 'owner', valueReference: { reference: 'Patient/1' } },
      { name: 'colour', valueBoolean: true },
      { name: '_pretty', valueBoolean: true },
    ]
    expect(refusalOf(() => post(parameter))).toBe(
      'not-supported: Cannot process parameter "owner": it is not supported; ' +
        'parameter "colour": it is not supported',
    )
    expect(post(parameter, true).ignored).toHaveLength(2)
  })
})

describe('a POST with a query and a body', () => {
  const types = { name: '_type', valueString: 'Patient,Group' }

  it('takes what each of them says', () => {
    expect(post([types], false, '_since=2020')).toMatchObject({
      types: ['Group', 'Patient'],
      since: at('2020-01-01T00:00:00Z'),
    })
  })

  it.each(['_type=Group&_type=Patient', '_type= Patient, Group,Patient'])(
    'may say the same in both: %s',
    (query) => {
      expect(post([types], false, query).types).toEqual(['Group', 'Patient'])
    },
  )

  it('knows the same instant by its space', () => {
    const since = { name: '_since', valueInstant: '2020-01-01T00:00:00+05:30' }
    expect(post([since], false, '_since=2020-01-01T00:00:00+05:30').since).toEqual(at('2019-12-31T18:30:00Z'))
  })

  it('is refused when they differ, under lenient handling too', () => {
    expect(refusalOf(() => post([types], true, '_type=Patient'))).toBe(
      'invalid: Cannot read parameter "_type": query and body give it different values',
    )
  })

  it('still sees that one of them says once-only things twice', () => {
    const since = { name: '_since', valueInstant: '2020' }
    expect(refusalOf(() => post([since], false, '_since=2020&_since=2020'))).toMatch(/given more than once$/)
    expect(refusalOf(() => post([since, since], false, '_since=2020'))).toMatch(/given more than once$/)
  })
})

describe('limits', () => {
  it('lets at most 1000 parameters in, query and body together', () => {
    const query = (length: number) => Array.from({ length }, () => '_type=Patient').join('&')
    expect(get(query(1000)).types).toEqual(['Patient'])
    const refusal = 'invalid: Cannot read the request: it has more than 1000 parameters'
    expect(refusalOf(() => get(query(1001)))).toBe(refusal)
    expect(refusalOf(() => post([{ name: '_type', valueString: 'Patient' }], true, query(1000)))).toBe(
      refusal,
    )
  })

  it('lets at most 10000 characters into a value', () => {
    expect(get(`_type=Patient${' '.repeat(9_993)}`).types).toEqual(['Patient'])
    expect(refusalOf(() => get(`_type=Patient${' '.repeat(9_994)}`))).toBe(
      'invalid: Cannot read parameter "_type": its value is longer than 10000 characters',
    )
  })

  it('echoes names and values short and printable', () => {
    const long = 'x'.repeat(65)
    expect(refusalOf(() => get(`${long}=1`))).toContain(`parameter "${'x'.repeat(64)}…"`)
    expect(refusalOf(() => get(`_since=${long}`))).toContain(`_since "${'x'.repeat(64)}…"`)
    expect(refusalOf(() => get('a%0D%0A%00b%E2%80%AEc=1'))).toContain('parameter "abc"')
    expect(refusalOf(() => get(`${'x'.repeat(63)}😀=1`))).toContain(`parameter "${'x'.repeat(63)}…"`)
  })
})

describe('the ways to say the same', () => {
  const list = fc.array(fc.constantFrom('Patient', 'Observation', 'Group', 'unicorn', 'encounter'), {
    minLength: 1,
  })
  const given = fc.record({
    list,
    lenient: fc.boolean(),
    since: fc.constantFrom('2020', '2020-01-01T00:00:00+05:30', '2030', 'x'),
  })

  it('are all the same: commas and repeats, GET and POST', () => {
    fc.assert(
      fc.property(given, ({ list, lenient, since }) => {
        const repeats = list.map((type) => ['_type', type] as const)
        const commas = [['_type', list.join(', ')]] as const
        const outcomes = [repeats, commas].flatMap((types) => {
          const pairs = [...types, ['_since', since] as const]
          const parameter = pairs.map(([name, valueString]) => ({ name, valueString }))
          const query = new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString()
          return [
            () => get(query, lenient),
            () => post(parameter, lenient),
            () => post(parameter, lenient, query),
          ]
        })
        const [first, ...others] = outcomes.map((attempt) => {
          const refusal = refusalOf(attempt)
          return refusal === 'accepted' ? attempt() : refusal
        })
        for (const other of others) expect(other).toEqual(first)
      }),
    )
  })

  it('never export a type that was not asked for', () => {
    fc.assert(
      fc.property(list, (types) => {
        const attempt = () => get(`_type=${types}`, true)
        if (refusalOf(attempt) !== 'accepted') return
        expect(attempt().types).toEqual([...new Set(types)].filter((type) => /^[PGO]/.test(type)).sort())
      }),
    )
  })
})
