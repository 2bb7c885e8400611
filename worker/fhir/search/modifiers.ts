import type { SearchParameter } from './parameters.ts'
import { type Clause, unsupportedModifier } from './term.ts'

/**
 * Refuses a modifier that no value of the parameter can answer to ("Server SHALL reject any search request that is suffixed by a modifier
 * that the server does not support for that parameter", R4 search, "Modifiers"). Those of a kind its compiler knows.
 */
export const assertModifier = ({ kind, leaves }: SearchParameter, clause: Clause): void => {
  const { modifier } = clause
  if (modifier === '') return
  if (kind === 'composite') throw unsupportedModifier(clause, 'a composite parameter has none')
  const types = typesOf[`${kind}:${modifier}`]
  if (types !== undefined && !leaves.some(({ type }) => types.includes(type)))
    throw unsupportedModifier(clause, `no value of it is of type ${types.join(' or ')}`)
}

/** What a modifier looks at. */
const typesOf: Readonly<Record<string, readonly string[]>> = {
  'token:text': ['CodeableConcept', 'Coding', 'Identifier'],
  'token:of-type': ['Identifier'],
  'reference:identifier': ['Reference'],
  'reference:below': ['canonical', 'uri', 'url'],
}
