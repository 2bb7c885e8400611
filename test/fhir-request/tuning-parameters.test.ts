import { describe, expect, it } from 'vitest'
import { SluiceError } from '../../worker/errors.ts'
import { type ExportRequest, parseExportRequest } from '../../worker/fhir/export-request.ts'
import { profileOfMemory } from '../../worker/fhir/memory-profile.ts'
import fc from '../support/fast-check.ts'

const partBytes = { min: 5_242_880, max: 16_777_216 }

const get = (query: string, lenient = false): ExportRequest =>
  parseExportRequest({
    level: 'system',
    query: [...new URLSearchParams(query)],
    lenient,
    nowMs: Date.parse('2026-11-20T12:00:00Z'),
    serverBase: 'https://example.org/fhir',
    allowsPatientAnywhere: false,
    allowsTypeAlias: false,
    partBytes,
    isGet: true,
  })

const tuningOf = (query: string, lenient = false) => get(query, lenient).shape.tuning

const refusalOf = (query: string, lenient = false): string => {
  try {
    get(query, lenient)
  } catch (error) {
    if (error instanceof SluiceError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

const bounded = [
  ['_maxCount', 1, 10_000, 'pageRows'],
  ['fetchResourceBatchSize', 1, 10_000, 'pageRows'],
  ['patientReferenceBatchSize', 1, 10_000, 'patientsAtOnce'],
  ['uploadPartSize', partBytes.min, partBytes.max, 'partBytes'],
  ['ttlSecondsAfterFinished', 0, 315_360_000, 'rowLifeSeconds'],
] as const

describe('a size', () => {
  it.each(bounded)('%s is a whole number from %d to %d', (name, min, max, wish) => {
    for (const value of [min, max]) expect(tuningOf(`${name}=${value}`)).toEqual({ [wish]: value })
    for (const value of [min - 1, max + 1, -5, '9'.repeat(400)]) {
      const refusal = refusalOf(`${name}=${value}`)
      expect(refusal).toMatch(
        `not-supported: Cannot process parameter "${name}": "${String(value).slice(0, 60)}`,
      )
      expect(refusal).toContain(`is not supported, only ${min} to ${max} is`)
    }
  })

  it.each(bounded)(
    '%s that is out of bounds is ignored under lenient handling, with an outcome',
    (name, _, max) => {
      const { shape, ignored } = get(`${name}=${max + 1}`, true)
      expect(shape.tuning).toEqual({})
      expect(ignored.map((each) => each.name)).toEqual([name])
    },
  )

  it.each(bounded)('%s that is no whole number is refused, under lenient handling too', (name, min, max) => {
    for (const value of ['', ' ', 'many', '1.5', '1e3', '0x10', '1,2', '٣', '1 000', '-', 'Infinity']) {
      for (const lenient of [false, true]) {
        expect(refusalOf(`${name}=${value}`, lenient)).toBe(
          `invalid: Cannot process parameter "${name}" "${value}": it is not a whole number from ${min} to ${max}`,
        )
      }
    }
  })

  it('of a page may be given by both its names, if they say the same', () => {
    expect(tuningOf('_maxCount=100&fetchResourceBatchSize=0100')).toEqual({ pageRows: 100 })
    expect(refusalOf('_maxCount=100&fetchResourceBatchSize=99', true)).toBe(
      'invalid: Cannot process parameter "fetchResourceBatchSize" "99": it is not the same as _maxCount "100", which means the same',
    )
  })
})

describe('loglevel', () => {
  it.each(['debug', 'INFO', ' Warn', 'error'])('may be %s', (level) => {
    expect(tuningOf(`loglevel=${level}`)).toEqual({ logLevel: level.trim().toLowerCase() })
  })

  it.each(['', 'trace', 'debug,info'])('may not be "%s"', (level) => {
    expect(refusalOf(`loglevel=${level}`)).toBe(
      `not-supported: Cannot process parameter "loglevel": "${level}" is not supported, only debug, info, warn, error are`,
    )
    expect(get(`loglevel=${level}`, true).ignored).toHaveLength(1)
  })
})

describe('_isParallel', () => {
  it('gives a job one lane, or leaves it as it is, and says so', () => {
    expect(get('_isParallel=false')).toMatchObject({
      shape: { tuning: { lanes: 1 } },
      notes: ['Parameter "_isParallel" was taken: one work unit of this export is advanced at a time'],
    })
    const { shape, notes } = get('_isParallel=True')
    expect(shape.tuning).toEqual({})
    expect(notes).toEqual([expect.stringContaining('"_isParallel" changes nothing')])
  })

  it.each(['', 'no', '0', 'true,false'])('may not be "%s"', (value) => {
    expect(refusalOf(`_isParallel=${value}`, true)).toBe(
      `invalid: Cannot process parameter "_isParallel" "${value}": it is neither true nor false`,
    )
  })
})

describe('memory', () => {
  it.each([
    ['0', 'small'],
    ['1', 'small'],
    ['128974848000m', 'small'],
    ['512Mi', 'small'],
    ['1023Mi', 'small'],
    ['1Gi', 'medium'],
    ['2G', 'medium'],
    ['1.5Gi', 'medium'],
    ['2e9', 'medium'],
    ['2E9', 'medium'],
    ['4000M', 'medium'],
    ['4Gi', 'large'],
    ['8G', 'large'],
    ['.1T', 'large'],
    ['1E', 'large'],
    ['1Pi', 'large'],
  ])('of %s is nearest to the profile %s', (quantity, name) => {
    expect(profileOfMemory(quantity)?.name).toBe(name)
  })

  it.each([
    '',
    'lots',
    '-1',
    '2GB',
    '2g',
    '2 G',
    'G',
    '1e',
    '1e1000',
    '2Gi3',
    '2Gie3',
    '1_000',
    '1'.repeat(19),
  ])('may not be "%s"', (quantity) => {
    expect(profileOfMemory(quantity)).toBeUndefined()
    const refusal = refusalOf(`ram=${quantity}`, true)
    expect(refusal).toBe(
      `invalid: Cannot process parameter "ram" "${quantity}": it is not a Kubernetes quantity such as 512Mi or 2G`,
    )
  })

  it('chooses the smallest profile that is asked for, with a note for each parameter', () => {
    expect(tuningOf('limitsMemory=8G')).toEqual({ pageRows: 10_000 })
    expect(tuningOf('requestsMemory=2G')).toEqual({})
    const { shape, notes } = get('requestsMemory=2G&ram=512Mi&limitsMemory=8G')
    expect(shape.tuning).toEqual({ pageRows: 500, lanes: 1 })
    expect(notes).toHaveLength(3)
    expect(notes[0]).toContain('"requestsMemory"')
    expect(notes[0]).toContain('medium, but another parameter asks for less, so it is small')
    expect(notes[1]).toContain('"ram" reserves no memory here: the budget profile nearest to it is small: ')
    for (const note of notes) expect(note).toContain('pages of at most 500 rows, one work unit at a time')
  })

  it('gives way to what is asked for by name', () => {
    expect(tuningOf('ram=512Mi&_maxCount=7&_isParallel=true')).toEqual({ pageRows: 7 })
    expect(tuningOf('ram=8G&_isParallel=false')).toEqual({ pageRows: 10_000, lanes: 1 })
  })
})

describe('ttlSecondsAfterFinished', () => {
  it('says what it comes to', () => {
    const { notes } = get('ttlSecondsAfterFinished=30')
    expect(notes).toEqual([expect.stringMatching(/^Parameter "ttlSecondsAfterFinished" was taken: .* 30 s /)])
  })
})

describe('whatever is wished for', () => {
  it('stays within its bounds, or is refused by the name of the parameter', () => {
    const wish = fc.record({
      name: fc.constantFrom(
        '_maxCount',
        'fetchResourceBatchSize',
        'patientReferenceBatchSize',
        'uploadPartSize',
      ),
      value: fc.oneof(fc.integer().map(String), fc.nat(20_000).map(String), fc.string()),
      lenient: fc.boolean(),
    })
    fc.assert(
      fc.property(wish, ({ name, value, lenient }) => {
        const query = new URLSearchParams([[name, value]]).toString()
        const refusal = refusalOf(query, lenient)
        if (refusal !== 'accepted') {
          expect(refusal).toContain(`parameter "${name}"`)
          return
        }
        const {
          pageRows = 1,
          patientsAtOnce = 1,
          partBytes: bytes = partBytes.min,
        } = tuningOf(query, lenient)
        for (const rows of [pageRows, patientsAtOnce]) {
          expect(rows).toBeGreaterThanOrEqual(1)
          expect(rows).toBeLessThanOrEqual(10_000)
        }
        expect(bytes).toBeGreaterThanOrEqual(partBytes.min)
        expect(bytes).toBeLessThanOrEqual(partBytes.max)
      }),
    )
  })
})
