import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import { isActive, readAdministrator } from '../store/administrators.ts'
import { insertAuditIf } from '../store/audit.ts'
import { deleteEnrolments, insertEnrolment } from '../store/enrolments.ts'
import type { AdministratorDeps, CreatedAdministrator } from './create-administrator.ts'
import { newEnrolment } from './enrolment-link.ts'

/** Another link for an administrator, who has lost his keys or never used the first; an older one opens nothing any more. */
export const renewEnrolment = async (
  deps: AdministratorDeps,
  { administratorId, actor }: { readonly administratorId: string; readonly actor: Actor },
): Promise<CreatedAdministrator> => {
  const administrator = await readAdministrator(deps.db, administratorId)
  if (administrator === undefined)
    throw new SluiceError('not-found', 'Cannot find the administrator: there is none of this id')
  const at = deps.clock.now()
  const { enrolment, link } = await newEnrolment(deps, administratorId)
  const [, inserted] = await deps.db.batch([
    deleteEnrolments(administratorId, at),
    insertEnrolment(enrolment),
    insertAuditIf(
      {
        at,
        action: 'administrator.change',
        outcome: 'success',
        actor,
        target: administratorId,
        detail: { name: administrator.name, change: 'enrolment link' },
      },
      isActive(administratorId),
    ),
  ])
  if (inserted.changed === 1) return { administrator, link }
  throw new SluiceError('conflict', 'Cannot make an enrolment link: the administrator is suspended')
}
