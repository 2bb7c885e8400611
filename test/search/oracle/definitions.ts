import type { JsonObject } from '../../../worker/fhir/json.ts'
import { objectsOf, readPackageFiles, textOf, textsOf } from '../../fhir/r4-package.ts'

/** A search parameter as HL7 publishes it, and those that a composite is made of. */
export type Definition = {
  readonly code: string
  readonly kind: string
  readonly expression: string
  readonly components: readonly { readonly kind: string; readonly expression: string }[]
}

/** Every parameter of a type that has an expression, those of all resources among them. */
export const definitionsOf = (type: string): readonly Definition[] => byType().get(type) ?? []

const byType = once((): ReadonlyMap<string, readonly Definition[]> => {
  const all = [...readPackageFiles('SearchParameter-'), groupName].filter(
    ({ url, expression }) => textOf(expression) !== '' && !/\/SearchParameter\/example/.test(textOf(url)),
  )
  const byUrl = new Map(all.map((parameter) => [textOf(parameter.url), parameter]))
  const types = new Set([...elements().keys()].map((path) => path.split('.', 1)[0] ?? ''))
  return new Map(
    [...types].map((type) => {
      const ours = all.filter(({ base }) =>
        textsOf(base).some((name) => name === type || name === 'Resource'),
      )
      return [type, ours.filter(({ type: kind }) => kind !== 'special').map((one) => define(one, byUrl))]
    }),
  )
})

/** R5's, for the Bulk Data IG wants Groups to be found by name. */
const groupName: JsonObject = { base: ['Group'], code: 'name', type: 'string', expression: 'Group.name' }

const define = (parameter: JsonObject, byUrl: ReadonlyMap<string, JsonObject>): Definition => ({
  code: textOf(parameter.code),
  kind: textOf(parameter.type),
  expression: textOf(parameter.expression),
  components: objectsOf(parameter.component).map((component) => ({
    kind: textOf(byUrl.get(textOf(component.definition))?.type),
    expression: mended(component),
  })),
})

/** HL7 has exchanged the expressions of the two components of DocumentReference.relationship. */
const mended = ({ definition, expression }: JsonObject): string => {
  if (textOf(definition).endsWith('/DocumentReference-relatesto')) return 'target'
  return textOf(definition).endsWith('/DocumentReference-relation') ? 'code' : textOf(expression)
}

type Element = { readonly types: readonly string[]; readonly content: string; readonly valueSet: string }

/** The value set that the codes of an element come from, where HL7 requires one: `Patient.contact.address.use`, names as in JSON. */
export const requiredValueSet = (place: string): string => {
  const [root = '', ...names] = place.split('.')
  let at = root
  let valueSet = ''
  for (const name of names) {
    const element = elements().get(`${at}.${name}`)
    if (element === undefined) return ''
    valueSet = element.valueSet
    const [type = ''] = element.types
    if (element.content !== '') at = element.content.slice(1)
    else at = type === 'BackboneElement' || type === 'Element' ? `${at}.${name}` : type
  }
  return valueSet
}

const elements = once((): ReadonlyMap<string, Element> => {
  const found = new Map<string, Element>()
  for (const { derivation, snapshot } of readPackageFiles('StructureDefinition-')) {
    if (derivation === 'constraint') continue
    for (const element of objectsOf(snapshotElements(snapshot)))
      found.set(textOf(element.path), {
        types: objectsOf(element.type).map(({ code }) => textOf(code)),
        content: textOf(element.contentReference),
        valueSet: requiredOf(element.binding),
      })
  }
  return found
})

const snapshotElements = (snapshot: JsonObject[string] | undefined) =>
  typeof snapshot === 'object' && snapshot !== null && 'element' in snapshot ? snapshot.element : undefined

const requiredOf = (binding: JsonObject[string] | undefined): string =>
  typeof binding === 'object' && binding !== null && 'strength' in binding && binding.strength === 'required'
    ? textOf(binding.valueSet)
    : ''

/** What a function returns, found out when first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
