import type { JsonObject } from '../json.ts'
import { commonParameters, searchParameters, valueSystems } from '../r4/search-parameters.generated.ts'
import type { ResourceType } from '../resource-type.ts'
import { compilePath, type Selected } from './paths.ts'

export type SearchKind =
  | 'token'
  | 'string'
  | 'date'
  | 'reference'
  | 'number'
  | 'quantity'
  | 'uri'
  | 'composite'

/** A search parameter of a type, as HL7 defines it. */
export type SearchParameter = {
  readonly code: string
  readonly kind: SearchKind
  /** Its values in a resource; of a composite, the elements that its components look into. */
  readonly select: (resource: JsonObject) => readonly Selected[]
  /** Members of the resource without which it has no values; none where that cannot be said. */
  readonly roots: readonly string[]
  /** Its value is told by what there is in the resource, and stands nowhere in it: `deceased`. */
  readonly isComputed: boolean
  readonly components: readonly SearchComponent[]
  /** Where its references stand, names joined by dots: the store has a row for each. `undefined` when not all its values are References. */
  readonly referencePaths: readonly string[] | undefined
  /** The members that hold its values, and their data types. */
  readonly leaves: readonly Leaf[]
}

export type Leaf = { readonly name: string; readonly type: string }

export type SearchComponent = {
  readonly kind: SearchKind
  /** Its values in one element of the composite. */
  readonly select: (element: JsonObject, resource: JsonObject) => readonly Selected[]
}

/** All search parameters of a type by code, those of every type among them. Made when first asked for. */
export const searchParametersOf = (type: ResourceType): ReadonlyMap<string, SearchParameter> => {
  const made = byType.get(type)
  if (made !== undefined) return made
  const lines = [...commonParameters.split('\n'), ...searchParameters[type].split('\n')]
  const parameters = new Map(
    lines.filter((line) => line !== '').map((line) => [codeOf(line), readLine(line)]),
  )
  byType.set(type, parameters)
  return parameters
}

const byType = new Map<ResourceType, ReadonlyMap<string, SearchParameter>>()

const codeOf = (line: string): string => line.slice(0, line.indexOf(' '))

/** A line as `worker/fhir/r4/generate.ts` writes it: code, kind, paths, and the components of a composite, `kind!paths`. */
const readLine = (line: string): SearchParameter => {
  const [code = '', kind = '', paths = '', ...components] = line.split(' ')
  const isComputed = paths.includes('!')
  const walkers = paths.split('|').map((path) => compilePath(withSystems(path)).walk)
  return {
    code,
    kind: kindOf(kind),
    select: (resource) => walkers.flatMap((walk) => walk(resource, resource)),
    roots: isComputed ? [] : [...new Set(paths.split('|').map((path) => /^\w*/.exec(path)?.[0] ?? ''))],
    isComputed,
    components: components.map(readComponent),
    leaves: paths.split('|').map(leafOf),
    referencePaths: referencePathsOf(paths.split('|')),
  }
}

const leafOf = (path: string): Leaf => {
  const [, name = '', type = ''] = /(\w*)(?:\[[^\]]*\])*!?:(\w+)(?:=\d+)?$/.exec(path) ?? []
  return { name, type }
}

const referencePathsOf = (paths: readonly string[]): readonly string[] | undefined =>
  paths.every((path) => path.endsWith(':Reference'))
    ? [...new Set(paths.map((path) => path.slice(0, -':Reference'.length).replaceAll(/\[[^\]]*\]/g, '')))]
    : undefined

const readComponent = (text: string): SearchComponent => {
  const [kind = '', paths = ''] = text.split('!')
  const compiled = paths.split('|').map((path) => compilePath(withSystems(path)))
  return {
    kind: kindOf(kind),
    select: (element, resource) =>
      compiled.flatMap(({ walk, fromRoot }) => walk(fromRoot ? resource : element, resource)),
  }
}

const withSystems = (path: string): string =>
  path.replace(/=(\d+)$/, (_, index: string) => `=${valueSystems[Number(index)] ?? ''}`)

const kindOf = (text: string): SearchKind => kinds.find((kind) => kind === text) ?? 'token'

const kinds: readonly SearchKind[] = [
  'token',
  'string',
  'date',
  'reference',
  'number',
  'quantity',
  'uri',
  'composite',
]
