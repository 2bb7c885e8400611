import { type Deps, searchContextOf } from '../deps.ts'
import { compileReach } from '../fhir/scope/reach-filter.ts'
import { readCurrentLines } from '../store/read-current-lines.ts'
import { readResource } from '../store/read-resource.ts'
import type { Asker } from './asker.ts'

/** Whether the asker may export this Group: his grants let him read it, and it is one of those he is bound to (SPEC G-03, G-04). */
export const mayReadGroup = async (deps: Deps, id: string, { grants, groupIds }: Asker): Promise<boolean> => {
  if (groupIds !== undefined && !groupIds.includes(id)) return false
  const reach = compileReach(grants, searchContextOf(deps))('Group', 'r')
  if (reach === undefined || reach.isWhole) return reach !== undefined
  const group = await readResource(deps.db, 'Group', id)
  return group !== undefined && reach.holds(group.line)
}

/** Bodies that are read at once. */
const patientsAtOnce = 500

/** Those of the patients that the asker may read, as they are now. */
export const readablePatients = async (
  deps: Deps,
  keys: ReadonlyMap<string, number>,
  { grants }: Asker,
): Promise<ReadonlyMap<string, number>> => {
  const reach = compileReach(grants, searchContextOf(deps))('Patient', 'r')
  if (reach === undefined) return new Map()
  if (reach.isWhole) return keys
  const all = [...keys]
  const readable: (readonly [id: string, key: number])[] = []
  for (let at = 0; at < all.length; at += patientsAtOnce) {
    const some = all.slice(at, at + patientsAtOnce)
    const lines = await readCurrentLines(
      deps.db,
      some.map(([, key]) => key),
      deps.config.limits.pageBytes,
    )
    readable.push(...some.filter(([, key]) => reach.holds(lines.get(key) ?? '')))
  }
  return new Map(readable)
}
