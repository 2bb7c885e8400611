import { resourceTypes } from './r4/resource-types.generated.ts'
import {
  bareTypes,
  domainResourceElements,
  ownElements,
  resourceElements,
} from './r4/root-elements.generated.ts'
import { type ResourceType, typeIdOf } from './resource-type.ts'

/** The elements directly below a resource of one type. */
export type RootElements = {
  /**
   * By what somebody may write who asks for an element: the members it has in JSON. Those are all of a choice for `value` and `value[x]`,
   * and one for `valueQuantity`. `resourceType` is no element, but is asked for like one.
   */
  readonly meant: ReadonlyMap<string, readonly string[]>
  /** The members of those that are mandatory, or modifiers: without one, a resource would be invalid, or be misunderstood. */
  readonly essential: readonly string[]
}

export const rootElementsOf = (type: ResourceType): RootElements => {
  const known = elementsByType.get(type)
  if (known !== undefined) return known
  const elements = parseElements(textOf(type))
  elementsByType.set(type, elements)
  return elements
}

/** What may be written to ask for an element of whatever type, as it is spelled; and the same in lower case, for a "did you mean". */
export const spellings = (): ReadonlyMap<string, string> => {
  if (knownSpellings === undefined) {
    const texts = resourceTypes.flatMap((type) => [...rootElementsOf(type).meant.keys()])
    // Two differ in case only: what is spelled right counts first.
    const pairs = [
      ...texts.map((text) => [text.toLowerCase(), text] as const),
      ...texts.map((text) => [text, text] as const),
    ]
    knownSpellings = new Map(pairs)
  }
  return knownSpellings
}

const textOf = (type: ResourceType): string => {
  const inherited = bareTypes.includes(type) ? '' : domainResourceElements
  return `${resourceElements} ${inherited} ${ownElements[typeIdOf(type) - 1] ?? ''}`
}

const parseElements = (text: string): RootElements => {
  const meant = new Map<string, readonly string[]>([['resourceType', ['resourceType']]])
  const essential: string[] = []
  for (const element of text.split(' ').filter((each) => each !== '')) {
    const isEssential = element.startsWith('!')
    const [name = '', types] = element.slice(isEssential ? 1 : 0).split(':')
    const members = types === undefined ? [name] : types.split(',').map((type) => name + type)
    if (types !== undefined) meant.set(`${name}[x]`, members)
    meant.set(name, members)
    for (const member of members) meant.set(member, [member])
    if (isEssential) essential.push(...members)
  }
  return { meant, essential }
}

/** Parsed when first asked for: an export is of few types. */
const elementsByType = new Map<ResourceType, RootElements>()
let knownSpellings: ReadonlyMap<string, string> | undefined
