import { SluiceError } from '../../errors.ts'

/** What the generator needs of HL7's definitions, member for member. */
export type Definitions = {
  readonly compartment: {
    readonly resource: readonly { readonly code: string; readonly param: readonly string[] }[]
  }
  readonly searchParameters: readonly {
    readonly code: string
    readonly base: readonly string[]
    readonly expression: string
  }[]
  /** The concrete resource types. */
  readonly structures: readonly {
    readonly type: string
    readonly snapshot: {
      readonly element: readonly {
        readonly path: string
        readonly type: readonly { readonly code: string }[]
      }[]
    }
  }[]
}

/**
 * Pairs of a type in the compartment and the element paths that its search parameters select, both sorted. Build-time
 * code of `generate.ts`. What it does not understand it refuses: a path left out would leave resources out of exports.
 */
export const compilePatientCompartment = (
  definitions: Definitions,
): readonly (readonly [type: string, paths: readonly string[]])[] =>
  definitions.compartment.resource
    .filter(({ param }) => param.length > 0)
    .map(({ code, param }) => {
      const paths = param.flatMap((name) => compileParameter(definitions, code, name))
      return [code, [...new Set(paths)].sort()] as const
    })
    .sort(([a], [b]) => (a < b ? -1 : 1))

const compileParameter = (definitions: Definitions, type: string, code: string): readonly string[] => {
  const [parameter, ...others] = definitions.searchParameters.filter(
    (candidate) => candidate.code === code && candidate.base.includes(type),
  )
  if (parameter === undefined) throw refusal('search parameter', `${type}?${code}`, 'it is not defined')
  if (others.length > 0) throw refusal('search parameter', `${type}?${code}`, 'it is defined more than once')

  const branches = parameter.expression.split('|').map(readBranch)
  const paths = branches.filter((branch) => branch.type === type).map((branch) => branch.path)
  if (paths.length === 0) throw refusal('search parameter', `${type}?${code}`, 'no branch is for this type')
  return paths.map((path) => elementOf(definitions, type, path))
}

/**
 * One branch of a union: `Type.a.b`, perhaps cast (`(Type.a as Reference)`) and restricted to patients. Neither changes
 * what is selected, since only references to a Patient count.
 */
const readBranch = (branch: string): { readonly type: string; readonly path: string } => {
  const bare = branch
    .trim()
    .replace(/\.where\(resolve\(\) is Patient\)$/, '')
    .replace(/^\((.*)\)$/, '$1')
    .replace(/ as Reference$|\.(?:as|ofType)\(Reference\)$/, '')
  const [, type, path] = /^([A-Z]\w*)\.([a-z]\w*(?:\.[a-z]\w*)*)$/.exec(bare) ?? []
  if (type === undefined || path === undefined || type === 'Resource' || type === 'DomainResource') {
    throw refusal('expression', branch.trim(), 'its form is not known')
  }
  return { type, path }
}

/** The path as it stands in JSON, where a choice (`medication[x]`) carries the name of its type. */
const elementOf = ({ structures }: Definitions, type: string, path: string): string => {
  const elements = structures.find((structure) => structure.type === type)?.snapshot.element ?? []
  const holdsReference = (name: string): boolean =>
    elements.some((element) => element.path === name && element.type.some(({ code }) => code === 'Reference'))
  if (holdsReference(`${type}.${path}`)) return path
  if (holdsReference(`${type}.${path}[x]`)) return `${path}Reference`
  throw refusal('path', `${type}.${path}`, 'the type has no such element that holds a Reference')
}

const refusal = (thing: string, value: string, reason: string): SluiceError =>
  new SluiceError('internal', `Cannot compile ${thing} "${value}": ${reason}`)
