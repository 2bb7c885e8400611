import type { Issuer } from '../config/issuers.ts'
import { SluiceError } from '../errors.ts'
import type { Grants, SecurityLabel } from '../fhir/scope/grants.ts'
import { allRights, parseScope, type Right, type Scope } from '../fhir/scope/scope.ts'
import type { SearchContext } from '../fhir/search/term.ts'

type Words = Pick<Issuer, 'userAsSystem' | 'accessSystem'>

/**
 * What the words of an issuer's token open here. What is not known, as `openid` and `launch`, or cannot be granted as it is meant, opens
 * nothing and is passed over: these words were not written for this server alone.
 */
export const grantsOfWords = (issuer: Words, words: readonly string[], context: SearchContext): Grants => {
  const scopes = words.flatMap((word) => scopeOf(issuer, word, context))
  return issuer.accessSystem === undefined
    ? { scopes }
    : { scopes, labels: labelsOf(issuer.accessSystem, words) }
}

/** `user/` asks for what a person may see: here that is to read, if the configuration says that persons may. `patient/` is never asked. */
const scopeOf = ({ userAsSystem }: Words, word: string, context: SearchContext): readonly Scope[] => {
  if (word.startsWith('system/')) return grantable(word, context)
  if (!userAsSystem || !word.startsWith('user/')) return []
  return grantable(word.replace('user/', 'system/'), context).filter(({ rights }) =>
    rights.every((right) => right === 'r' || right === 's'),
  )
}

const grantable = (word: string, context: SearchContext): readonly Scope[] => {
  try {
    return [parseScope(word, context)]
  } catch (error) {
    if (error instanceof SluiceError) return []
    throw error
  }
}

/** `access/<tag>.<right>`, by tags. A tag has no character that means something in a search, so it stands for itself alone. */
const labelsOf = (system: string, words: readonly string[]): readonly SecurityLabel[] => {
  const rightsOfTag = new Map<string, ReadonlySet<Right>>()
  for (const word of words) {
    const [, tag, right = ''] = /^access\/([A-Za-z0-9._-]{1,64})\.([a-z]+|\*)$/.exec(word) ?? []
    if (tag === undefined) continue
    const rights = rightsOf(right)
    if (rights.length > 0) rightsOfTag.set(tag, new Set([...(rightsOfTag.get(tag) ?? []), ...rights]))
  }
  return [...rightsOfTag].slice(0, maxLabels).map(([tag, rights]) => ({
    token: `${system}|${tag}`,
    rights: allRights.filter((each) => rights.has(each)),
  }))
}

/** Each is a value of every search that is made for this token. */
const maxLabels = 100

const rightsOf = (text: string): readonly Right[] => {
  switch (text) {
    case 'read':
      return ['r', 's']
    case 'write':
      return ['c', 'u', 'd']
    case '*':
      return allRights
    default:
      return /^c?r?u?d?s?$/.test(text) ? allRights.filter((right) => text.includes(right)) : []
  }
}
