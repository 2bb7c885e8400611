import { SluiceError } from '../../errors.ts'
import { type ReadStep, readExpression } from './read-search-expression.ts'

/** What is read of HL7's SearchParameters, member for member. */
export type DefinedParameter = {
  readonly url: string
  readonly code: string
  readonly type: string
  readonly base: readonly string[]
  readonly expression: string
  readonly target: readonly string[]
  readonly component: readonly { readonly definition: string; readonly expression: string }[]
}

/** An element of a resource or data type: its path, its types, or the path whose content it repeats. */
export type SearchedElement = {
  readonly path: string
  readonly type: readonly { readonly code: string }[]
  readonly contentReference: string
  /** The canonical of the value set that its codes come from; `''` for none. */
  readonly valueSet: string
}

/** A search parameter of one type, its paths as text (`CompiledPath` in `worker/fhir/search/paths.ts` says how they are written). */
export type CompiledSearch = {
  readonly code: string
  readonly type: string
  readonly paths: readonly string[]
  /** Of a composite: its parts, their paths relative to each element that `paths` select. */
  readonly components: readonly { readonly type: string; readonly paths: readonly string[] }[]
}

/**
 * The search parameters of each type, sorted, from HL7's definitions. Build-time code of `generate.ts`. What it does not understand it
 * refuses: a parameter left out would be one that nobody knows is missing.
 */
export const compileSearch = (
  parameters: readonly DefinedParameter[],
  elements: readonly SearchedElement[],
  types: readonly string[],
): readonly (readonly [type: string, parameters: readonly CompiledSearch[]])[] => {
  const byPath = new Map(elements.map((element) => [element.path, element]))
  const byUrl = new Map(parameters.map((parameter) => [parameter.url, parameter]))
  return types.map((type) => {
    const ofType = parameters
      .filter(({ base, expression }) => base.includes(type) && expression !== '')
      .filter(({ type: kind, url }) => kind !== 'special' && !/\/SearchParameter\/example(?:-|$)/.test(url))
      .map((parameter) => compileParameter(parameter, type, byPath, byUrl))
      .sort((a, b) => (a.code < b.code ? -1 : 1))
    const twice = ofType.find(({ code }, at) => ofType[at + 1]?.code === code)
    if (twice !== undefined) throw refusal(`${type}?${twice.code}`, 'it is defined more than once')
    return [type, ofType] as const
  })
}

type Elements = ReadonlyMap<string, SearchedElement>

const compileParameter = (
  parameter: DefinedParameter,
  type: string,
  elements: Elements,
  byUrl: ReadonlyMap<string, DefinedParameter>,
): CompiledSearch => {
  const { code, type: kind, expression, component } = parameter
  const branches = expression.split('|').map((branch) => branch.trim())
  const ours = branches.filter(
    (branch) => new RegExp(`^\\(?${type}(?![A-Za-z])`).test(branch) || /^[a-z]/.test(branch),
  )
  if (ours.length === 0) throw refusal(`${type}?${code}`, 'no branch of its expression is for this type')
  if (kind === 'composite') {
    const roots = ours.map((branch) => walk(elements, type, branch, 'root'))
    return {
      code,
      type: kind,
      paths: [...new Set(roots.flat().map(({ text }) => text))],
      components: component.map((part) => {
        const definition = byUrl.get(part.definition)
        if (definition === undefined) throw refusal(`${type}?${code}`, `it has no ${part.definition}`)
        const contexts = [...new Set(roots.flat().map(({ context }) => context))]
        const paths = contexts.flatMap((context) =>
          (exchanged[part.definition] ?? part.expression)
            .split('|')
            .flatMap((branch) => walkFrom(elements, type, context, branch.trim(), definition.type)),
        )
        if (paths.length === 0)
          throw refusal(`${type}?${code}`, `${part.expression} is nothing to search as ${definition.type}`)
        return { type: definition.type, paths: [...new Set(paths.map(({ text }) => text))] }
      }),
    }
  }
  const found = ours.flatMap((branch) => walk(elements, type, branch, kind))
  if (found.length === 0) throw refusal(`${type}?${code}`, `nothing it selects can be searched as ${kind}`)
  return { code, type: kind, paths: [...new Set(found.map(({ text }) => text))], components: [] }
}

/** Components of DocumentReference.relationship, whose expressions HL7 has exchanged: a code is no reference. */
const exchanged: Readonly<Record<string, string>> = {
  'http://hl7.org/fhir/SearchParameter/DocumentReference-relatesto': 'target',
  'http://hl7.org/fhir/SearchParameter/DocumentReference-relation': 'code',
}

/** A place in a resource: the steps to it as text, and whose children come next: a path of a definition, or a data type. */
type Place = { readonly text: string; readonly context: string; readonly valueSet: string }

const walk = (elements: Elements, type: string, branch: string, kind: string): readonly Place[] => {
  const bare = branch.replace(new RegExp(`^(\\(?)${type}\\.?`), '$1')
  return walkFrom(elements, type, type, bare, kind)
}

const walkFrom = (
  elements: Elements,
  root: string,
  context: string,
  expression: string,
  kind: string,
): readonly Place[] => {
  if (expression.startsWith('%resource.'))
    return walkFrom(elements, root, root, expression.slice('%resource.'.length), kind).map((place) => ({
      ...place,
      text: `/${place.text}`,
    }))
  const { steps, cast } = readExpression(expression)
  let places: readonly Place[] = [{ text: '', context, valueSet: '' }]
  steps.forEach((step, at) => {
    const isLast = at === steps.length - 1
    places = places.flatMap((place) => take(elements, place, step, isLast ? cast : undefined))
  })
  if (kind === 'root') return places
  return places
    .flatMap((place) =>
      place.context === 'Extension'
        ? take(elements, place, { name: 'value', suffix: '', cast: undefined }, undefined)
        : [place],
    )
    .filter(({ context: found }) => searchable[kind]?.includes(found) === true)
    .map((place) => ({ ...place, text: `${place.text}:${place.context}${bindingOf(place)}` }))
}

/** Of a code: which systems it may be of, told by its value set; the generator puts their number in its place. */
const bindingOf = ({ context, valueSet }: Place): string =>
  context === 'code' && valueSet !== '' ? `={${valueSet}}` : ''

/** The children of a place by that name: several where a choice is not cast. */
const take = (
  elements: Elements,
  place: Place,
  step: ReadStep,
  lastCast: string | undefined,
): readonly Place[] => {
  const { name, suffix } = step
  const cast = castName(step.cast ?? lastCast)
  const prefix = place.text === '' ? '' : `${place.text}.`
  const path = `${place.context}.${name}`
  const plain = elements.get(path)
  if (plain !== undefined) {
    const contexts =
      plain.contentReference === ''
        ? plain.type.map(({ code }) => contextOf(path, code))
        : [plain.contentReference.slice(1)]
    return contexts
      .filter((context) => isKindOf(context, cast))
      .map((context) => ({ text: `${prefix}${name}${suffix}`, context, valueSet: plain.valueSet }))
  }
  const choice = elements.get(`${path}[x]`)
  if (choice === undefined) throw refusal(`${path}`, 'there is no such element')
  if (suffix === '!') {
    const names = choice.type.map(({ code }) => `${name}${upperFirst(code)}`)
    return [{ text: `${prefix}${names.join(',')}!`, context: 'boolean', valueSet: '' }]
  }
  return choice.type
    .filter(({ code }) => isKindOf(code, cast))
    .map(({ code }) => ({
      text: `${prefix}${name}${upperFirst(code)}${suffix}`,
      context: code,
      valueSet: choice.valueSet,
    }))
}

/** A cast lets the specialisations of its type pass (http://hl7.org/fhir/R4/datatypes.html). */
const isKindOf = (type: string, cast: string | undefined): boolean =>
  cast === undefined || type === cast || specialisations[cast]?.includes(type) === true

const specialisations: Readonly<Record<string, readonly string[]>> = {
  uri: ['url', 'canonical', 'oid', 'uuid'],
  string: ['code', 'id', 'markdown'],
  integer: ['positiveInt', 'unsignedInt'],
  Quantity: ['Age', 'Count', 'Distance', 'Duration'],
}

/** HL7 writes one cast in upper case that is none. */
const castName = (cast: string | undefined): string | undefined => (cast === 'DateTime' ? 'dateTime' : cast)

const contextOf = (path: string, code: string): string =>
  code === 'BackboneElement' || code === 'Element' ? path : (systemTypes[code] ?? code)

/** Of `Resource.id`, which is all that is searched of this type. */
const systemTypes: Readonly<Record<string, string>> = { 'http://hl7.org/fhirpath/System.String': 'id' }

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** The data types that a kind of parameter can look into (http://hl7.org/fhir/R4/search.html#table). */
const searchable: Readonly<Record<string, readonly string[]>> = {
  token: [
    'Coding',
    'CodeableConcept',
    'Identifier',
    'ContactPoint',
    'code',
    'boolean',
    'id',
    'string',
    'uri',
    'canonical',
    'Quantity',
    'integer',
    'markdown',
  ],
  string: ['string', 'markdown', 'HumanName', 'Address', 'code', 'CodeableConcept', 'Annotation'],
  date: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
  reference: ['Reference', 'canonical', 'uri', 'Resource', 'url'],
  number: ['integer', 'decimal', 'positiveInt', 'unsignedInt', 'Range'],
  quantity: ['Quantity', 'Money', 'Age', 'Duration', 'Distance', 'Count', 'Range', 'SampledData'],
  uri: ['uri', 'url', 'canonical', 'oid', 'uuid'],
}

const refusal = (value: string, reason: string): SluiceError =>
  new SluiceError('internal', `Cannot compile search parameter "${value}": ${reason}`)
