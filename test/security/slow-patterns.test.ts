import { describe, expect, test } from 'vitest'
import { attachmentMark, markAttachmentUrls } from '../../worker/fhir/attachment-urls.ts'
import { isMediaType } from '../../worker/fhir/binary.ts'
import { parseEntryUrl } from '../../worker/fhir/bundle-entry-url.ts'
import { echoText } from '../../worker/fhir/echo-text.ts'
import { parseExportRequest } from '../../worker/fhir/export-request.ts'
import { parseInstant } from '../../worker/fhir/instant.ts'
import { profileOfMemory } from '../../worker/fhir/memory-profile.ts'
import { parsePrefer } from '../../worker/fhir/prefer.ts'
import { readRecorded } from '../../worker/fhir/recorded.ts'
import { parseReference } from '../../worker/fhir/reference.ts'
import { replaceLinks } from '../../worker/fhir/replace-links.ts'
import { readResourceLine } from '../../worker/fhir/resource-line.ts'
import { parseScope } from '../../worker/fhir/scope/scope.ts'
import { dateSpanOf } from '../../worker/fhir/search/date-span.ts'
import { parseDecimal } from '../../worker/fhir/search/decimal.ts'
import { parseTypeFilter } from '../../worker/fhir/search/filter.ts'
import { foldText } from '../../worker/fhir/search/fold-text.ts'
import { parseVersionTag } from '../../worker/fhir/version-tag.ts'
import {
  asksForBinaryResource,
  assertJsonAccepted,
  namesFhirJson,
  namesNdjson,
} from '../../worker/http/accept.ts'
import { chooseCoding } from '../../worker/http/file-coding.ts'
import { allowsRange, checkPreconditions } from '../../worker/http/file-preconditions.ts'
import { requestedRange } from '../../worker/http/file-range.ts'
import { createHarness } from '../support/harness.ts'

/** Texts that make patterns go back and begin anew, if any do, of about a length. */
const hostile: readonly (readonly [name: string, make: (length: number) => string])[] = [
  ...[
    ' ',
    ',',
    ';',
    '"',
    '\\',
    '=',
    '/',
    '-',
    '.',
    '0',
    '9',
    'a',
    'A',
    '(',
    '[',
    '<',
    '&',
    '?',
    '|',
    ':',
    'T',
    '\t',
  ].map((unit) => [JSON.stringify(unit), (length: number) => unit.repeat(length)] as const),
  ...[
    ', ',
    '; ',
    '""',
    '",',
    '\\"',
    'a=',
    'a;',
    'a,',
    '. ',
    '[]',
    'W/"',
    '-1,',
    ',A',
    'a.',
    '%2',
    'é\u0301',
    '<a ',
    '<!--',
  ].map((unit) => [JSON.stringify(unit), (length: number) => unit.repeat(length / unit.length)] as const),
]

/** What stands before and behind: so that a pattern comes to its long part, and fails after it. */
type Frame = readonly [before: string, after: string]

type Parser = {
  readonly name: string
  readonly parse: (text: string) => unknown
  readonly frames: readonly Frame[]
}

const serverBase = 'https://sluice.example/fhir'
const context = { serverBase, nowMs: 0 }
const withHeader = (name: string, check: (headers: Headers) => unknown) => (text: string) =>
  check(new Headers({ [name]: text }))
const validators = { etag: '"a"', lastModified: 'Fri, 20 Nov 2026 10:26:46 GMT' }
const request = (accept: string) => new Request(`${serverBase}/x`, { headers: { accept } })
const exportOf = (name: string) => (text: string) =>
  parseExportRequest({
    level: 'system',
    query: [[name, text]],
    lenient: true,
    nowMs: 0,
    serverBase,
    allowsPatientAnywhere: true,
    allowsTypeAlias: true,
    partBytes: { min: 1, max: 1e9 },
    isGet: false,
  })
const parameters = [
  ...[
    '_type',
    '_typeFilter',
    '_elements',
    '_since',
    '_until',
    '_outputFormat',
    'patient',
    'includeAssociatedData',
  ],
  ...['organizeOutputBy', '_dryRun', 'allowPartialManifests', 'uploadPartSize', 'unknown'],
]
const patientWith = (member: string, text: string) =>
  JSON.stringify({ resourceType: 'Patient', id: 'p', [member]: text })

const parsers: readonly Parser[] = [
  {
    name: 'Prefer',
    parse: parsePrefer,
    frames: [
      ['', ''],
      ['handling="', ''],
      ['handling=', ';x'],
    ],
  },
  {
    name: 'Accept',
    parse: withHeader('accept', (headers) => {
      const asked = request(headers.get('accept') ?? '')
      return [
        namesFhirJson(asked),
        namesNdjson(asked),
        assertJsonAccepted(asked),
        asksForBinaryResource(asked),
      ]
    }),
    frames: [
      ['', ''],
      ['application/fhir+json;', 'x'],
      ['a/b;q=0.', 'x'],
      ['application/fhir+ndjson;fhirVersion=', 'x'],
    ],
  },
  {
    name: 'Accept-Encoding',
    parse: (text) => chooseCoding(text, false),
    frames: [
      ['', ''],
      ['gzip;q=0.', 'x'],
    ],
  },
  {
    name: 'Range',
    parse: (text) => requestedRange(text, 1000),
    frames: [
      ['', ''],
      ['bytes=', 'x'],
      ['bytes=0-', 'x'],
    ],
  },
  {
    name: 'If-None-Match',
    parse: withHeader('if-none-match', (headers) => checkPreconditions(headers, validators)),
    frames: [
      ['', ''],
      ['"', '\t'],
      ['W/"', 'x'],
    ],
  },
  {
    name: 'If-Match, If-Range and dates',
    parse: (text) => {
      const headers = { 'if-match': text, 'if-range': text, range: 'bytes=0-' }
      allowsRange(new Headers(headers), validators)
      checkPreconditions(new Headers({ 'if-unmodified-since': text, 'if-modified-since': text }), validators)
      return checkPreconditions(new Headers(headers), validators)
    },
    frames: [
      ['', ''],
      ['"', 'x'],
      ['Fri, ', ' GMT'],
    ],
  },
  {
    name: 'a version',
    parse: parseVersionTag,
    frames: [
      ['', ''],
      ['W/"1', 'x'],
    ],
  },
  {
    name: 'an instant',
    parse: parseInstant,
    frames: [
      ['', ''],
      ['2026-11-20T10:26:46.', 'x'],
      ['2026-11-20T10:26:46.', 'Z'],
    ],
  },
  {
    name: 'a date of a search',
    parse: dateSpanOf,
    frames: [
      ['', ''],
      ['2026-11-20T10:26:46.', 'x'],
    ],
  },
  {
    name: 'a decimal',
    parse: parseDecimal,
    frames: [
      ['', ''],
      ['1.', 'x'],
      ['1', 'e9'],
    ],
  },
  {
    name: 'Provenance.recorded',
    parse: readRecorded,
    frames: [
      ['', ' x'],
      ['2026-11-20T10:26:46.', '1Z'],
    ],
  },
  {
    name: 'a reference',
    parse: (text) => parseReference(text, serverBase),
    frames: [
      ['', ''],
      ['Patient/', '!'],
      [`${serverBase}/`, '!'],
    ],
  },
  {
    name: 'the URL of an entry',
    parse: (text) => parseEntryUrl(text, serverBase),
    frames: [
      ['', ''],
      ['Patient/', '/!'],
      ['Patient?', ' '],
    ],
  },
  {
    name: 'a scope',
    parse: (text) => parseScope(text, context),
    frames: [
      ['', ''],
      ['system/', '.rs'],
      ['system/Patient.', '!'],
      ['system/Patient.rs?', '!'],
      ['system/Patient.rs?name=', '"'],
    ],
  },
  ...['name', 'identifier', 'birthdate', 'general-practitioner', '_lastUpdated', '_id'].map((parameter) => ({
    name: `a filter by ${parameter}`,
    parse: (text: string) => parseTypeFilter(`Patient?${parameter}=${text}`, context),
    frames: [
      ['', ''],
      ['x', '!'],
      ['http://x|', '|'],
    ] as const,
  })),
  {
    name: 'a filter by value-quantity',
    parse: (text) => parseTypeFilter(`Observation?value-quantity=${text}`, context),
    frames: [
      ['', ''],
      ['5', '|'],
      ['5|http://x|', '|'],
    ],
  },
  {
    name: 'a filter',
    parse: (text) => parseTypeFilter(text, context),
    frames: [
      ['', ''],
      ['Patient?', '=x'],
      ['Patient', '?x'],
    ],
  },
  ...parameters.map((name) => ({
    name,
    parse: exportOf(name),
    frames: [
      ['', ''],
      ['x;', 'x'],
      ['application/fhir+ndjson;', 'x'],
      ['Patient', '?x'],
    ] as const,
  })),
  {
    name: 'a media type',
    parse: isMediaType,
    frames: [
      ['', ''],
      ['a/b', '!'],
      ['a/b;c="', ''],
      ['a/b;c=', '!'],
    ],
  },
  {
    name: 'a memory profile',
    parse: profileOfMemory,
    frames: [
      ['', ''],
      ['1.', 'x'],
    ],
  },
  {
    name: 'a text to be folded',
    parse: foldText,
    frames: [
      ['', ''],
      ['x', '!'],
    ],
  },
  { name: 'a text to be echoed', parse: echoText, frames: [['', '']] },
  {
    name: 'a resource',
    parse: readResourceLine,
    frames: [
      ['', ''],
      ['{"resourceType":"Patient","id":"', '"}'],
      ['{"resourceType":"Patient","id":"p","x":"', '"}'],
      ['{"resourceType":"Patient"', '}'],
    ],
  },
  {
    name: 'attachments',
    parse: (text) => markAttachmentUrls(patientWith('url', text), 'Patient').includes(attachmentMark),
    frames: [
      ['', ''],
      ['Binary/', '!'],
    ],
  },
  {
    name: 'links in a narrative',
    parse: (text) => replaceLinks(patientWith('div', text), () => undefined),
    frames: [
      ['', ''],
      ['<a ', '>'],
      ['<a href', 'x'],
      ['<a href=', 'x'],
      ['<a href="', ''],
      ["<img src = '", '<'],
    ],
  },
]

/** A refusal is an answer as well. */
const timeOf = (parse: Parser['parse'], text: string): number => {
  const startedAt = performance.now()
  try {
    parse(text)
  } catch {}
  return performance.now() - startedAt
}
const leastOf = (times: number, parse: Parser['parse'], text: string): number =>
  Math.min(...Array.from({ length: times }, () => timeOf(parse, text)))

/** What a pattern takes that goes back over all of it for each character: some hundred milliseconds; and one that does not: some. */
const length = 20_000
const negligibleMs = 150

describe('A text of a stranger takes twice as long when it is twice as long, and not four times:', () => {
  test.each(parsers)('$name', { timeout: 120_000 }, ({ parse, frames }) => {
    const slow: string[] = []
    for (const [unit, make] of hostile)
      for (const [before, after] of frames) {
        const twice = before + make(2 * length) + after
        if (timeOf(parse, twice) < negligibleMs) continue
        // Slow once may be anybody's fault on a busy machine.
        const [one, two] = [leastOf(3, parse, before + make(length) + after), leastOf(3, parse, twice)]
        if (two > negligibleMs && two > 3.2 * one)
          slow.push(`${before} ${unit} ${after}: ${one.toFixed(1)} ms, then ${two.toFixed(1)} ms`)
      }
    expect(slow).toEqual([])
  })

  test('and this would find one that does not', () => {
    const backtracking = /^\s*(?:x)?\s*$/
    const times = [1, 2].map((factor) =>
      leastOf(3, (text) => backtracking.test(text), `${' '.repeat(factor * 10_000)}!`),
    )
    expect(times[1]).toBeGreaterThan(3 * (times[0] ?? 0))
  })

  test('a host, an origin, an Idempotency-Key and a cookie, in a request', async () => {
    const h = await createHarness()
    for (const name of [
      'host',
      'origin',
      'idempotency-key',
      'cookie',
      'authorization',
      'if-match',
      'content-type',
    ])
      for (const [, make] of hostile) {
        const text = `x${make(8_000)}!`
        if (/[^\t -~]/.test(text)) continue
        const startedAt = performance.now()
        await h.request('/fhir/$export-status/x', { headers: { [name]: text } })
        expect(performance.now() - startedAt, name).toBeLessThan(1000)
      }
    h.close()
  })
})
