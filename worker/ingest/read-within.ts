import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { type ResourceType, typeIdOf } from '../fhir/resource-type.ts'
import { lacksRight, type ReachOf } from '../fhir/scope/reach-filter.ts'
import type { StoredVersion } from '../store/read-resource.ts'
import { readTarget } from '../store/read-target.ts'
import { isAttached } from './is-attached.ts'

/** The current version of a resource or, with `versionId`, that one. */
export type VersionName = {
  readonly type: ResourceType
  readonly id: string
  readonly versionId: number | undefined
}

/**
 * The way to a resource for whoever asks by its name. What he may not reach is `not-found` like what never was; one that is deleted is `deleted`
 * where its last version could be reached. A type of which he may read nothing is `insufficient-scope`, whatever there is of it.
 */
export const readWithin = async (deps: Deps, reach: ReachOf, name: VersionName): Promise<StoredVersion> => {
  const { type, id, versionId } = name
  const reads = reach(type, 'r')
  if (reads === undefined && type !== 'Binary') throw lacksRight('read', type, 'r')
  const target = { typeId: typeIdOf(type), id, versionId }
  const version = await readTarget(deps.db, target)
  if (reads?.isWhole !== true) {
    const line = version && reads && (await lastLine(deps, name, version))
    if (!(await isReachable(deps, reach, name, line)))
      throw reads === undefined ? lacksRight('read', type, 'r') : unreadable(name, 'not-found')
  }
  if (version === undefined) throw unreadable(name, 'not-found')
  if (version.deleted) throw unreadable(name, 'deleted')
  return version
}

/** Where not all of the type may be read: whether this may, by what stands in it (`undefined` of what is not there), or by what it is attached to. */
export const isReachable = async (
  deps: Deps,
  reach: ReachOf,
  name: VersionName,
  line: string | undefined,
): Promise<boolean> => {
  if (line !== undefined && reach(name.type, 'r')?.holds(line)) return true
  return name.type === 'Binary' && (await isAttached(deps, reach, name))
}

/** A delete is judged by the version before it. */
const lastLine = async ({ db }: Deps, { type, id }: VersionName, version: StoredVersion): Promise<string> => {
  if (!version.deleted) return version.line
  const before = { typeId: typeIdOf(type), id, versionId: version.versionId - 1 }
  return (await readTarget(db, before))?.line ?? ''
}

export const unreadable = (
  { type, id, versionId }: VersionName,
  code: 'not-found' | 'deleted',
): SluiceError => {
  const name = `${type}/${id}${versionId === undefined ? '' : `/_history/${versionId}`}`
  const isDelete = versionId === undefined ? 'it was deleted' : 'this version is a delete'
  return new SluiceError(code, `Cannot read ${name}: ${code === 'deleted' ? isDelete : 'there is none'}`)
}
