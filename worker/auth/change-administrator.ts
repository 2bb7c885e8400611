import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import { type Administrator, readAdministrator, updateAdministrator } from '../store/administrators.ts'
import { hasChanged, insertAuditIf } from '../store/audit.ts'
import { deleteEnrolmentsOfSuspended } from '../store/enrolments.ts'
import { deleteSessionsOfSuspended } from '../store/sessions.ts'

export type AdministratorChange = {
  readonly administratorId: string
  readonly name?: string | undefined
  readonly role?: Administrator['role'] | undefined
  readonly isSuspended?: boolean | undefined
  readonly actor: Actor
  /** The command line may suspend the last one: it can make another. */
  readonly mayBeLast?: boolean
}

/** Changes an administrator. Who is suspended loses his sessions at once, and his keys open nothing meanwhile. */
export const changeAdministrator = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { administratorId, actor, mayBeLast = false, ...change }: AdministratorChange,
): Promise<Administrator> => {
  const old = await readAdministrator(db, administratorId)
  if (old === undefined)
    throw new SluiceError('not-found', 'Cannot find the administrator: there is none of this id')
  const now = clock.now()
  const changed = applied(old, change, now)
  const detail = { name: changed.name, role: changed.role, suspended: changed.suspendedAt !== undefined }
  const [updated] = await db.batch([
    updateAdministrator(old, changed, { now, mayBeLast }),
    insertAuditIf(
      { at: now, action: 'administrator.change', outcome: 'success', actor, target: administratorId, detail },
      hasChanged,
    ),
    deleteSessionsOfSuspended(administratorId),
    deleteEnrolmentsOfSuspended(administratorId),
  ])
  if (updated.changed === 1) return changed
  if (!isSame(old, await readAdministrator(db, administratorId)))
    throw new SluiceError(
      'conflict',
      'Cannot change the administrator: somebody else has changed him; look at him and try again',
    )
  throw new SluiceError(
    'conflict',
    'Cannot change the administrator: nobody else of role admin could sign in, and the service would be without any',
  )
}

const isSame = (one: Administrator, other: Administrator | undefined): boolean =>
  one.name === other?.name && one.role === other.role && one.suspendedAt === other.suspendedAt

const applied = (
  old: Administrator,
  { name = old.name, role = old.role, isSuspended }: Omit<AdministratorChange, 'administratorId' | 'actor'>,
  now: number,
): Administrator => ({
  ...old,
  name,
  role,
  suspendedAt: (isSuspended ?? old.suspendedAt !== undefined) ? (old.suspendedAt ?? now) : undefined,
})
