import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { normalize } from './string.ts'
import {
  type Clause,
  type CompileTerm,
  items,
  malformed,
  needleOf,
  objects,
  text,
  unsupportedModifier,
} from './term.ts'
import { splitEscaped, unescapeValue } from './values.ts'

/** A token that a resource holds: of an element of type `code` all systems that its binding allows. */
type Token = { readonly systems: readonly (string | undefined)[]; readonly code: string | undefined }

/**
 * `token` (R4 search, "token"): `code`, `system|code`, `|code` for none, `system|` for any of it. Codes are compared as they are written: without
 * a terminology nobody can tell which systems do not mind case. `:not` is taken back where the clause is put together, for it is about
 * all values at once. `:text` is the start of what a person reads; `:of-type` is `system|code|value` of an Identifier.
 */
export const compileToken: CompileTerm = (clause) => {
  switch (clause.modifier) {
    case '':
    case 'not':
      return compileCode(clause)
    case 'text':
      return compileText(clause)
    case 'of-type':
      return compileOfType(clause)
    default:
      throw unsupportedModifier(clause, 'only :not, :text, :of-type and :missing are')
  }
}

const compileCode = (clause: Clause): ReturnType<CompileTerm> => {
  const parts = splitEscaped(clause.value, '|').map(unescapeValue)
  if (parts.length > 2) throw malformed(clause, 'a token has at most one "|"')
  const [system, code] = parts.length === 1 ? [undefined, parts[0] ?? ''] : [parts[0] ?? '', parts[1] ?? '']
  if (code === '' && (system ?? '') === '') throw malformed(clause, 'it names neither a system nor a code')
  const isSystem = (token: Token): boolean => {
    if (system === undefined) return true
    return system === '' ? token.systems.includes(undefined) : token.systems.includes(system)
  }
  return {
    matches: ({ value, type }) =>
      tokensOf(value, type).some((token) => (code === '' || token.code === code) && isSystem(token)),
    needle: needleOf(code),
  }
}

const tokensOf = (value: Json, type: string): readonly Token[] => {
  const [kind = '', binding = ''] = type.split('=')
  if (typeof value === 'boolean') return [{ systems: [undefined, specialValues], code: String(value) }]
  if (typeof value === 'number') return [{ systems: [undefined], code: String(value) }]
  if (typeof value === 'string')
    return [{ systems: binding === '' ? [undefined] : [undefined, ...binding.split(' ')], code: value }]
  if (!isJsonObject(value)) return []
  switch (kind) {
    case 'CodeableConcept':
      return objects(value.coding).map(coded)
    case 'Identifier':
      return [{ systems: [text(value.system)], code: text(value.value) }]
    case 'ContactPoint':
      return [{ systems: [undefined, text(value.system), text(value.use)], code: text(value.value) }]
    default:
      return [coded(value)]
  }
}

const coded = ({ system, code }: JsonObject): Token => ({ systems: [text(system)], code: text(code) })

const specialValues = 'http://terminology.hl7.org/CodeSystem/special-values'

const compileText = ({ value }: Clause): ReturnType<CompileTerm> => {
  const wanted = normalize(unescapeValue(value))
  return {
    matches: (selected) => textsOf(selected.value).some((said) => normalize(said).startsWith(wanted)),
    needle: '',
  }
}

/** `CodeableConcept.text`, `Coding.display`, `Identifier.type.text`. */
const textsOf = (value: Json): readonly string[] => {
  if (!isJsonObject(value)) return []
  const type = isJsonObject(value.type) ? textsOf(value.type) : []
  const own = [value.text, value.display].flatMap((said) => text(said) ?? [])
  return [...own, ...type, ...items(value.coding).flatMap(textsOf)]
}

const compileOfType = (clause: Clause): ReturnType<CompileTerm> => {
  const parts = splitEscaped(clause.value, '|').map(unescapeValue)
  const [system = '', code = '', wanted = ''] = parts
  if (parts.length !== 3 || parts.includes('')) throw malformed(clause, 'it must be system|code|value')
  return {
    matches: ({ value }) =>
      isJsonObject(value) &&
      value.value === wanted &&
      isJsonObject(value.type) &&
      objects(value.type.coding).some((coding) => coding.system === system && coding.code === code),
    needle: needleOf(wanted),
  }
}
