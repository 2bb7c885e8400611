import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { maxValues } from './export-parameters.ts'
import type { ElementChoice } from './export-shape.ts'
import { type IgnoredParameter, ignoredParameter } from './ignored-parameter.ts'
import { resourceTypes } from './r4/resource-types.generated.ts'
import { isResourceType, type ResourceType, suggestType } from './resource-type.ts'
import { rootElementsOf, spellings } from './root-elements.ts'

export type ElementsParameter = {
  /** `undefined` when the parameter is not given, which leaves every resource whole. */
  readonly choice: ElementChoice | undefined
  readonly unknown: readonly IgnoredParameter[]
  /** Something is asked for, and none of it is understood. */
  readonly isEmpty: boolean
}

/**
 * Reads `_elements` (IG "Query Parameters"): root elements, `Patient.birthDate` or, of every type that has it, `birthDate`; a list by
 * commas, by repetition, or both, which all mean the same. What lenient handling passes over counts like an element that no resource
 * has: the types it speaks of are cut all the same, so that a typing error never brings more than was asked for.
 */
export const readElementsParameter = (values: readonly string[] | undefined): ElementsParameter => {
  if (values === undefined) return { choice: undefined, unknown: [], isEmpty: false }
  const texts = values.flatMap((value) => value.split(',')).map((text) => text.trim())
  if (texts.includes('')) throw refusal('its list of elements has an empty one')
  if (texts.length > maxValues) throw refusal(`its list has more than ${maxValues} elements`)
  const elements = [...new Set(texts)].map(readElement)
  return {
    choice: choiceOf(elements),
    unknown: elements.flatMap(({ problem }) =>
      problem === undefined ? [] : [ignoredParameter('_elements', problem)],
    ),
    isEmpty: elements.every(({ problem }) => problem !== undefined),
  }
}

type AskedElement = {
  /** Whose element it is: of every type that has it, of one, or of none that there is. */
  readonly owner: ResourceType | 'every' | 'none'
  readonly name: string
  readonly problem?: string
}

const readElement = (text: string): AskedElement => {
  const [first = '', second, ...deeper] = text.split('.')
  if (second === undefined) return elementOfEvery(first)
  if (isResourceType(first)) {
    return deeper.length === 0 ? elementOfType(first, second) : nested(first, text, `${first}.${second}`)
  }
  const type = suggestType(first)
  if (type === undefined && isSpelled(first)) return nested('every', text, first)
  const problem = `"${echoText(text)}" begins with "${echoText(first)}", which is not a resource type of FHIR R4`
  return { owner: 'none', name: '', problem: problem + hint(type) }
}

const elementOfEvery = (name: string): AskedElement => {
  if (isSpelled(name)) return { owner: 'every', name: withoutChoice(name) }
  if (isResourceType(name)) {
    const problem = `"${name}" is a resource type, and elements of it are asked for as in "${name}.id"`
    return { owner: 'none', name: '', problem }
  }
  const problem = `"${echoText(name)}" is not an element of any resource of FHIR R4`
  return { owner: 'every', name: '', problem: problem + hint(spellings().get(plain(name))) }
}

const elementOfType = (type: ResourceType, name: string): AskedElement => {
  const { meant } = rootElementsOf(type)
  if (meant.has(name)) return { owner: type, name: withoutChoice(name) }
  const problem = `"${echoText(name)}" is not an element of ${type} in FHIR R4`
  const spelled = [...meant.keys()].find((each) => each.toLowerCase() === plain(name))
  return {
    owner: type,
    name: '',
    problem: problem + hint(spelled === undefined ? undefined : `${type}.${spelled}`),
  }
}

const nested = (owner: AskedElement['owner'], text: string, root: string): AskedElement => ({
  owner,
  name: '',
  problem: `"${echoText(text)}" lies inside an element, and only whole elements such as "${echoText(root)}" can be asked for`,
})

const isSpelled = (name: string): boolean => spellings().get(name) === name

/** What a name is but for its case, and for the underscore of what extends a primitive, which comes along with it. */
const plain = (name: string): string => name.replace(/^_/, '').toLowerCase()

const hint = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : `, did you mean "${suggestion}"?`

const withoutChoice = (name: string): string => name.replace(/\[x\]$/, '')

/** In an order of its own, so that the same elements are the same choice. */
const choiceOf = (elements: readonly AskedElement[]): ElementChoice => {
  const owners = new Set(elements.map(({ owner }) => owner))
  const namesOf = (owner: AskedElement['owner']) => {
    const asked = elements.filter((element) => element.owner === owner && element.problem === undefined)
    return [...new Set(asked.map(({ name }) => name))].sort()
  }
  const types = resourceTypes.filter((type) => owners.has(type))
  return {
    ...(owners.has('every') && { everywhere: namesOf('every') }),
    byType: Object.fromEntries(types.map((type) => [type, namesOf(type)])),
  }
}

const refusal = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read parameter "_elements": ${reason}`)
