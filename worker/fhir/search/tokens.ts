import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { objects, text } from './term.ts'

/** A token that a resource holds: of an element of type `code` all systems that its binding allows. */
export type Token = {
  readonly systems: readonly (string | undefined)[]
  readonly code: string | undefined
  /** Asked only of a code that differs in case, and so is told only then. */
  readonly isCaseSensitive: () => boolean
}

/** The tokens of a value, whose type is that of its element; of a code with the systems of its value set, `code=system system`. */
export const tokensOf = (value: Json, type: string): readonly Token[] => {
  const [kind = '', binding = ''] = type.split('=')
  if (!isJsonObject(value)) return [bareToken(String(value), kind, binding)]
  switch (kind) {
    case 'CodeableConcept':
      return objects(value.coding).map(coded)
    case 'Identifier':
      return [{ systems: [text(value.system)], code: text(value.value), isCaseSensitive: never }]
    case 'ContactPoint':
      return [
        {
          systems: [undefined, text(value.system), text(value.use)],
          code: text(value.value),
          isCaseSensitive: never,
        },
      ]
    default:
      return [coded(value)]
  }
}

const never = (): boolean => false

const coded = ({ system, code }: JsonObject): Token => ({
  systems: [text(system)],
  code: text(code),
  isCaseSensitive: () => isCaseSensitiveSystem(text(system) ?? ''),
})

const bareToken = (code: string, kind: string, binding: string): Token => {
  if (kind === 'boolean') return { systems: specialValues, code, isCaseSensitive: () => true }
  const systems = binding.split(' ').flatMap((entry) => systemIn(entry, code))
  const isCaseSensitive = (): boolean => systems.some(isCaseSensitiveSystem) || literalKinds.has(kind)
  return { systems: [undefined, ...systems], code, isCaseSensitive }
}

/** Of a value set of several systems each is written with its codes: `system#code,code`. */
const systemIn = (entry: string, code: string): readonly string[] => {
  const [system = '', codes] = entry.split('#')
  return system === '' || codes?.split(',').includes(code) === false ? [] : [system]
}

const specialValues = [
  undefined,
  'http://terminology.hl7.org/CodeSystem/special-values',
  'http://hl7.org/fhir/special-values',
]

/** "Matches on _id are always case sensitive", and a URI is another in another case. */
const literalKinds: ReadonlySet<string> = new Set(['id', 'uri', 'canonical'])

/**
 * HL7's own systems mind case, but for the tables of version 2 that do not say so; UCUM and DICOM do too. Of all others nobody can tell
 * without a terminology: "when in doubt, servers SHOULD treat tokens in a case-insensitive manner" (R4 search, "token").
 */
const isCaseSensitiveSystem = (system: string): boolean =>
  /^http:\/\/(?:hl7\.org\/fhir\/(?!sid\/)|terminology\.hl7\.org\/CodeSystem\/(?!v2-)|unitsofmeasure\.org$|dicom\.nema\.org\/)/.test(
    system,
  )
