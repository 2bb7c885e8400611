import type { Deps } from '../deps.ts'
import { hasCode } from '../errors.ts'
import type { ReachOf } from '../fhir/scope/reach-filter.ts'
import { readWithin, type VersionName } from './read-within.ts'
import { takeTurns } from './take-turns.ts'

/** The first of these that somebody may not read; others get their turn in between. */
export const firstUnreadable = async (
  deps: Deps,
  reach: ReachOf,
  names: readonly VersionName[],
): Promise<VersionName | undefined> => {
  for (const [place, name] of names.entries()) {
    await takeTurns(deps.clock, place)
    if (!(await mayRead(deps, reach, name))) return name
  }
  return undefined
}

/** Whether there is such a resource, and somebody may read it: of the two he is told neither. */
const mayRead = async (deps: Deps, reach: ReachOf, name: VersionName): Promise<boolean> => {
  try {
    await readWithin(deps, reach, name)
    return true
  } catch (error) {
    if (hasCode(error, 'not-found', 'deleted', 'insufficient-scope')) return false
    throw error
  }
}
