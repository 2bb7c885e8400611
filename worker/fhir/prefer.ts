export type Prefer = {
  readonly handling: 'strict' | 'lenient' | undefined
  readonly respondAsync: boolean
  /** Status requests answer 200, and say the status of the export in a header (Bulk Data IG STU3, "Bulk Data Kick-off Request"). */
  readonly separateExportStatus: boolean
  /** What the answer to a write should hold (FHIR R4 http.html#ops). */
  readonly returns: 'minimal' | 'representation' | 'OperationOutcome' | undefined
}

/**
 * Reads a `Prefer` header (RFC 7240 section 2), repeated headers joined by commas as `Headers.get` does. A preference
 * that is unknown, malformed or has an unknown value is as good as absent: the RFC never makes it an error.
 */
export const parsePrefer = (headerValue: string | undefined): Prefer => {
  const preferences = new Map<string, string>()
  for (const preference of splitUnquoted(headerValue ?? '', ',')) {
    const [first = ''] = splitUnquoted(preference, ';') // the rest are parameters, and none is known here
    const [name = '', value = '', ...malformed] = splitUnquoted(first, '=')
    if (malformed.length > 0) continue
    // "If any preference is specified more than once, only the first instance is to be considered."
    if (!preferences.has(lower(name))) preferences.set(lower(name), unquote(value.trim()))
  }
  // "Empty or zero-length values are equivalent to no value", which is what the two without one are to have.
  const handling = lower(preferences.get('handling') ?? '')
  return {
    handling: handling === 'strict' || handling === 'lenient' ? handling : undefined,
    respondAsync: preferences.get('respond-async') === '',
    separateExportStatus: preferences.get('separate-export-status') === '',
    returns: returnsByName.get(lower(preferences.get('return') ?? '')),
  }
}

const returnsByName: ReadonlyMap<string, Prefer['returns']> = new Map([
  ['minimal', 'minimal'],
  ['representation', 'representation'],
  ['operationoutcome', 'OperationOutcome'],
])

/** Splits at separators outside quoted strings. */
const splitUnquoted = (text: string, separator: string): readonly string[] => {
  const pieces: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    if (isQuoted && text[at] === '\\') at++
    else if (text[at] === '"') isQuoted = !isQuoted
    else if (text[at] === separator && !isQuoted) {
      pieces.push(text.slice(start, at))
      start = at + 1
    }
  }
  pieces.push(text.slice(start))
  return pieces
}

const lower = (text: string): string => text.trim().toLowerCase()

const unquote = (word: string): string =>
  /^".*"$/s.test(word) ? word.slice(1, -1).replace(/\\(.)/gs, '$1') : word
