import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTestTitles } from '../support/test-titles.ts'
import { type Evidence, type Row, readListed, readTable } from './read-table.ts'

/** The tables beside this file say of every rule which test shows it, or why none does; here they are held to it. */

const root = join(import.meta.dirname, '../..')
const textOf = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')

const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n)
const padded = (prefix: string, ...ns: readonly (number | readonly number[])[]) =>
  ns.flat().map((n) => `${prefix}-${String(n).padStart(2, '0')}`)

/** The rules of the Bulk Data IG (STU2, STU3), and what public suites, HTTP and care ask beside it. */
const rules = [
  ...padded('K', numbers(1, 31)),
  ...padded('P', [1, 2, 3], [10, 11, 12], numbers(20, 27), [30, 31, 32], numbers(40, 43)),
  ...padded('P', numbers(50, 53), numbers(60, 64), numbers(70, 77), [80, 81], 90, 95),
  ...padded('S', numbers(1, 21)),
  ...padded('M', numbers(1, 12), [20, 21, 22], [30, 31, 32], numbers(40, 43), [50, 51], 60),
  ...padded('F', numbers(1, 12)),
  ...padded('D', numbers(1, 5)),
  ...padded('O', numbers(1, 6)),
  ...padded('A', numbers(1, 5)),
  ...padded('G', numbers(1, 8)),
  ...padded('X', numbers(1, 4)),
  ...padded('CAP', numbers(1, 13)),
  ...padded('HTTP', numbers(1, 10)),
  ...padded('PROP', numbers(1, 16)),
]

/** What comparable servers offer, system by system. */
const features = [
  ...numbers(1, 27).map((n) => `M${n}`),
  ...numbers(1, 22).map((n) => `F${n}`),
  ...numbers(1, 19).map((n) => `X${n}`),
  ...numbers(1, 18).map((n) => `H${n}`),
  ...numbers(1, 15).map((n) => `A${n}`),
]

const levels = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY', 'note', 'suite', 'ours']

const titlesByPath = new Map<string, ReadonlySet<string>>()
const titlesOf = (path: string): ReadonlySet<string> => {
  const titles = titlesByPath.get(path) ?? readTestTitles(join(root, path))
  titlesByPath.set(path, titles)
  return titles
}

const problemOf = (evidence: Evidence): string | undefined => {
  switch (evidence.kind) {
    case 'test':
      if (!existsSync(join(root, evidence.path))) return `there is no ${evidence.path}`
      if (titlesOf(evidence.path).has(evidence.title)) return undefined
      return `${evidence.path} has no test "${evidence.title}"`
    case 'reason':
      return undefined
    case 'unreadable':
      return /\bpending\b/.test(evidence.text) ? undefined : `neither a test nor a reason: ${evidence.text}`
    default:
      return evidence satisfies never
  }
}

const problemsOf = ({ id, evidence }: Row): readonly string[] =>
  evidence.length === 0
    ? [`${id}: has neither a test nor a reason`]
    : evidence.flatMap((each) => problemOf(each) ?? []).map((problem) => `${id}: ${problem}`)

const pendingIn = (rows: readonly Row[]): readonly string[] =>
  rows
    .filter(({ cells }) => cells.some((cell) => /\bpending\b/.test(cell)))
    .map(({ cells }) => cells.join(' | '))

const twice = (ids: readonly string[]) => ids.filter((id, at) => ids.indexOf(id) !== at)
const without = (ids: readonly string[], others: readonly string[]) =>
  ids.filter((id) => !others.includes(id))

describe('The table of the rules of the Bulk Data IG', () => {
  const rows = readTable(textOf('README.md'))
  const ids = rows.map(({ id }) => id)

  test('has every rule once, and no other', () => {
    expect({ missing: without(rules, ids), unknown: without(ids, rules), twice: twice(ids) }).toEqual({
      missing: [],
      unknown: [],
      twice: [],
    })
  })

  test('has five cells in each row, the second a level', () => {
    expect(rows.filter(({ cells }) => cells.length !== 5 || cells.includes('')).map(({ id }) => id)).toEqual(
      [],
    )
    expect(rows.filter(({ cells }) => !levels.includes(cells[1] ?? '')).map(({ id }) => id)).toEqual([])
  })

  test('names tests that there are, or a reason, for each', () => {
    expect(rows.flatMap(problemsOf)).toEqual([])
  })

  test('waits for nothing', () => {
    expect(pendingIn(rows)).toEqual([])
  })
})

describe('The table of what comparable servers offer', () => {
  const text = textOf('compat.md')
  const rows = readTable(text)
  const ids = [...rows.map(({ id }) => id), ...readListed(text)]

  test('and the list below it have every feature once, and no other', () => {
    expect({ missing: without(features, ids), unknown: without(ids, features), twice: twice(ids) }).toEqual({
      missing: [],
      unknown: [],
      twice: [],
    })
  })

  test('has three cells in each row', () => {
    expect(rows.filter(({ cells }) => cells.length !== 3 || cells.includes('')).map(({ id }) => id)).toEqual(
      [],
    )
  })

  test('names tests that there are, or a reason, for each', () => {
    expect(rows.flatMap(problemsOf)).toEqual([])
  })

  test('waits for nothing', () => {
    expect(pendingIn(rows)).toEqual([])
  })
})
