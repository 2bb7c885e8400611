import type { JsonObject } from '../json.ts'
import { type Clause, type CompileTerm, malformed, needleOf, type Term, unsupportedModifier } from './term.ts'
import { unescapeValue } from './values.ts'

/**
 * `uri` (R4 search, "uri"): the same text; `:below` what lies under it in the path of a URL, and `:above` what it lies under, itself
 * included. A canonical that names a version is found without it, and a resource by its canonical URL and its version, `url|version`.
 */
export const compileUri: CompileTerm = (clause) => {
  const asked = unescapeValue(clause.value)
  if (asked === '') throw malformed(clause, 'it is empty')
  const { url, version } = canonicalOf(asked)
  const matching = (isMeant: (said: string, resource: JsonObject) => boolean, needle: string): Term => ({
    matches: ({ value, type }, resource) =>
      typeof value === 'string' &&
      (isMeant(value, resource) || (type === 'canonical' && isMeant(canonicalOf(value).url, resource))),
    needle: needleOf(needle),
  })
  switch (clause.modifier) {
    case '':
      return matching(
        (said, resource) =>
          said === asked ||
          (version !== undefined && said === url && resource.url === url && resource.version === version),
        url,
      )
    case 'below':
      assertUrl(clause, asked)
      return matching((said) => liesUnder(said, asked), asked.replace(/\/$/, ''))
    case 'above':
      assertUrl(clause, asked)
      return matching((said) => liesUnder(asked, said), '')
    default:
      throw unsupportedModifier(clause, 'only :above, :below and :missing are')
  }
}

/** A canonical URL, and the version behind it. */
export type Canonical = { readonly url: string; readonly version: string | undefined }

export const canonicalOf = (text: string): Canonical => {
  const bar = text.indexOf('|')
  return bar === -1
    ? { url: text, version: undefined }
    : { url: text.slice(0, bar), version: text.slice(bar + 1) }
}

/** "The :above and :below modifiers only apply to URLs, and not URNs". */
const assertUrl = (clause: Clause, asked: string): void => {
  if (/^urn:/i.test(asked)) throw malformed(clause, 'a URN has nothing above or below it')
}

const liesUnder = (url: string, base: string): boolean =>
  url === base || url.startsWith(base.endsWith('/') ? base : `${base}/`)
