import { describe, expect, it } from 'vitest'
import { parsePrefer } from '../../worker/fhir/prefer.ts'
import fc from '../support/fast-check.ts'

describe('a Prefer header', () => {
  it.each([
    [undefined, undefined, false],
    ['', undefined, false],
    ['respond-async', undefined, true],
    ['Respond-Async', undefined, true],
    ['respond-async, handling=lenient', 'lenient', true],
    ['handling=strict,respond-async', 'strict', true],
    ['handling = lenient ; q=1 , respond-async;wait=10', 'lenient', true],
    ['HANDLING=Lenient', 'lenient', false],
    ['handling="lenient"', 'lenient', false],
    ['handling="len\\ient"', 'lenient', false],
    [',, respond-async ,', undefined, true],
  ])('is read by RFC 7240: %j', (header, handling, respondAsync) => {
    expect(parsePrefer(header)).toEqual({
      handling,
      respondAsync,
      separateExportStatus: false,
      returns: undefined,
    })
  })

  it.each([
    ['handling=strict, handling=lenient', 'strict'],
    ['handling=lenient, Handling=strict', 'lenient'],
    ['handling=other, handling=lenient', undefined],
  ])('counts only the first of a preference given twice: %s', (header, handling) => {
    expect(parsePrefer(header).handling).toBe(handling)
  })

  it.each([
    'x="respond-async"',
    'x="a, respond-async, b"',
    'x="\\", respond-async, b"',
    'x; respond-async',
    'x="respond-async',
  ])('does not find a preference inside a value or among parameters: %s', (header) => {
    expect(parsePrefer(header).respondAsync).toBe(false)
  })

  it.each([
    ['return=minimal', 'minimal'],
    ['return=representation', 'representation'],
    ['return=OperationOutcome', 'OperationOutcome'],
    ['Return="operationoutcome"', 'OperationOutcome'],
    ['return=minimal, return=representation', 'minimal'],
    ['return=', undefined],
    ['return', undefined],
  ])('says what to return: %s', (header, returns) => {
    expect(parsePrefer(header).returns).toBe(returns)
  })

  it.each([
    'respond-async, separate-export-status',
    'Separate-Export-Status,respond-async',
    'handling=lenient, separate-export-status; x=1',
  ])('asks for the status of the export apart from that of the answer: %s', (header) => {
    expect(parsePrefer(header).separateExportStatus).toBe(true)
  })

  it('leaves unknown preferences alone', () => {
    expect(parsePrefer('wait=10, return=maximal, respond-async')).toEqual({
      handling: undefined,
      respondAsync: true,
      separateExportStatus: false,
      returns: undefined,
    })
  })

  it.each([
    ['separate-export-status, respond-async', true],
    ['respond-async,Separate-Export-Status', true],
    ['separate-export-status=""', true],
    ['separate-export-status; x=1', true],
    ['separate-export-status=false, separate-export-status', false],
    ['x="separate-export-status"', false],
    ['separate-export-statuses', false],
  ])('asks for statuses of their own: %s', (header, isAsked) => {
    expect(parsePrefer(header).separateExportStatus).toBe(isAsked)
  })

  it.each(['respond-async=false', 'respond-async="no"', 'respond-async=""=x'])(
    'does not ask for what is given a value it has not: %s',
    (header) => {
      expect(parsePrefer(header).respondAsync).toBe(false)
    },
  )

  it('passes over what is malformed, and goes on behind it', () => {
    expect(parsePrefer('handling=lenient=x, handling=strict').handling).toBe('strict')
    expect(parsePrefer('hand ling=lenient, "handling"=lenient').handling).toBeUndefined()
  })

  it('may be repeated', () => {
    const headers = new Headers([
      ['Prefer', 'respond-async; x="a, handling=strict"'],
      ['prefer', 'HANDLING="lenient"'],
      ['PREFER', 'handling=strict, separate-export-status'],
    ])
    expect(parsePrefer(headers.get('prefer') ?? undefined)).toEqual({
      handling: 'lenient',
      respondAsync: true,
      separateExportStatus: true,
      returns: undefined,
    })
  })

  it('never fails, whatever it holds', () => {
    const pieces = fc.array(fc.constantFrom('"', '\\', ',', ';', '=', ' ', 'handling', 'lenient'), {
      maxLength: 30,
    })
    fc.assert(fc.property(pieces, (some) => void parsePrefer(some.join(''))))
  })
})
