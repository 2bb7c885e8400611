import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import type { Grants } from '../fhir/scope/grants.ts'
import { lacksRight, type ReachFilter } from '../fhir/scope/reach-filter.ts'
import { type HistoryQuery, type PastVersion, readHistory } from '../store/read-history.ts'
import { reachWithin } from './reach.ts'

export type HistoryPage = {
  /** How many versions there are on all pages; not counted for who may not reach all of the type. */
  readonly total: number | undefined
  /** The newest first. */
  readonly versions: readonly PastVersion[]
  readonly hasMore: boolean
}

/**
 * A page of the versions of a resource. Each is judged by itself, a delete by the version before it; those out of reach are left out, and where no
 * version can be reached there is no such resource.
 */
export const getHistory = async (
  deps: Deps,
  grants: Grants,
  type: ResourceType,
  id: string,
  query: HistoryQuery,
): Promise<HistoryPage> => {
  const reads = reachWithin(deps, grants)(type, 'r')
  if (reads === undefined) throw lacksRight('read the history of', type, 'r')
  const history = reads.isWhole
    ? await readHistory(deps.db, type, id, query)
    : await historyWithin(deps, reads, type, id, query)
  if (history === undefined)
    throw new SluiceError('not-found', `Cannot read the history of ${type}/${id}: there is none`)
  return history
}

const historyWithin = async (
  deps: Deps,
  reads: ReachFilter,
  type: ResourceType,
  id: string,
  query: HistoryQuery,
): Promise<HistoryPage | undefined> => {
  const { before, since, maxRows, maxBytes } = query
  const versions: PastVersion[] = []
  let bytes = 0
  for await (const version of reachable(deps, reads, type, id, before, maxBytes)) {
    if (version.lastUpdated < since) break
    bytes += version.line.length
    const isFull = versions.length >= maxRows || (versions.length > 0 && bytes > maxBytes)
    if (isFull) return { total: undefined, versions, hasMore: maxRows > 0 }
    versions.push(version)
  }
  const none = { total: undefined, versions, hasMore: false }
  if (versions.length > 0) return none
  for await (const _ of reachable(deps, reads, type, id, Number.MAX_SAFE_INTEGER, maxBytes)) return none
  return undefined
}

/** Versions before that one which may be reached, the newest first. A delete waits for what it deleted. */
async function* reachable(
  deps: Deps,
  reads: ReachFilter,
  type: ResourceType,
  id: string,
  before: number,
  maxBytes: number,
): AsyncGenerator<PastVersion> {
  let waiting: PastVersion | undefined
  for (let place = before; ; ) {
    await deps.clock.yield()
    const query = { before: place, since: 0, maxRows: pageVersions, maxBytes }
    const page = await readHistory(deps.db, type, id, query)
    for (const version of page?.versions ?? []) {
      place = version.versionId
      const isHeld = !version.deleted && reads.holds(version.line)
      if (isHeld && waiting !== undefined) yield waiting
      waiting = version.deleted ? version : undefined
      if (isHeld) yield version
    }
    if (page?.hasMore !== true) return
  }
}

const pageVersions = 100
