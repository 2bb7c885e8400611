import { isJsonObject, type Json } from '../json.ts'
import { foldText } from './fold-text.ts'
import { rememberLast } from './remember-last.ts'
import { type CompileTerm, items, malformed, text, unsupportedModifier } from './term.ts'
import { unescapeValue } from './values.ts'

/**
 * `string` (R4 search, "string"): the start of a value, without regard to case, accents and punctuation; `:contains` any part of it; `:exact`
 * all of it as it is written. Of a HumanName or an Address each of its strings is a value, and each part of a family name too.
 */
export const compileString: CompileTerm = (clause) => {
  const asked = unescapeValue(clause.value)
  if (asked === '') throw malformed(clause, 'it is empty')
  const wanted = foldText(asked)
  const matching = (matches: (said: string) => boolean): ReturnType<CompileTerm> => {
    if (wanted === '') throw malformed(clause, 'it is nothing but punctuation')
    const kind = clause.parameter === 'family' ? 'family' : ''
    return {
      matches: ({ value }) => foldedOf(value, kind).some(matches),
      needle: '',
    }
  }
  switch (clause.modifier) {
    case '':
      return matching((said) => said.startsWith(wanted))
    case 'contains':
      return matching((said) => said.includes(wanted))
    case 'exact':
      return { matches: ({ value }) => wholeOf(value, '').includes(asked), needle: '' }
    default:
      throw unsupportedModifier(clause, 'only :exact, :contains and :missing are')
  }
}

type SplitName = (family: string) => readonly string[]

const stringsOf = (value: Json, isFamily: boolean, split: SplitName): readonly string[] => {
  if (typeof value === 'string') return isFamily ? split(value) : [value]
  if (!isJsonObject(value)) return []
  return stringMembers.flatMap((name) =>
    items(value[name]).flatMap((item) => {
      const said = text(item)
      if (said === undefined) return displayOf(item)
      return name === 'family' ? split(said) : said
    }),
  )
}

const whole: SplitName = (family) => [family]

/** "Servers should search the parts of a family name independently": Carreno Quinones by either. */
const withParts: SplitName = (family) => {
  const parts = family.split(/[\s-]+/)
  return parts.length === 1 ? parts : [family, ...parts]
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

const foldedOf = rememberLast((value, kind) => stringsOf(value, kind === 'family', withParts).map(foldText))
const wholeOf = rememberLast((value) => stringsOf(value, false, whole))
