import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { ReachOf } from '../fhir/scope/reach-filter.ts'
import { groupTypeId } from '../store/exported-types.ts'
import type { Draft } from '../store/write-versions.ts'
import { firstUnreadable } from './may-read.ts'

/** The ids of Groups that are members of a Group: an export of it is about theirs too. */
export const nestedGroupsOf = ({ members }: Pick<Draft, 'members'>): readonly string[] => [
  ...new Set(members.flatMap(({ typeId, id }) => (typeId === groupTypeId ? [id] : []))),
]

/**
 * Refuses a Group that names as a member a Group which its writer may not read: an export of his own would tell him who its members are. What is
 * `written` with it is his. Whether there is one that he may not read he does not learn.
 */
export const assertNestable = async (
  deps: Deps,
  reach: ReachOf,
  draft: Draft,
  written: readonly Draft[],
): Promise<void> => {
  const nested = nestedGroupsOf(draft)
  if (nested.length === 0 || reach('Group', 'r')?.isWhole) return
  const own = new Set(
    [draft, ...written].flatMap(({ typeId, id, deleted }) =>
      typeId === groupTypeId && !deleted ? [id] : [],
    ),
  )
  const others = nested.filter((id) => !own.has(id))
  const refuse = (reason: string) =>
    new SluiceError('insufficient-scope', `Cannot store Group/${draft.id}: ${reason}`)
  if (others.length > maxOthers)
    throw refuse(`it has more than ${maxOthers} Groups as members, which takes system/Group.r`)
  const names = others.map((id) => ({ type: 'Group', id, versionId: undefined }) as const)
  const unreadable = await firstUnreadable(deps, reach, names)
  if (unreadable !== undefined)
    throw refuse(
      `its member Group/${unreadable.id} is one that this client may not read; that takes system/Group.r`,
    )
}

/** Each is looked for by itself. */
const maxOthers = 1000
