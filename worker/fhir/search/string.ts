import { isJsonObject, type Json } from '../json.ts'
import { type CompileTerm, items, malformed, text, unsupportedModifier } from './term.ts'
import { unescapeValue } from './values.ts'

/**
 * `string` (R4 search, "string"): the start of a value, without regard to case and accents; `:contains` any part of it; `:exact` all of it as it
 * is written. Of a HumanName or an Address each of its strings is a value.
 */
export const compileString: CompileTerm = (clause) => {
  const asked = unescapeValue(clause.value)
  if (asked === '') throw malformed(clause, 'it is empty')
  const matching = (matches: (said: string) => boolean): ReturnType<CompileTerm> => ({
    matches: ({ value }) => stringsOf(value).some(matches),
    needle: '',
  })
  const wanted = normalize(asked)
  switch (clause.modifier) {
    case '':
      return matching((said) => normalize(said).startsWith(wanted))
    case 'contains':
      return matching((said) => normalize(said).includes(wanted))
    case 'exact':
      return matching((said) => said === asked)
    default:
      throw unsupportedModifier(clause, 'only :exact, :contains and :missing are')
  }
}

/** Without case, accents, and differences between runs of blanks. */
export const normalize = (said: string): string =>
  isPlain(said)
    ? said.toLowerCase()
    : said.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/\s+/gu, ' ').trim()

const isPlain = (said: string): boolean => /^[!-~]+(?: [!-~]+)*$/.test(said)

const stringsOf = (value: Json): readonly string[] => {
  if (typeof value === 'string') return [value]
  if (!isJsonObject(value)) return []
  return stringMembers.flatMap((name) => items(value[name]).flatMap((item) => text(item) ?? displayOf(item)))
}

/** The strings of HumanName, Address, CodeableConcept and Annotation. */
const stringMembers = [
  'text',
  'family',
  'given',
  'prefix',
  'suffix', // biome-ignore format: one line a data type
  'line',
  'city',
  'district',
  'state',
  'postalCode',
  'country',
  'coding',
] as const

const displayOf = (coding: Json): readonly string[] =>
  isJsonObject(coding) ? [text(coding.display) ?? []].flat() : []
