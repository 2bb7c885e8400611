import { describe, expect, test } from 'vitest'
import { type Cut, type CutterLimits, createCutter } from '../../worker/export/cutter.ts'
import type { Page } from '../../worker/store/page.ts'
import type { Cursor } from '../../worker/store/units.ts'
import fc from '../support/fast-check.ts'

/** What a unit scans: row `n` stands at place `n + 1`, and has a line, newline included, or nothing that belongs in the output. */
type Rows = readonly (string | undefined)[]
/** How many rows each page takes, again and again. */
type Split = readonly number[]
type Start = Parameters<typeof createCutter>[1]

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const beginning: Start = { cursor: { after: 0, offset: 0 }, lines: 0, bytes: 0, carry: new Uint8Array(0) }

function* pagesOf(rows: Rows, split: Split, after: number): Generator<Page> {
  for (let n = 0, at = after; at < rows.length; n++) {
    const last = Math.min(rows.length, at + (split[n % split.length] ?? 1))
    const lines = rows.slice(at, last).filter((line) => line !== undefined)
    yield { after: at, last, rows: last - at, lines: lines.length, bytes: encoder.encode(lines.join('')) }
    at = last
  }
}

/** A cut, or what is left at the end of a page, with its place in the stream of all lines. */
type Seen = Omit<Cut, 'content'> & { readonly text: string; readonly at: number }

/** Does what a slice does. The contents are read at the very end, as parts are while others are being filled. */
const run = (rows: Rows, limits: CutterLimits, split: Split, start: Start = beginning) => {
  const cutter = createCutter(limits, start, () => new Uint8Array(limits.partBytes))
  const cuts: Cut[] = []
  const rests: { readonly rest: Seen; readonly cutsBefore: number }[] = []
  let { after, offset } = start.cursor
  for (const page of pagesOf(rows, split, after)) {
    for (const cut of cutter.cut(page, offset)) cuts.push(cut)
    offset = Math.max(0, offset - page.bytes.length)
    after = page.last
    rests.push({ rest: seen(rows, cutter.rest()), cutsBefore: cuts.length })
  }
  const last = cutter.end()
  if (last !== undefined) cuts.push(last)
  return { cuts: cuts.map((cut) => seen(rows, cut)), rests, end: { after, offset } }
}

const seen = (rows: Rows, { content, ...cut }: Cut): Seen => ({
  ...cut,
  text: decoder.decode(content),
  at: placeOf(rows, cut.cursor),
})

/** Which byte of all lines a cursor stands at: two cursors of different pages may mean the same place. */
const placeOf = (rows: Rows, { after, offset }: Cursor): number =>
  encoder.encode(rows.slice(0, after).join('')).length + offset

/** What a cut says of the stream and not of the pages it came in. */
const essence = ({ kind, text, at, lines, bytes }: Seen) => ({ kind, text, at, lines, bytes })

/** The rule of files, said once more and in another way: lines are added while they fit, and a longer line stands alone. */
const filesByTheRule = (rows: Rows, fileBytes: number): readonly string[] => {
  const files: string[] = []
  for (const line of rows.filter((row) => row !== undefined)) {
    const open = files.at(-1)
    if (open !== undefined && open.length + line.length <= fileBytes) files[files.length - 1] = open + line
    else files.push(line)
  }
  return files
}

const filesOf = (cuts: readonly Seen[]): readonly string[] => {
  const files = ['']
  for (const { kind, text } of cuts) {
    files[files.length - 1] += text
    if (kind === 'file-end') files.push('')
  }
  return files.slice(0, -1)
}

/** Lines of one-byte characters, so that lengths of texts are numbers of bytes; a few rows have none. */
const rowsArbitrary = fc.array(
  fc.option(
    fc
      .integer({ min: 0, max: 24 })
      .chain((length) =>
        fc
          .string({ minLength: length, maxLength: length, unit: fc.constantFrom(...'abcdefghij') })
          .map((text) => `${text}\n`),
      ),
    { nil: undefined, freq: 6 },
  ),
  { maxLength: 30 },
)
const splitArbitrary = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
const limitsArbitrary = fc.record({
  partBytes: fc.integer({ min: 1, max: 40 }),
  fileBytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })),
})
const runs = { numRuns: 1_000 }

describe('The cuts of a stream of lines', { timeout: 60_000 }, () => {
  test('laid end to end are the lines, whatever the pages and limits', () => {
    fc.assert(
      fc.property(rowsArbitrary, limitsArbitrary, splitArbitrary, (rows, limits, split) => {
        const { cuts, end } = run(rows, limits, split)
        expect(cuts.map(({ text }) => text).join('')).toBe(rows.join(''))
        expect(end).toEqual({ after: rows.length, offset: 0 })
      }),
      runs,
    )
  })

  test('have exactly partBytes, but for what is behind the last part of a file', () => {
    fc.assert(
      fc.property(rowsArbitrary, limitsArbitrary, splitArbitrary, (rows, limits, split) => {
        for (const { kind, text } of run(rows, limits, split).cuts) {
          if (kind === 'part') expect(text).toHaveLength(limits.partBytes)
          else expect(text.length).toBeLessThan(limits.partBytes)
        }
      }),
      runs,
    )
  })

  test('make files that end before the line that would not fit; a line that fits in none stands alone', () => {
    fc.assert(
      fc.property(rowsArbitrary, limitsArbitrary, splitArbitrary, (rows, limits, split) => {
        const fileBytes = limits.fileBytes === 0 ? Number.POSITIVE_INFINITY : limits.fileBytes
        expect(filesOf(run(rows, limits, split).cuts)).toEqual(filesByTheRule(rows, fileBytes))
      }),
      runs,
    )
  })

  test('count the lines and bytes of their file, and stand where their bytes end', () => {
    fc.assert(
      fc.property(rowsArbitrary, limitsArbitrary, splitArbitrary, (rows, limits, split) => {
        let at = 0
        let file = ''
        for (const cut of run(rows, limits, split).cuts) {
          at += cut.text.length
          file += cut.text
          expect(cut).toMatchObject({ at, bytes: file.length, lines: file.split('\n').length - 1 })
          if (cut.kind === 'file-end') file = ''
        }
      }),
      runs,
    )
  })

  test('are the same for any split into pages', () => {
    fc.assert(
      fc.property(
        rowsArbitrary,
        limitsArbitrary,
        splitArbitrary,
        splitArbitrary,
        (rows, limits, one, other) => {
          expect(run(rows, limits, one).cuts.map(essence)).toEqual(run(rows, limits, other).cuts.map(essence))
        },
      ),
      runs,
    )
  })

  test('go on from the cursor of any of them as they would have, in pages of any other split', () => {
    fc.assert(
      fc.property(
        rowsArbitrary,
        limitsArbitrary,
        splitArbitrary,
        splitArbitrary,
        (rows, limits, one, other) => {
          const { cuts } = run(rows, limits, one)
          for (const [n, { kind, cursor, lines, bytes }] of cuts.entries()) {
            const counts = kind === 'part' ? { lines, bytes } : { lines: 0, bytes: 0 }
            const resumed = run(rows, limits, other, { ...beginning, cursor, ...counts })
            expect(resumed.cuts.map(essence)).toEqual(cuts.slice(n + 1).map(essence))
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('go on from what is left at the end of any page, of a resumed run too, as they would have', () => {
    fc.assert(
      fc.property(
        rowsArbitrary,
        limitsArbitrary,
        fc.tuple(splitArbitrary, splitArbitrary, splitArbitrary),
        fc.nat(),
        (rows, limits, [one, other, third], from) => {
          const whole = run(rows, limits, one).cuts
          const parts = whole.filter(({ kind }) => kind === 'part')
          const part = parts[from % Math.max(1, parts.length)]
          const done = part === undefined ? 0 : whole.indexOf(part) + 1
          const resumed = run(rows, limits, other, { ...beginning, ...part })
          for (const { rest, cutsBefore } of resumed.rests) {
            const start = { ...rest, carry: encoder.encode(rest.text) }
            expect(run(rows, limits, third, start).cuts.map(essence)).toEqual(
              whole.slice(done + cutsBefore).map(essence),
            )
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('A file', { timeout: 60_000 }, () => {
  const lines = (...lengths: readonly number[]) => lengths.map((length) => `${'x'.repeat(length - 1)}\n`)
  const shape = (rows: Rows, limits: CutterLimits, split: Split = [1]) =>
    run(rows, limits, split).cuts.map(({ kind, text }) => `${kind} ${text.length}`)

  test.each<[string, Rows, CutterLimits, readonly string[]]>([
    [
      'that its lines fill to the last byte',
      lines(4, 6, 1),
      { partBytes: 100, fileBytes: 10 },
      ['file-end 10', 'file-end 1'],
    ],
    ['of exactly one part', lines(10), { partBytes: 10, fileBytes: 0 }, ['part 10', 'file-end 0']],
    [
      'of exactly two parts, and another',
      lines(10, 10, 5),
      { partBytes: 10, fileBytes: 20 },
      ['part 10', 'part 10', 'file-end 0', 'file-end 5'],
    ],
    [
      'for a line one byte too long',
      lines(3, 11, 3),
      { partBytes: 100, fileBytes: 10 },
      ['file-end 3', 'file-end 11', 'file-end 3'],
    ],
    [
      'for a line of many parts that is too long',
      lines(3, 25, 3),
      { partBytes: 10, fileBytes: 10 },
      ['file-end 3', 'part 10', 'part 10', 'file-end 5', 'file-end 3'],
    ],
    [
      'for each line when none fits',
      lines(1, 2, 1),
      { partBytes: 5, fileBytes: 1 },
      ['file-end 1', 'file-end 2', 'file-end 1'],
    ],
    [
      'without a limit',
      lines(30, 30, 30),
      { partBytes: 40, fileBytes: 0 },
      ['part 40', 'part 40', 'file-end 10'],
    ],
    ['of rows that hold nothing', [undefined, undefined], { partBytes: 5, fileBytes: 5 }, []],
    ['of no rows at all', [], { partBytes: 5, fileBytes: 5 }, []],
  ])('%s', (_, rows, limits, expected) => {
    for (const split of [[1], [2], [3], [100]]) expect(shape(rows, limits, split)).toEqual(expected)
  })

  test('without a limit ends before its 10,001st part', () => {
    const rows = lines(...Array.from({ length: 5_001 }, () => 4))
    expect(
      filesOf(run(rows, { partBytes: 1, fileBytes: 0 }, [700]).cuts).map(({ length }) => length),
    ).toEqual([10_000, 10_000, 4])
  })

  test('counts bytes, not characters', () => {
    const { cuts } = run(['日本\n', 'é\n'], { partBytes: 5, fileBytes: 7 }, [2])
    expect(cuts.map(({ kind, bytes, lines: count }) => [kind, bytes, count])).toEqual([
      ['part', 5, 0],
      ['file-end', 7, 1],
      ['file-end', 3, 1],
    ])
  })
})
