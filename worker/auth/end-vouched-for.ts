import type { Deps } from '../deps.ts'
import { deleteCredentialsOfSubject } from '../store/administrators-by-subject.ts'
import { insertAudit } from '../store/audit.ts'

export type NoLongerVouchedFor = {
  readonly subject: string
  readonly source: string | undefined
  readonly method: 'oidc' | 'proxy'
  readonly reason: string
  /** Whether he is known well, and only has no role any more: then whatever he has made himself here from better days ends as well. */
  readonly hasNoRole: boolean
}

/** Refuses, in the audit, whom an identity provider has confirmed; his sessions end, and with his role all by which he could come in otherwise. */
export const endVouchedFor = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { subject, source, method, reason, hasNoRole }: NoLongerVouchedFor,
): Promise<void> => {
  const at = clock.now()
  await db.batch([
    ...deleteCredentialsOfSubject(subject, at, hasNoRole),
    insertAudit({
      at,
      action: 'administrator.sign-in',
      outcome: 'refused',
      actor: { kind: 'stranger', source },
      target: subject,
      detail: { method, reason },
    }),
  ])
}
