import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Evidence, Row } from './read-table.ts'
import { readTestTitles } from './test-titles.ts'

/** Whether what a table names as its evidence is there. */

const root = join(import.meta.dirname, '../..')

const titlesByPath = new Map<string, ReadonlySet<string>>()
const titlesOf = (path: string): ReadonlySet<string> => {
  const titles = titlesByPath.get(path) ?? readTestTitles(join(root, path))
  titlesByPath.set(path, titles)
  return titles
}

const problemOf = (evidence: Evidence): string | undefined => {
  switch (evidence.kind) {
    case 'test':
      if (!isFile(evidence.path)) return `there is no ${evidence.path}`
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

/** Whether the repository has a file of this path. */
export const isFile = (path: string): boolean => existsSync(join(root, path))

export const problemsOf = ({ id, evidence }: Row): readonly string[] =>
  evidence.length === 0
    ? [`${id}: has neither a test nor a reason`]
    : evidence.flatMap((each) => problemOf(each) ?? []).map((problem) => `${id}: ${problem}`)

export const pendingIn = (rows: readonly Row[]): readonly string[] =>
  rows
    .filter(({ cells }) => cells.some((cell) => /\bpending\b/.test(cell)))
    .map(({ cells }) => cells.join(' | '))

/** What is missing of the ids that a table is to have, what it has besides, and what it has twice. */
export const compareIds = (expected: readonly string[], ids: readonly string[]) => ({
  missing: without(expected, ids),
  unknown: without(ids, expected),
  twice: ids.filter((id, at) => ids.indexOf(id) !== at),
})
export const sameIds = { missing: [], unknown: [], twice: [] }

const without = (ids: readonly string[], others: readonly string[]) =>
  ids.filter((id) => !others.includes(id))

export const numbers = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n)

/** `S-01`, `S-02`: ids of a letter or some, and two digits. */
export const padded = (prefix: string, ...ns: readonly (number | readonly number[])[]): readonly string[] =>
  ns.flat().map((n) => `${prefix}-${String(n).padStart(2, '0')}`)
