import type { Deps } from '../deps.ts'
import { insertAccessKeyIf } from '../store/access-keys.ts'
import { allHold } from '../store/all-hold.ts'
import { hasChanged, insertAuditIf } from '../store/audit.ts'
import type { Statement } from '../store/db.ts'
import { isLiveEnrolment, useEnrolment } from '../store/enrolments.ts'
import { insertPasskeyIf, isNewPasskey } from '../store/passkeys.ts'
import { deleteOldSessions, hasBegun, insertSessionIf } from '../store/sessions.ts'
import { newAccessKey } from './new-access-key.ts'
import { newSession } from './new-session.ts'
import type { NewPasskeyAnswer } from './passkey-answer.ts'
import { refusedSignIn } from './refused-sign-in.ts'
import { type OpenedEnrolment, openEnrolment } from './start-enrolment.ts'
import { verifyNewPasskey } from './verify-passkey.ts'

export type Enrolling = {
  readonly secret: string
  /** What the administrator calls his passkey or key. */
  readonly name: string
  readonly source: string | undefined
  readonly replaces: string | undefined
}

/** Uses a link up for a passkey, and signs its administrator in. Returns the secret of the session. */
export const enrolByPasskey = async (
  deps: Deps,
  enrolling: Enrolling,
  answer: NewPasskeyAnswer,
): Promise<string> => {
  const enrolment = await openEnrolment(deps, enrolling.secret)
  const { administratorId } = enrolment
  const passkey = await verifyNewPasskey(deps, { administratorId, name: enrolling.name }, answer)
  return finish(deps, enrolling, enrolment, {
    action: 'passkey.create',
    credential: passkey.credentialId,
    insert: (condition) => insertPasskeyIf(passkey, condition),
    mayBe: [isNewPasskey(passkey)],
  })
}

/** Uses a link up for an access key, which is returned to be shown once, and signs its administrator in. */
export const enrolByAccessKey = async (
  deps: Deps,
  enrolling: Enrolling,
): Promise<{ readonly secret: string; readonly accessKey: string }> => {
  const enrolment = await openEnrolment(deps, enrolling.secret)
  const { administratorId } = enrolment
  const { key, text } = await newAccessKey(deps, {
    administratorId,
    name: enrolling.name,
    expiresAt: undefined,
  })
  const secret = await finish(deps, enrolling, enrolment, {
    action: 'access-key.create',
    credential: key.keyId,
    insert: (condition) => insertAccessKeyIf(key, condition),
    mayBe: [],
  })
  return { secret, accessKey: text }
}

type Gained = {
  readonly action: 'passkey.create' | 'access-key.create'
  readonly credential: string
  readonly insert: (condition: Statement) => Statement
  /** What must hold besides, before it is inserted. */
  readonly mayBe: readonly Statement[]
}

/** All of it or nothing: of two who use a link at the same moment, one gets in. */
const finish = async (
  deps: Deps,
  { name, source, replaces }: Enrolling,
  enrolment: OpenedEnrolment,
  { action, credential, insert, mayBe }: Gained,
): Promise<string> => {
  const { administratorId } = enrolment
  const actor = { kind: 'administrator', id: administratorId, name: enrolment.name, source } as const
  const begun = await newSession(deps, {
    administratorId,
    method: 'enrolment',
    actor,
    credential,
    replaces,
  })
  const { secret, session, event, replacedHash } = begun
  const detail = { name, administrator: administratorId, by: 'enrolment' }
  const isLive = isLiveEnrolment(enrolment, session.createdAt)
  const [, inserted] = await deps.db.batch([
    deleteOldSessions(session.createdAt, replacedHash),
    insert(allHold(isLive, ...mayBe)),
    insertSessionIf(session, allHold(isLive, hasChanged)),
    insertAuditIf(
      { at: session.createdAt, action, outcome: 'success', actor, target: credential, detail },
      hasBegun(session),
    ),
    insertAuditIf(event, hasBegun(session)),
    useEnrolment(enrolment, hasBegun(session)),
  ])
  if (inserted.changed !== 1) throw refusedSignIn()
  return secret
}
