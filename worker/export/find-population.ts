import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { ExportRequest } from '../fhir/export-request.ts'
import { isResourceId } from '../fhir/reference.ts'
import { readGroupKey, readMembersAmong, readPatientKeys } from '../store/find-population.ts'
import { storeNow } from '../store/jobs.ts'
import type { Asker } from './asker.ts'
import { mayReadGroup, readablePatients } from './may-read.ts'

/** What a job is about, by key, and what of the request comes to nothing. */
export type FoundPopulation = {
  readonly groupKey: number | undefined
  readonly patientKeys: readonly number[] | undefined
  readonly notes: readonly string[]
}

type AskedPopulation = {
  readonly request: Pick<ExportRequest, 'patients'>
  readonly groupId: string | undefined
  readonly lenient: boolean
  readonly asker: Asker
}

/**
 * Checks by key that the Group is there, and those of its patients that are listed. A Group that is not is `not-found`; a patient who is
 * not, or is no member, is `invalid`, or left out with a note where the client is lenient (IG "Query Parameters", `patient`). What the asker
 * may not read is not there for him.
 */
export const findPopulation = async (
  deps: Deps,
  { request: { patients }, groupId, lenient, asker }: AskedPopulation,
): Promise<FoundPopulation> => {
  const { db, clock } = deps
  const groupKey = groupId === undefined ? undefined : await requireGroup(deps, groupId, asker)
  if (patients === undefined) return { groupKey, patientKeys: undefined, notes: [] }
  const keys = await readablePatients(deps, await readPatientKeys(db, patients), asker)
  const there = [...keys.values()]
  const members =
    groupKey === undefined
      ? new Set(there)
      : await readMembersAmong(db, groupKey, there, await storeNow(db, clock.now()))
  const strangers = patients.flatMap((id) => strangerNote(id, keys.get(id), members))
  if (strangers.length > 0 && !lenient) throw refusal(strangers)
  return {
    groupKey,
    patientKeys: there.filter((key) => members.has(key)).sort((a, b) => a - b),
    notes: strangers,
  }
}

const requireGroup = async (deps: Deps, id: string, asker: Asker): Promise<number> => {
  if (!isResourceId(id))
    throw new SluiceError(
      'invalid',
      'Cannot read the id of the Group: a FHIR id has 1 to 64 of A-Z a-z 0-9 - .',
    )
  const key = await readGroupKey(deps.db, id)
  if (key === undefined || !(await mayReadGroup(deps, id, asker)))
    throw new SluiceError('not-found', `Cannot export Group/${id}: there is none`)
  return key
}

const strangerNote = (
  id: string,
  key: number | undefined,
  members: ReadonlySet<number>,
): readonly string[] => {
  if (key === undefined) return [`Patient/${id}: there is none`]
  return members.has(key) ? [] : [`Patient/${id}: it is no member of the Group`]
}

/** Some of them by name; who lists thousands of strangers has another problem. */
const refusal = (strangers: readonly string[]): SluiceError => {
  const named = strangers.slice(0, 10).join('; ')
  const others = strangers.length > 10 ? `; and ${strangers.length - 10} more` : ''
  return new SluiceError('invalid', `Cannot process parameter "patient": ${named}${others}`)
}
