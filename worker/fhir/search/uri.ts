import { type CompileTerm, malformed, needleOf, unsupportedModifier } from './term.ts'
import { unescapeValue } from './values.ts'

/** `uri` (R4 search, "uri"): the same text; `:below` what lies under it in the path of a URL, and `:above` what it lies under, itself included. */
export const compileUri: CompileTerm = (clause) => {
  const asked = unescapeValue(clause.value)
  if (asked === '') throw malformed(clause, 'it is empty')
  const matching = (matches: (said: string) => boolean, needle: string): ReturnType<CompileTerm> => ({
    matches: ({ value }) => typeof value === 'string' && matches(value),
    needle,
  })
  switch (clause.modifier) {
    case '':
      return matching(
        (said) => said === asked || (!asked.includes('|') && said.startsWith(`${asked}|`)),
        needleOf(asked),
      )
    case 'below':
      return matching((said) => liesUnder(said, asked), needleOf(asked.replace(/\/$/, '')))
    case 'above':
      return matching((said) => liesUnder(asked, said), '')
    default:
      throw unsupportedModifier(clause, 'only :above, :below and :missing are')
  }
}

const liesUnder = (url: string, base: string): boolean =>
  url === base || url.startsWith(base.endsWith('/') ? base : `${base}/`)
