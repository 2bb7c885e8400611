import { isResourceId } from '../reference.ts'
import type { ResourceType } from '../resource-type.ts'
import type { SearchParameter } from './parameters.ts'
import { targetOf } from './reference.ts'
import type { Clause, SearchContext } from './term.ts'

export type Candidates =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | ({ readonly kind: 'target' } & Target)

/** A resource that is referred to, and where: names joined by dots, without indexes of arrays. */
export type Target = { readonly type: ResourceType; readonly id: string; readonly paths: readonly string[] }

/** `_id`, and one reference to a resource of ours whose type is certain. */
export const candidatesOf = (
  { code, referencePaths }: SearchParameter,
  clause: Clause,
  values: readonly string[],
  context: SearchContext,
): Candidates | undefined => {
  if (code === '_id' && clause.modifier === '' && values.every(isResourceId))
    return { kind: 'ids', ids: [...new Set(values)] }
  const [value = '', ...others] = values
  if (referencePaths === undefined || clause.modifier === 'identifier' || others.length > 0) return undefined
  const target = targetOf({ ...clause, value }, context)
  return target === undefined ? undefined : { kind: 'target', ...target, paths: referencePaths }
}
