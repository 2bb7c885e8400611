import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import { equalSecrets } from '../platform/equal-secrets.ts'
import {
  type Administrator,
  insertAdministrator,
  insertFirstAdministrator,
  wasCreated,
} from '../store/administrators.ts'
import { insertAuditIf } from '../store/audit.ts'
import { insertEnrolment } from '../store/enrolments.ts'
import { type EnrolmentLink, newEnrolment } from './enrolment-link.ts'
import { refusedSignIn } from './refused-sign-in.ts'

/** What making an administrator takes; a process without a storage has it as well. */
export type AdministratorDeps = Pick<Deps, 'db' | 'clock' | 'newId' | 'config'>

export type CreatedAdministrator = { readonly administrator: Administrator; readonly link: EnrolmentLink }

/** A new administrator, who can do nothing before he has enrolled by the link. */
export const createAdministrator = async (
  deps: AdministratorDeps,
  given: { readonly name: string; readonly role: Administrator['role']; readonly actor: Actor },
): Promise<CreatedAdministrator> => {
  const created = await create(deps, given, insertAdministrator)
  if (created === undefined)
    throw new SluiceError('internal', 'Cannot create an administrator: nothing was written')
  return created
}

/** The first administrator, for whoever knows `SETUP_TOKEN`, where there is none. */
export const setUp = async (
  deps: AdministratorDeps,
  { setupToken, name, actor }: { readonly setupToken: string; readonly name: string; readonly actor: Actor },
): Promise<CreatedAdministrator> => {
  const expected = deps.config.setupToken
  if (!(await equalSecrets(setupToken, expected ?? '')) || expected === undefined) throw refusedSignIn()
  const created = await create(deps, { name, role: 'admin', actor }, insertFirstAdministrator)
  if (created === undefined)
    throw new SluiceError('conflict', 'Cannot set up this service: it has administrators already')
  return created
}

const create = async (
  deps: AdministratorDeps,
  { name, role, actor }: Parameters<typeof createAdministrator>[1],
  insert: typeof insertAdministrator,
): Promise<CreatedAdministrator | undefined> => {
  const now = deps.clock.now()
  const administrator: Administrator = {
    administratorId: deps.newId(),
    name,
    role,
    subject: undefined,
    createdAt: now,
    suspendedAt: undefined,
  }
  const { enrolment, link } = await newEnrolment(deps, administrator.administratorId)
  const [inserted] = await deps.db.batch([
    insert(administrator),
    insertEnrolment(enrolment),
    insertAuditIf(
      {
        at: now,
        action: 'administrator.create',
        outcome: 'success',
        actor,
        target: administrator.administratorId,
        detail: { name, role },
      },
      wasCreated(administrator),
    ),
  ])
  return inserted.changed === 1 ? { administrator, link } : undefined
}
