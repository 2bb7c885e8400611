import type { SearchParameter } from './parameters.ts'
import { compileProbe } from './probe.ts'
import type { Term } from './term.ts'

/** A cheap look at the text of a resource: false when it cannot answer. */
export type Look = (line: string) => boolean

/** By the members that hold values, and by what stands in them, where that can be seen without parsing. */
export const mayAnswer = (parameter: SearchParameter, terms: readonly Term[]): Look =>
  parameter.isComputed
    ? () => true
    : (compileProbe(parameter.leaves, terms) ?? mayHold(parameter.roots, terms))

/** One of the members that hold values, and the text of one of the terms. */
export const mayHold = (
  roots: readonly string[],
  terms: readonly Pick<Term, 'needle' | 'ignoresCase'>[],
): Look => {
  const names = roots.map((root) => `"${root}":`)
  const needles = terms.every(({ needle }) => needle !== '') ? terms.map(finderOf) : [() => true]
  return (line) =>
    needles.some((isIn) => isIn(line)) && (names.length === 0 || names.some((name) => line.includes(name)))
}

const finderOf = ({ needle, ignoresCase }: Pick<Term, 'needle' | 'ignoresCase'>) => {
  if (ignoresCase !== true || !/[a-z]/i.test(needle)) return (line: string) => line.includes(needle)
  const pattern = new RegExp(needle.replaceAll(/[^\w ]/g, '\\$&'), 'i')
  return (line: string) => line.includes(needle) || pattern.test(line)
}
