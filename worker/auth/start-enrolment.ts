import type { Deps } from '../deps.ts'
import { sha256Hex } from '../platform/sha256-hex.ts'
import { readEnrolment } from '../store/enrolments.ts'
import { type CreationOptions, creationOptions } from './passkey-options.ts'
import { refusedSignIn } from './refused-sign-in.ts'
import { relyingPartyOf } from './relying-party.ts'

export type OpenedEnrolment = NonNullable<Awaited<ReturnType<typeof readEnrolment>>>

/** With whom a link enrols, and what a browser needs to make him a passkey, where there can be passkeys. The link stays good. */
export const startEnrolment = async (
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  secret: string,
): Promise<{ readonly enrolment: OpenedEnrolment; readonly passkey: CreationOptions | undefined }> => {
  const enrolment = await openEnrolment(deps, secret)
  const passkey =
    relyingPartyOf(deps.config) === undefined ? undefined : await creationOptions(deps, enrolment)
  return { enrolment, passkey }
}

/** Throws where there is no such link, or no longer. */
export const openEnrolment = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  secret: string,
): Promise<OpenedEnrolment> => {
  const enrolment = await readEnrolment(db, await sha256Hex(secret), clock.now())
  if (enrolment === undefined) throw refusedSignIn()
  return enrolment
}
