import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import type { ReachOf } from '../fhir/scope/reach-filter.ts'
import { binaryTypeId } from '../store/attachments.ts'
import type { Draft } from '../store/write-versions.ts'
import { readWithin } from './read-within.ts'

/**
 * Refuses a draft whose attachments name a Binary that its writer may not read: to attach it opens it to all who may read what it is attached to,
 * himself among them. What is `written` with it is his. Whether there is one that he may not read he does not learn.
 */
export const assertAttachable = async (
  deps: Deps,
  reach: ReachOf,
  { typeId, id, attachments = [] }: Draft,
  written: readonly Draft[],
): Promise<void> => {
  if (attachments.length === 0 || reach('Binary', 'r')?.isWhole) return
  const own = new Set(written.flatMap((draft) => (draft.typeId === binaryTypeId ? [draft.id] : [])))
  const others = attachments.filter((binary) => binary.versionId > 0 || !own.has(binary.id))
  const refuse = (reason: string) =>
    new SluiceError('insufficient-scope', `Cannot store ${typeOfId(typeId)}/${id}: ${reason}`)
  if (others.length > maxOthers)
    throw refuse(`it has more than ${maxOthers} attachments, which takes system/Binary.r`)
  for (const binary of others)
    if (!(await mayRead(deps, reach, binary.id, binary.versionId)))
      throw refuse(
        `it attaches Binary/${binary.id}, which this client may not read; that takes system/Binary.r`,
      )
}

/** Each is looked for by itself. */
const maxOthers = 1000

const mayRead = async (deps: Deps, reach: ReachOf, id: string, versionId: number): Promise<boolean> => {
  try {
    await readWithin(deps, reach, { type: 'Binary', id, versionId: versionId === 0 ? undefined : versionId })
    return true
  } catch (error) {
    if (hasCode(error, 'not-found', 'deleted', 'insufficient-scope')) return false
    throw error
  }
}
