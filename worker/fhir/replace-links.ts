import { decodeString, encodeString, replaceStrings } from './json-text.ts'

/** A link, and whether it stands in `Reference.reference`, the only place where a search may stand instead of it. */
export type TargetOf = (link: string, isReference: boolean) => string | undefined

/**
 * The minified text of a resource in which links have become what `targetOf` knows of them, and nothing else is touched (I2).
 * R4 (http.html, "transaction") names as links: references, elements of type uri, url, oid and uuid, and `<a href>` and `<img src>` in
 * the narrative, but no canonicals. Types are told by names here. Left out are the names that mean canonicals or strings in R4 as well
 * (`definition`, `instantiates`, `source`), and those that tell a naming system, a code or a constant (`system`, `issuer`, `fixedUri`): an
 * identifier must stay the one it is.
 */
export const replaceLinks = (minified: string, targetOf: TargetOf): string =>
  replaceStrings(minified, (name, raw) => {
    if (name === 'div') return replaceInNarrative(raw, targetOf)
    if (!linkName.test(name)) return raw
    const target = targetOf(decodeString(raw), name === 'reference')
    return target === undefined ? raw : encodeString(target)
  })

const linkName =
  /^(?:reference|url|uri|policy|protocol|(?:value|defaultValue)(?:Uri|Url|Oid|Uuid)|(?:instantiates|definition|derivedFrom|source|target|module|event)Uri)$/

/** In the text of JSON a double quote has a backslash before it. A link with a character that either grammar escapes is none of ours. */
const replaceInNarrative = (raw: string, targetOf: TargetOf): string =>
  raw.replace(attribute, (whole: string, before: string, quote: string, link: string) => {
    const target = targetOf(link, false)
    return target === undefined ? whole : `${before}${quote}${target}${quote}`
  })

const attribute = /(<(?:a|img)\b[^<>]*?(?:\s|\\[nrt])(?:href|src)\s*=\s*)(\\"|')([^"'<>&\\]*)\2/g
