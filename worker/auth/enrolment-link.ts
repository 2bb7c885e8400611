import type { Deps } from '../deps.ts'
import { newSecret } from '../platform/new-secret.ts'
import { sha256Hex } from '../platform/sha256-hex.ts'
import type { Enrolment } from '../store/enrolments.ts'

/** What an administrator is sent: whoever opens it first enrols in his name. */
export type EnrolmentLink = { readonly url: string; readonly expiresAt: number }

/** The secret is the fragment of the URL, which no browser sends to a server: so it stands in no log on the way. */
export const newEnrolment = async (
  { clock, config }: Pick<Deps, 'clock' | 'config'>,
  administratorId: string,
): Promise<{ readonly enrolment: Enrolment; readonly link: EnrolmentLink }> => {
  const secret = newSecret()
  const expiresAt = clock.now() + linkMs
  const enrolment = { secretHash: await sha256Hex(secret), administratorId, expiresAt }
  return { enrolment, link: { url: `${config.baseUrl}/enrol#${secret}`, expiresAt } }
}

/** A day: enough to pass a link on, and too short to be found in an old mailbox. */
const linkMs = 24 * 60 * 60 * 1000
