import type { EnrolmentLink } from '../auth/enrolment-link.ts'
import { formatInstant } from '../fhir/instant.ts'
import type { AccessKey } from '../store/access-keys.ts'
import type { Administrator } from '../store/administrators.ts'
import type { Passkey } from '../store/passkeys.ts'
import type { Session } from '../store/sessions.ts'
import type {
  AccessKeyShown,
  AdministratorShown,
  EnrolmentLinkShown,
  PasskeyShown,
  SessionShown,
} from './administrator-schemas.ts'

/** Administrators and what is theirs, in the words of their API. Nothing of it is a secret but the link. */
export const showAdministrator = (administrator: Administrator): AdministratorShown => ({
  id: administrator.administratorId,
  name: administrator.name,
  role: administrator.role,
  isSuspended: administrator.suspendedAt !== undefined,
  ...(administrator.subject === undefined ? {} : { provider: administrator.subject }),
  createdAt: formatInstant(administrator.createdAt),
})

export const showLink = (
  administrator: Administrator,
  { url, expiresAt }: EnrolmentLink,
): EnrolmentLinkShown => ({
  administrator: showAdministrator(administrator),
  link: url,
  expiresAt: formatInstant(expiresAt),
})

export const showAccessKey = ({
  keyId,
  name,
  createdAt,
  expiresAt,
  lastUsedAt,
}: AccessKey): AccessKeyShown => ({
  id: keyId,
  name,
  createdAt: formatInstant(createdAt),
  ...(expiresAt === undefined ? {} : { expiresAt: formatInstant(expiresAt) }),
  ...(lastUsedAt === undefined ? {} : { lastUsedAt: formatInstant(lastUsedAt) }),
})

export const showPasskey = ({ credentialId, name, createdAt, lastUsedAt }: Passkey): PasskeyShown => ({
  id: credentialId,
  name,
  createdAt: formatInstant(createdAt),
  ...(lastUsedAt === undefined ? {} : { lastUsedAt: formatInstant(lastUsedAt) }),
})

export const showSession = (
  { sessionId, method, source, createdAt, lastSeenAt, expiresAt }: Session,
  thisId: string | undefined,
): SessionShown => ({
  id: sessionId,
  method,
  ...(source === undefined ? {} : { source }),
  createdAt: formatInstant(createdAt),
  lastSeenAt: formatInstant(lastSeenAt),
  expiresAt: formatInstant(expiresAt),
  isThis: sessionId === thisId,
})
