import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { foldCode, foldText } from './fold-text.ts'
import { rememberLast } from './remember-last.ts'
import {
  type Clause,
  type CompileTerm,
  malformed,
  needleOf,
  objects,
  text,
  unsupportedModifier,
} from './term.ts'
import { type Token, tokensOf } from './tokens.ts'
import { splitEscaped, unescapeValue } from './values.ts'

/**
 * `token` (R4 search, "token"): `code`, `system|code`, `|code` for none, `system|` for any of it. `:not` is taken back where the clause is
 * put together, for it is about all values at once. `:text` is the start of what a person reads; `:of-type` is `system|code|value` of
 * an Identifier.
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
  const folded = foldCode(code)
  const isCode = (token: FoldedToken): boolean =>
    token.code === code ||
    (token.code?.length === code.length && token.folded() === folded && !token.isCaseSensitive())
  return {
    matches: ({ value, type }) =>
      foldedTokensOf(value, type).some((token) => (code === '' || isCode(token)) && isSystem(token)),
    needle: needleOf(code),
    ignoresCase: true,
  }
}

const compileText = (clause: Clause): ReturnType<CompileTerm> => {
  const wanted = foldText(unescapeValue(clause.value))
  if (wanted === '') throw malformed(clause, 'it is nothing but punctuation')
  return {
    matches: ({ value, type }) => foldedTextsOf(value, type).some((said) => said.startsWith(wanted)),
    needle: '',
  }
}

type FoldedToken = Token & { readonly folded: () => string }

const foldedTokensOf = rememberLast((value, type): readonly FoldedToken[] =>
  tokensOf(value, type).map((token) => {
    let folded: string | undefined
    const fold = (): string => {
      folded ??= foldCode(token.code ?? '')
      return folded
    }
    return { ...token, folded: fold }
  }),
)

/** "CodeableConcept.text, Coding.display, or Identifier.type.text". */
const textsOf = (value: Json, type: string): readonly string[] => {
  if (!isJsonObject(value)) return []
  if (type === 'Identifier') return isJsonObject(value.type) ? stringsOf([value.type.text]) : []
  return stringsOf([value.text, value.display, ...objects(value.coding).map(({ display }) => display)])
}

const foldedTextsOf = rememberLast((value, type) => textsOf(value, type).map(foldText))

const stringsOf = (values: readonly (Json | undefined)[]): readonly string[] =>
  values.flatMap((value) => text(value) ?? [])

const compileOfType = (clause: Clause): ReturnType<CompileTerm> => {
  const parts = splitEscaped(clause.value, '|').map(unescapeValue)
  const [system = '', code = '', wanted = ''] = parts
  if (parts.length !== 3 || parts.includes('')) throw malformed(clause, 'it must be system|code|value')
  const isType = (coding: JsonObject): boolean => coding.system === system && coding.code === code
  return {
    matches: ({ value }) =>
      isJsonObject(value) &&
      isJsonObject(value.type) &&
      foldCode(text(value.value) ?? '') === foldCode(wanted) &&
      objects(value.type.coding).some(isType),
    needle: needleOf(wanted),
    ignoresCase: true,
  }
}
