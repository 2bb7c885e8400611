import { SluiceError } from '../../errors.ts'
import { echoText } from '../echo-text.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Selected } from './paths.ts'

/** What a search is asked against, besides resources. */
export type SearchContext = {
  /** Without a slash at its end: references and canonicals below it are ours. */
  readonly serverBase: string
  /** What `ap` measures the distance of a date from. */
  readonly nowMs: number
}

/** One value of a parameter, compiled. */
export type Term = {
  /** Whether a value that the parameter selects in the resource answers to it. */
  readonly matches: (selected: Selected, resource: JsonObject) => boolean
  /** Some text that stands in every line that answers to it, unless it is written with `\u` escapes; `''` when there is none. */
  readonly needle: string
  /** The needle may stand there in another case. */
  readonly ignoresCase?: boolean
  /** Of a value that is a string, or a number in its text: whether it answers; told without parsing the resource around it. */
  readonly test?: (text: string, type: string) => boolean
}

export type Clause = { readonly parameter: string; readonly modifier: string; readonly value: string }

/** The compiler of a kind of parameter. Refuses what is malformed (`invalid`) and modifiers it does not have (`not-supported`). */
export type CompileTerm = (clause: Clause, context: SearchContext) => Term

export const malformed = ({ parameter, value }: Clause, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot search "${echoText(parameter)}" for "${echoText(value)}": ${reason}`)

export const unsupportedModifier = ({ parameter, modifier }: Clause, allowed: string): SluiceError =>
  new SluiceError(
    'not-supported',
    `Cannot search "${echoText(parameter)}:${echoText(modifier)}": the modifier is not supported, ${allowed}`,
  )

export const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined

export const items = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]

export const objects = (value: Json | undefined): readonly JsonObject[] =>
  items(value).filter(
    (item): item is JsonObject => typeof item === 'object' && item !== null && !Array.isArray(item),
  )

/** The longest piece of a text that JSON never writes with a short escape. */
export const needleOf = (value: string): string =>
  value
    .split(/[^ !#-.0-[\]-~]/)
    .reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '')
