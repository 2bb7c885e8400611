import type { Deps } from '../deps.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import type { ReachOf } from '../fhir/scope/reach-filter.ts'
import {
  type AttachedBinary,
  isAttachedToAny,
  readAttaching,
  readAttachingTypes,
} from '../store/attachments.ts'
import { readLinesAt } from '../store/read-lines-at.ts'

/**
 * Whether a Binary, or that version of it, is an attachment of something that may be read: who may read a DocumentReference may open what
 * it documents. Only current resources count; of a history one needs the right to read Binary itself.
 */
export const isAttached = async (
  deps: Deps,
  reach: ReachOf,
  { id, versionId = 0 }: { readonly id: string; readonly versionId: number | undefined },
): Promise<boolean> => {
  const binary = { id, versionId }
  const readable = (await readAttachingTypes(deps.db, binary)).flatMap((typeId) => {
    const reads = (reach.attaching ?? reach)(typeOfId(typeId), 'r')
    return reads === undefined ? [] : [{ typeId, reads }]
  })
  const whole = readable.filter(({ reads }) => reads.isWhole).map(({ typeId }) => typeId)
  if (whole.length > 0 && (await isAttachedToAny(deps.db, binary, whole))) return true
  for (const { typeId, reads } of readable)
    if (!reads.isWhole && (await isAttachedTo(deps, binary, typeId, reads.holds))) return true
  return false
}

/** Pages of resources that one request looks at; what has more attachments of one and the same Binary has it for everybody. */
const maxPages = 10

const isAttachedTo = async (
  { db, clock, config }: Deps,
  binary: AttachedBinary,
  typeId: number,
  holds: (line: string) => boolean,
): Promise<boolean> => {
  const { pageRows, pageBytes } = config.limits
  let after = 0
  for (let page = 0; page < maxPages; page++) {
    await clock.yield()
    const rows = await readAttaching(db, binary, typeId, { after, maxRows: pageRows, maxBytes: pageBytes })
    const lines = await readLinesAt(db, rows, pageBytes)
    if ([...lines.values()].some(holds)) return true
    const last = rows.at(-1)
    if (last === undefined) return false
    after = last.position
  }
  return false
}
