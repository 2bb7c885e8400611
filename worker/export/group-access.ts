import { type Deps, searchContextOf } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { compileReach } from '../fhir/scope/reach-filter.ts'
import { readGroupId } from '../store/find-population.ts'
import type { Job } from '../store/jobs.ts'
import { readLineOf } from '../store/read-line-of.ts'
import type { Asker } from './asker.ts'

/**
 * Refuses what was exported of a Group that the client may not read any more, or that has been taken off its list since, or of none before there was a list:
 * as with the types of an export, what an administrator narrows is narrowed at once, and not only for exports to come. The Group is judged as it was
 * exported. A client without a list that may read every Group, which is asked about nothing, costs no statement.
 */
export const assertHasGroup = async (
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  { groupKey, asOf }: Pick<Job, 'groupKey' | 'asOf'>,
  { grants, groupIds }: Pick<Asker, 'grants' | 'groupIds'>,
): Promise<void> => {
  const { db, config } = deps
  if (groupIds !== undefined) {
    const id = groupKey === undefined ? undefined : await readGroupId(db, groupKey)
    if (id === undefined || !groupIds.includes(id))
      throw refused(
        'forbidden',
        'its Group is none that this client may export any more, or it is of no Group',
      )
  }
  if (groupKey === undefined) return
  const reads = compileReach(grants, searchContextOf(deps))('Group', 'r')
  if (reads?.isWhole) return
  const line = reads && (await readLineOf(db, groupKey, asOf, config.limits.pageBytes))
  if (line === undefined || !reads?.holds(line))
    throw refused('insufficient-scope', 'the scopes of the access token do not let its Group be read')
}

const refused = (code: 'forbidden' | 'insufficient-scope', reason: string): SluiceError =>
  new SluiceError(code, `Cannot show this export: ${reason}`)
