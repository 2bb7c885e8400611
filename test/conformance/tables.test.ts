import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readListed, readTable } from '../support/read-table.ts'
import { compareIds, numbers, padded, pendingIn, problemsOf, sameIds } from '../support/table-evidence.ts'

/** The tables beside this file say of every rule which test shows it, or why none does; here they are held to it. */

const textOf = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')

/** The rules of the Bulk Data IG (STU2, STU3) and of SMART Backend Services, and what public suites, HTTP and care ask beside it. */
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
  ...padded('T', numbers(1, 29)),
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

describe('The table of the rules of the Bulk Data IG and of SMART Backend Services', () => {
  const rows = readTable(textOf('README.md'))
  const ids = rows.map(({ id }) => id)

  test('has every rule once, and no other', () => {
    expect(compareIds(rules, ids)).toEqual(sameIds)
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
    expect(compareIds(features, ids)).toEqual(sameIds)
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
