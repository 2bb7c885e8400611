import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { readGroupId } from '../store/find-population.ts'
import type { Job } from '../store/jobs.ts'
import type { Asker } from './asker.ts'

/**
 * Refuses what was exported of a Group that has been taken off the list of the client since, or of none before there was a list: as with its scopes, what an administrator narrows
 * is narrowed at once, and not only for exports to come. A client without a list, which is asked about nothing, costs no statement.
 */
export const assertHasGroup = async (
  { db }: Pick<Deps, 'db'>,
  { groupKey }: Pick<Job, 'groupKey'>,
  { groupIds }: Pick<Asker, 'groupIds'>,
): Promise<void> => {
  if (groupIds === undefined) return
  const id = groupKey === undefined ? undefined : await readGroupId(db, groupKey)
  if (id !== undefined && groupIds.includes(id)) return
  throw new SluiceError(
    'forbidden',
    'Cannot show this export: its Group is none that this client may export any more, or it is of no Group',
  )
}
