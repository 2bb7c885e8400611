import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import type { ReachOf } from '../fhir/scope/reach-filter.ts'
import { binaryTypeId } from '../store/attachments.ts'
import type { Draft } from '../store/write-versions.ts'
import { firstUnreadable } from './may-read.ts'

/**
 * Refuses a draft whose attachments name a Binary that its writer may not read: to attach it opens it to all who may read what it is attached to,
 * himself among them. What is `written` with it is his. Whether there is one that he may not read he does not learn.
 */
export const assertAttachable = async (
  deps: Deps,
  reach: ReachOf,
  { typeId, id: draftId, attachments = [] }: Draft,
  written: readonly Draft[],
): Promise<void> => {
  if (attachments.length === 0 || reach('Binary', 'r')?.isWhole) return
  const own = new Set(
    written.flatMap(({ typeId: type, id, deleted }) => (type === binaryTypeId && !deleted ? [id] : [])),
  )
  const others = attachments.filter((binary) => binary.versionId > 0 || !own.has(binary.id))
  const refuse = (reason: string) =>
    new SluiceError('insufficient-scope', `Cannot store ${typeOfId(typeId)}/${draftId}: ${reason}`)
  if (others.length > maxOthers)
    throw refuse(`it has more than ${maxOthers} attachments, which takes system/Binary.r`)
  const unreadable = await firstUnreadable(
    deps,
    reach,
    others.map(({ id, versionId }) => ({
      type: 'Binary',
      id,
      versionId: versionId === 0 ? undefined : versionId,
    })),
  )
  if (unreadable !== undefined)
    throw refuse(
      `it attaches Binary/${unreadable.id}, which this client may not read; that takes system/Binary.r`,
    )
}

/** Each is looked for by itself. */
const maxOthers = 1000
