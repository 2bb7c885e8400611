import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { isJsonObject, type Json, type JsonObject } from '../../../worker/fhir/json.ts'
import { objectsOf } from '../../fhir/r4-package.ts'

/** A value that a FHIRPath engine finds: its data type, and where it stands, as in `Patient.contact.address.use`. */
export type Value = { readonly type: string; readonly json: Json; readonly place: string }

/** The values of an expression of a SearchParameter, in a resource or in a part of one. */
export const selectValues = (expression: string, resource: JsonObject, part?: Value): readonly Value[] =>
  branchesOf(expression).flatMap((branch) => {
    const { path, target } = understand(branch)
    const found = evaluate(path, resource, part)
    return target === undefined ? found : found.filter(({ json }) => resolvesTo(json, target, resource))
  })

/** At bars outside of parentheses. */
const branchesOf = (expression: string): readonly string[] => {
  const branches = ['']
  let depth = 0
  for (const char of expression) {
    if (char === '(') depth++
    if (char === ')') depth--
    if (char === '|' && depth === 0) branches.push('')
    else branches.push(`${branches.pop()}${char}`)
  }
  return branches.map((branch) => branch.trim())
}

/**
 * In words that the engine takes: `as` is for one value only, and may be any number here; `hasExtension` it has not; what a reference
 * resolves to is seen by its text, for there is no server to ask.
 */
const understand = (branch: string): { readonly path: string; readonly target: string | undefined } => {
  const [, before, target] = /^(.*)\.where\(resolve\(\) is (\w+)\)$/.exec(branch) ?? []
  const path = (before ?? branch)
    .replaceAll(/\(([\w.]+) as (\w+)\)/g, '$1.ofType($2)')
    .replaceAll(/([\w.]+) as (\w+)/g, '$1.ofType($2)')
    .replaceAll(/\.as\((\w+)\)/g, '.ofType($1)')
    .replaceAll('DateTime)', 'dateTime)')
    .replaceAll(/hasExtension\(('[^']*')\)/g, 'extension($1).exists()')
    .replace(/(\.extension\([^)]*\))$/, '$1.value')
  return { path, target }
}

type Evaluator = (on: JsonObject, variables: { readonly resource: JsonObject }) => unknown

const evaluate = (path: string, resource: JsonObject, part: Value | undefined): readonly Value[] => {
  const key = `${part?.place ?? ''}: ${path}`
  const options = { resolveInternalTypes: false }
  const evaluator: Evaluator =
    compiled.get(key) ??
    fhirpath.compile(part === undefined ? path : { base: part.place, expression: path }, r4, options)
  compiled.set(key, evaluator)
  const on = part === undefined ? resource : part.json
  const nodes: unknown = isJsonObject(on) ? evaluator(on, { resource }) : []
  if (!Array.isArray(nodes)) throw new Error(`${path} has no list of values`)
  const types = fhirpath.types(nodes)
  const values: Json[] = fhirpath.resolveInternalTypes(nodes)
  return values
    .map((json, i) => ({ json, type: (types[i] ?? '').replace(/^\w+\./, ''), place: placeOf(nodes[i]) }))
    .filter(({ json }) => json !== null && json !== undefined)
}
const compiled = new Map<string, Evaluator>()

const placeOf = (node: unknown): string =>
  typeof node === 'object' &&
  node !== null &&
  'fullPropertyName' in node &&
  typeof node.fullPropertyName === 'function'
    ? String(node.fullPropertyName()).replaceAll(/\[\d+\]/g, '')
    : ''

/** Of a reference to a contained resource that resource says it; of others the text, or `Reference.type`. */
const resolvesTo = (json: Json, target: string, { contained }: JsonObject): boolean => {
  if (!isJsonObject(json)) return false
  const { reference, type } = json
  if (typeof reference !== 'string') return type === target
  const inside = objectsOf(contained).find(({ id }) => reference === `#${id}`)
  if (inside !== undefined) return inside.resourceType === target
  const [url = ''] = reference.split('#')
  const segments = url.split('/_history/')[0]?.split('/') ?? []
  return segments.length > 1 ? segments.at(-2) === target : type === target
}
