import { type Deps, fhirBase } from '../deps.ts'
import { isInPatientCompartment, patientsOf } from '../fhir/patient-compartment.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import { parseResource, type ReachFilter, type ReachOf } from '../fhir/scope/reach-filter.ts'
import {
  type AttachedBinary,
  isAttachedToAny,
  readAttaching,
  readAttachingTypes,
} from '../store/attachments.ts'
import { isMemberOfAny } from '../store/find-population.ts'
import { storeNow } from '../store/jobs.ts'
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
  const isWithout = ({ typeId, reads }: (typeof readable)[number]): boolean =>
    reads.isWhole && (reach.groupIds === undefined || !isInPatientCompartment(typeOfId(typeId)))
  const whole = readable.filter(isWithout).map(({ typeId }) => typeId)
  if (whole.length > 0 && (await isAttachedToAny(deps.db, binary, whole))) return true
  const others = readable.filter((type) => !isWithout(type))
  for (const { typeId, reads } of others)
    if (await isAttachedTo(deps, binary, typeId, opensBy(deps, reach.groupIds, typeId, reads))) return true
  return false
}

type OpensAny = (lines: readonly string[]) => boolean | Promise<boolean>

/** Whether one of these resources of a type opens what is attached to it. Of those of patients, for a client that is bound to Groups, only those of members now. */
const opensBy = (
  deps: Deps,
  groupIds: readonly string[] | undefined,
  typeId: number,
  { holds }: ReachFilter,
): OpensAny => {
  if (groupIds === undefined || !isInPatientCompartment(typeOfId(typeId))) return (lines) => lines.some(holds)
  const { db, clock, config } = deps
  const patientsIn = (line: string): readonly string[] => {
    const resource = holds(line) ? parseResource(line) : undefined
    return resource === undefined ? [] : patientsOf(resource, fhirBase(config))
  }
  return async (lines) => {
    const patientIds = [...new Set(lines.flatMap(patientsIn))] // of all at once, for each would take a statement
    return patientIds.length > 0 && isMemberOfAny(db, groupIds, patientIds, await storeNow(db, clock.now()))
  }
}

/** Pages of resources that one request looks at; what has more attachments of one and the same Binary has it for everybody. */
const maxPages = 10

const isAttachedTo = async (
  { db, clock, config }: Deps,
  binary: AttachedBinary,
  typeId: number,
  opensAny: OpensAny,
): Promise<boolean> => {
  const { pageRows, pageBytes } = config.limits
  let after = 0
  for (let page = 0; page < maxPages; page++) {
    await clock.yield()
    const rows = await readAttaching(db, binary, typeId, { after, maxRows: pageRows, maxBytes: pageBytes })
    const lines = await readLinesAt(db, rows, pageBytes)
    if (await opensAny([...lines.values()])) return true
    const last = rows.at(-1)
    if (last === undefined) return false
    after = last.position
  }
  return false
}
