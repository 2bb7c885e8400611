import { isJsonObject, type Json, type JsonObject } from '../../../worker/fhir/json.ts'
import { objectsOf, textOf } from '../../fhir/r4-package.ts'
import { type Asked, plain, split } from './asked.ts'
import { isCaseSensitive, systemsOfCode } from './code-systems.ts'
import { requiredValueSet } from './definitions.ts'
import { bare } from './judge-string.ts'
import type { Value } from './select-values.ts'

/** R4 search, "token": `code`, `system|code`, `|code`, `system|`; `:text`; `:of-type`. `:not` is for whoever has all the values. */
export const judgeToken = (value: Value, asked: Asked, modifier: string): boolean => {
  if (modifier === 'text') return textsOf(value).some((text) => bare(text).startsWith(bare(plain(asked))))
  const parts = split(asked, '|').map(plain)
  if (modifier === 'of-type') return isOfType(value.json, parts)
  const [code = '', system] = parts.length === 1 ? parts : [parts[1], parts[0]]
  return tokensOf(value).some((token) => hasSystem(token, system) && (code === '' || hasCode(token, code)))
}

type Token = {
  /** Several, where the system is implied. */
  readonly systems: readonly string[]
  readonly mayLackSystem: boolean
  readonly code: string
  readonly isSensitive: boolean
}

const hasSystem = ({ systems, mayLackSystem }: Token, system: string | undefined): boolean => {
  if (system === undefined) return true
  return system === '' ? mayLackSystem : systems.includes(system)
}

const hasCode = (token: Token, code: string): boolean =>
  token.isSensitive ? token.code === code : token.code.toLowerCase() === code.toLowerCase()

const tokensOf = ({ json, type, place }: Value): readonly Token[] => {
  if (isJsonObject(json)) return codedTokens(json, type)
  const code = String(json)
  const bareToken = { systems: [], mayLackSystem: true, code }
  switch (type) {
    case 'boolean':
    case 'Boolean':
      return [{ ...bareToken, systems: specialValues, isSensitive: true }]
    case 'code': {
      const systems = systemsOfCode(requiredValueSet(place), code)
      return [{ ...bareToken, systems, isSensitive: systems.some(isCaseSensitive) }]
    }
    case 'id':
    case 'String': // what an engine calls the id of a resource
    case 'uri':
    case 'canonical':
      return [{ ...bareToken, isSensitive: true }]
    default:
      return [{ ...bareToken, isSensitive: false }]
  }
}

const specialValues = [
  'http://hl7.org/fhir/special-values',
  'http://terminology.hl7.org/CodeSystem/special-values',
]

const codedTokens = (json: JsonObject, type: string): readonly Token[] => {
  switch (type) {
    case 'CodeableConcept':
      return objectsOf(json.coding).map(coded)
    case 'Identifier':
      return [tokenOf(json.system, json.value, false)]
    case 'ContactPoint':
      return [{ systems: [], mayLackSystem: true, code: textOf(json.value), isSensitive: false }]
    default:
      return [coded(json)]
  }
}

const coded = ({ system, code }: JsonObject): Token => tokenOf(system, code, isCaseSensitive(textOf(system)))

const tokenOf = (system: Json | undefined, code: Json | undefined, isSensitive: boolean): Token => ({
  systems: typeof system === 'string' ? [system] : [],
  mayLackSystem: typeof system !== 'string',
  code: textOf(code),
  isSensitive,
})

/** "Either CodeableConcept.text, Coding.display, or Identifier.type.text." */
const textsOf = ({ json, type }: Value): readonly string[] => {
  if (!isJsonObject(json)) return []
  const concept = type === 'Identifier' ? json.type : json
  const texts = isJsonObject(concept) ? [concept.text] : []
  const displays =
    type === 'CodeableConcept' ? objectsOf(json.coding).map(({ display }) => display) : [json.display]
  return [...texts, ...displays].filter((text) => typeof text === 'string')
}

const isOfType = (json: Json, [system, code, value = '']: readonly string[]): boolean => {
  if (!isJsonObject(json) || !isJsonObject(json.type)) return false
  const isType = objectsOf(json.type.coding).some(
    (coding) => coding.system === system && coding.code === code,
  )
  return isType && textOf(json.value).toLowerCase() === value.toLowerCase()
}
