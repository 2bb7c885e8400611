/**
 * Writes the generated files beside it from HL7's official definitions of R4, which are in the dev dependency
 * `hl7.fhir.r4.examples`: `npx node worker/fhir/r4/generate.ts`. A build-time tool, never part of the service.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { compileAttachmentElements, type DefinedElement } from './compile-attachments.ts'
import { compilePatientCompartment, type Definitions } from './compile-compartment.ts'
import { compileRootElements, type RootElements } from './compile-root-elements.ts'
import {
  type CompiledSearch,
  compileSearch,
  type DefinedParameter,
  type SearchedElement,
} from './compile-search.ts'
import { codeSystemSchema, valueSetSchema, valueSetSystems } from './value-set-systems.ts'

export const renderResourceTypes = ({ structures }: Definitions, frozen: readonly string[]): string => {
  const defined = structures.map(({ type }) => type)
  const lines = appendTypes(frozen, defined).map((type) => `  '${type}',\n`)
  return `${header}
/**
 * The concrete resource types. Index + 1 is stored in the database as a type's id, so this order is frozen: new types
 * may only be appended.
 */
export const resourceTypes = [
${lines.join('')}] as const
`
}

export const renderPatientCompartment = (definitions: Definitions): string => {
  const lines = compilePatientCompartment(definitions).map(
    ([type, paths]) => `  ${type}: [${paths.map((path) => `'${path}'`).join(', ')}],\n`,
  )
  return `${header}
/**
 * The elements whose references put a resource of a type into the compartment of the Patient they point to: names
 * joined by dots, without the type. That a Patient is in its own compartment goes without saying here.
 */
export const patientCompartmentPaths = {
${lines.join('')}} as const
`
}

export const renderAttachmentElements = (elements: readonly DefinedElement[]): string => {
  const lines = compileAttachmentElements(elements).map((name) => `  '${name}',\n`)
  return `${header}
/** The names of the elements of type Attachment, in resources, data types and extensions. No other element of these names has a url. */
export const attachmentElements = [
${lines.join('')}] as const
`
}

/** In the order of `types`, which saves their names in the bundle of Workers: a comment behind each would be bundled too. */
export const renderRootElements = (elements: RootElements, types: readonly string[]): string => {
  const lines = types.map((type) => `  '${elements.own.get(type) ?? ''}',\n`)
  return `${header}
/**
 * The elements directly below a resource: \`!\` before the name of those that are mandatory (min 1) or modifiers, the types of a choice
 * (\`value[x]\`) behind it. Every resource has these.
 */
export const resourceElements = '${elements.resource}'

/** And these, but for the types that are no DomainResource. */
export const domainResourceElements = '${elements.domainResource}'

export const bareTypes: readonly string[] = ['${elements.bare.join("', '")}']

/** What each type has besides, in the order of \`resourceTypes\`. */
export const ownElements: readonly string[] = [
${lines.join('')}]
`
}

export type SearchDefinitions = {
  readonly parameters: readonly DefinedParameter[]
  readonly elements: readonly SearchedElement[]
  /** The code systems of a value set, by its canonical; of several, each with its codes, `system#code,code`. */
  readonly systemsOf: (valueSet: string) => readonly string[]
}

/** One line a parameter: `code kind path|path`, and of a composite `kind!path|path` for each component (`search/parameters.ts`). */
export const renderSearchParameters = (
  { parameters, elements, systemsOf }: SearchDefinitions,
  types: readonly string[],
): string => {
  const systems: string[] = []
  const numberOf = (valueSet: string): string => {
    const text = systemsOf(valueSet).join(' ')
    if (text === '') return ''
    if (!systems.includes(text)) systems.push(text)
    return `=${systems.indexOf(text)}`
  }
  const lineOf = ({ code, type, paths, components }: CompiledSearch): string =>
    [code, type, paths.join('|'), ...components.map((part) => `${part.type}!${part.paths.join('|')}`)]
      .join(' ')
      .replaceAll(/=\{([^}]*)\}/g, (_, valueSet: string) => numberOf(valueSet))
  const [common, ...others] = compileSearch(parameters, elements, ['Resource', ...types])
  const textOf = (lines: readonly CompiledSearch[]) => `\`${lines.map(lineOf).join('\n')}\``
  const byType = others.map(([type, lines]) => `  ${type}: ${textOf(lines)},\n`)
  return `${header}
/** Search parameters of every type. How a line is written: \`renderSearchParameters\` in \`generate.ts\`. */
export const commonParameters = ${textOf(common?.[1] ?? [])}

/** Those of each type. */
export const searchParameters = {
${byType.join('')}} as const

/** Code systems that elements of type \`code\` are bound to, by the numbers above. */
export const valueSystems: readonly string[] = [
${systems.map((text) => `  '${text}',\n`).join('')}]
`
}

/** Puts new types, in alphabetical order, behind those whose place is frozen. */
export const appendTypes = (frozen: readonly string[], defined: readonly string[]): readonly string[] => {
  const gone = frozen.find((type) => !defined.includes(type))
  if (gone !== undefined) {
    throw new SluiceError(
      'internal',
      `Cannot drop resource type "${gone}": the types behind it would move, and databases hold their positions`,
    )
  }
  return [...frozen, ...defined.filter((type) => !frozen.includes(type)).sort()]
}

const packageFolder = new URL('../../../node_modules/hl7.fhir.r4.examples/', import.meta.url)

export const readDefinitions = (): Definitions => ({
  compartment: compartmentSchema.parse(readJson('CompartmentDefinition-patient.json')),
  searchParameters: readAll('SearchParameter-').map((json) => searchParameterSchema.parse(json)),
  structures: readAll('StructureDefinition-')
    .map((json) => structureSchema.parse(json))
    .filter(isConcreteResource),
})

export const readRootElements = (): RootElements => {
  const read = (name: string) => rootSchema.parse(readJson(`StructureDefinition-${name}.json`))
  const concrete = readDefinitions().structures.map(({ type }) => read(type))
  return compileRootElements(concrete, read('Resource'), read('DomainResource'))
}

/** The elements of every resource and data type; profiles add none. */
export const readElements = (): readonly DefinedElement[] =>
  readAll('StructureDefinition-')
    .map((json) => structureSchema.parse(json))
    .filter(({ derivation }) => derivation !== 'constraint')
    .flatMap(({ snapshot }) => snapshot.element)

export const readSearchDefinitions = (): SearchDefinitions => {
  const systemsOf = valueSetSystems(
    readAll('ValueSet-').map((json) => valueSetSchema.parse(json)),
    readAll('CodeSystem-').map((json) => codeSystemSchema.parse(json)),
  )
  return {
    parameters: [...readAll('SearchParameter-').map((json) => definedParameterSchema.parse(json)), groupName],
    elements: readAll('StructureDefinition-')
      .map((json) => structureSchema.parse(json))
      .filter(({ derivation }) => derivation !== 'constraint')
      .flatMap(({ snapshot }) => snapshot.element)
      .map(({ path, type, contentReference, binding }) => ({
        path,
        type,
        contentReference,
        valueSet: binding?.strength === 'required' ? binding.valueSet : '',
      })),
    systemsOf,
  }
}

/** Groups are found by their names (Bulk Data IG, "Groups"), for which FHIR has a parameter from R5 on. */
const groupName: DefinedParameter = {
  url: 'http://hl7.org/fhir/SearchParameter/Group-name',
  code: 'name',
  type: 'string',
  base: ['Group'],
  expression: 'Group.name',
  target: [],
  component: [],
}

const readAll = (prefix: string): readonly unknown[] =>
  readdirSync(packageFolder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
    .map(readJson)

const readJson = (name: string): unknown => JSON.parse(readFileSync(new URL(name, packageFolder), 'utf8'))

const header =
  '// Generated by worker/fhir/r4/generate.ts from the npm package hl7.fhir.r4.examples. Do not edit.\n'

const compartmentSchema = z.object({
  resource: z.array(z.object({ code: z.string(), param: z.array(z.string()).default([]) })),
})

/** Some definitions for extensions have no base, some parameters no expression. */
const searchParameterSchema = z.object({
  code: z.string(),
  base: z.array(z.string()).default([]),
  expression: z.string().default(''),
})

/** Two example profiles have no snapshot; elements defined by `contentReference` have no type. */
const structureSchema = z.object({
  type: z.string(),
  kind: z.string(),
  abstract: z.boolean(),
  derivation: z.string().optional(),
  snapshot: z
    .object({
      element: z.array(
        z.object({
          path: z.string(),
          type: z.array(z.object({ code: z.string() })).default([]),
          contentReference: z.string().default(''),
          binding: z.object({ strength: z.string(), valueSet: z.string().default('') }).optional(),
        }),
      ),
    })
    .default({ element: [] }),
})

const rootSchema = z.object({
  type: z.string(),
  snapshot: z.object({
    element: z.array(
      z.object({
        path: z.string(),
        min: z.number(),
        isModifier: z.boolean().default(false),
        type: z.array(z.object({ code: z.string() })).default([]),
      }),
    ),
  }),
})

const definedParameterSchema = searchParameterSchema.extend({
  url: z.string(),
  type: z.string(),
  target: z.array(z.string()).default([]),
  component: z.array(z.object({ definition: z.string(), expression: z.string() })).default([]),
})

/** A profile constrains a type and defines none; Resource and DomainResource are abstract. */
const isConcreteResource = ({ kind, abstract, derivation }: z.infer<typeof structureSchema>): boolean =>
  kind === 'resource' && !abstract && derivation === 'specialization'

if (import.meta.main) {
  const definitions = readDefinitions()
  const typesFile = new URL('resource-types.generated.ts', import.meta.url)
  const frozen = existsSync(typesFile) ? (await import('./resource-types.generated.ts')).resourceTypes : []
  writeFileSync(typesFile, renderResourceTypes(definitions, frozen))
  const types = appendTypes(
    frozen,
    definitions.structures.map(({ type }) => type),
  )
  const rootsFile = new URL('root-elements.generated.ts', import.meta.url)
  writeFileSync(rootsFile, renderRootElements(readRootElements(), types))
  const compartmentFile = new URL('patient-compartment.generated.ts', import.meta.url)
  writeFileSync(compartmentFile, renderPatientCompartment(definitions))
  const attachmentsFile = new URL('attachment-elements.generated.ts', import.meta.url)
  writeFileSync(attachmentsFile, renderAttachmentElements(readElements()))
  const searchFile = new URL('search-parameters.generated.ts', import.meta.url)
  writeFileSync(searchFile, renderSearchParameters(readSearchDefinitions(), frozen))
}
