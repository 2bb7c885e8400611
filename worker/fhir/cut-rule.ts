import type { ElementChoice } from './export-shape.ts'
import { backslash, stringOf } from './json-bytes.ts'
import type { ResourceType } from './resource-type.ts'
import { rootElementsOf } from './root-elements.ts'

/** What becomes of the members of a resource of one type; all that are not named are dropped. */
export type CutRule = { readonly fates: ReadonlyMap<number, readonly NamedFate[]> }

/** `id` and `meta` are kept too; `contained` is when what is kept refers into it. */
export type Fate = 'keep' | 'id' | 'meta' | 'contained' | 'drop'

type NamedFate = { readonly name: Uint8Array; readonly text: string; readonly fate: Fate }

/** `undefined` when resources of that type stay whole. */
export const cutRuleOf = ({ everywhere, byType }: ElementChoice, type: ResourceType): CutRule | undefined => {
  if (everywhere === undefined && byType[type] === undefined) return undefined
  const { meant, essential } = rootElementsOf(type)
  const asked = [...(everywhere ?? []), ...(byType[type] ?? [])].flatMap((name) => meant.get(name) ?? [])
  const fates = new Map<string, Fate>([
    ['contained', 'contained'],
    ...['resourceType', ...essential, ...asked].map((name) => [name, 'keep'] as const),
    ['id', 'id'],
    ['meta', 'meta'],
  ])
  return { fates: byHash([...fates].map(([text, fate]) => ({ text, fate, name: encoder.encode(text) }))) }
}

const byHash = (named: readonly NamedFate[]): CutRule['fates'] => {
  const fates = new Map<number, readonly NamedFate[]>()
  for (const each of named) {
    const hash = each.name.reduce(addToHash, 0)
    fates.set(hash, [...(fates.get(hash) ?? []), each])
  }
  return fates
}

/**
 * The fate of the member whose name stands between `start` and `end`. What extends a primitive (`_birthDate`) goes with it. Compares bytes, for
 * there are a dozen members in each of millions of resources; only a name with an escape in it is made a string.
 */
export const fateOf = ({ fates }: CutRule, json: Uint8Array, start: number, end: number): Fate => {
  const from = json[start] === underscore ? start + 1 : start
  let hash = 0
  for (let at = from; at < end; at++) {
    const code = json[at] ?? 0
    if (code === backslash) return fateOfText(fates, stringOf(json, start, end))
    hash = addToHash(hash, code)
  }
  const found = fates.get(hash)
  if (found === undefined) return 'drop'
  for (const { name, fate } of found)
    if (isSame(name, json, from, end)) return from === start ? fate : fateOfExtension(fate)
  return 'drop'
}

const fateOfText = (fates: CutRule['fates'], text: string): Fate => {
  const wanted = text.replace(/^_/, '')
  const found = [...fates.values()].flat().find((each) => each.text === wanted)
  if (found === undefined) return 'drop'
  return wanted === text ? found.fate : fateOfExtension(found.fate)
}

/** `contained` and `meta` are no primitives. */
const fateOfExtension = (fate: Fate): Fate => (fate === 'keep' || fate === 'id' ? 'keep' : 'drop')

const isSame = (name: Uint8Array, json: Uint8Array, start: number, end: number): boolean => {
  if (name.length !== end - start) return false
  for (let i = 0; i < name.length; i++) if (name[i] !== json[start + i]) return false
  return true
}

const addToHash = (hash: number, code: number): number => (Math.imul(hash, 31) + code) | 0

const underscore = 0x5f
const encoder = new TextEncoder()
