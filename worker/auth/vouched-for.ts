import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import {
  insertAdministratorBySubject,
  type KnownBySubject,
  readAdministratorBySubject,
  updateVouchedFor,
  wasInserted,
} from '../store/administrators-by-subject.ts'
import { insertAudit, insertAuditIf } from '../store/audit.ts'
import type { AdministratorPrincipal } from './principal.ts'

/** Whom an identity provider vouches for, and what its word makes him here. */
export type VouchedFor = {
  /** `issuer|sub`: names change owners, subjects do not. */
  readonly subject: string
  readonly name: string
  readonly role: AdministratorPrincipal['role']
  readonly source: string | undefined
}

/**
 * The administrator of that subject: made at first sight, so that he can be seen in the list, and suspended; name and role follow the
 * provider. Throws `forbidden` for one who is suspended here, whatever the provider says.
 */
export const findVouchedFor = async (deps: Deps, given: VouchedFor): Promise<KnownBySubject> => {
  const known =
    (await readAdministratorBySubject(deps.db, given.subject)) ?? (await createVouchedFor(deps, given))
  if (known.suspendedAt !== undefined)
    throw new SluiceError(
      'forbidden',
      'Cannot sign you in: another administrator has suspended your access to this service',
    )
  const { name, role } = given
  if (known.name === name && known.role === role) return known
  await deps.db.batch([
    updateVouchedFor(known.administratorId, { name, role }),
    insertAudit({
      at: deps.clock.now(),
      action: 'administrator.change',
      outcome: 'success',
      actor: actorOf(known, given),
      target: known.administratorId,
      detail: { role, name, by: 'identity provider' },
    }),
  ])
  return { ...known, name, role }
}

const createVouchedFor = async (deps: Deps, given: VouchedFor): Promise<KnownBySubject> => {
  const administratorId = deps.newId()
  const { name, role, subject } = given
  const createdAt = deps.clock.now()
  await deps.db.batch([
    insertAdministratorBySubject({ administratorId, name, role, subject, createdAt }),
    insertAuditIf(
      {
        at: createdAt,
        action: 'administrator.create',
        outcome: 'success',
        actor: actorOf({ administratorId }, given),
        target: administratorId,
        detail: { role, name, by: 'identity provider' },
      },
      wasInserted(administratorId),
    ),
  ])
  const created = await readAdministratorBySubject(deps.db, subject)
  if (created === undefined)
    throw new SluiceError('internal', 'Cannot find an administrator: who was just made is gone')
  return created
}

const actorOf = (
  { administratorId }: Pick<KnownBySubject, 'administratorId'>,
  { name, source }: VouchedFor,
): Actor => ({ kind: 'administrator', id: administratorId, name, source })
