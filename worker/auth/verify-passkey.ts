import type { Deps } from '../deps.ts'
import { hasCode } from '../errors.ts'
import type { Passkey } from '../store/passkeys.ts'
import { type NewPasskeyAnswer, type ShownPasskeyAnswer, takeChallenge } from './passkey-answer.ts'
import { algorithms, requireRelyingParty } from './passkey-options.ts'
import { refusedSignIn } from './refused-sign-in.ts'
import type { RelyingParty } from './relying-party.ts'

type VerifyDeps = Pick<Deps, 'db' | 'clock' | 'config'>

/** A passkey that was made for this administrator just now, and not for another, nor elsewhere. */
export const verifyNewPasskey = async (
  deps: VerifyDeps,
  { administratorId, name }: Pick<Passkey, 'administratorId' | 'name'>,
  answer: NewPasskeyAnswer,
): Promise<Passkey> => {
  const party = requireRelyingParty(deps.config)
  const { challenge, state } = await takeChallenge(deps, 'enrolment', answer.response.clientDataJSON)
  if (state !== administratorId) throw refusedSignIn()
  return refusing(async () => {
    const { verifyRegistrationResponse } = await webAuthn()
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...answer, clientExtensionResults: {} },
      ...expectationsOf(party, challenge),
      supportedAlgorithmIDs: [...algorithms],
    })
    if (!verified || registrationInfo === undefined) throw refusedSignIn()
    const { credential } = registrationInfo
    return {
      credentialId: credential.id,
      administratorId,
      name,
      publicKey: new Uint8Array(credential.publicKey),
      counter: credential.counter,
      transports: answer.response.transports,
      createdAt: deps.clock.now(),
      lastUsedAt: undefined,
    }
  })
}

/** That whoever answers holds the passkey, and has shown the device who he is. Returns its counter. */
export const verifyShownPasskey = async (
  { config }: Pick<Deps, 'config'>,
  { credentialId, publicKey, counter }: Passkey,
  challenge: string,
  answer: ShownPasskeyAnswer,
): Promise<number> => {
  const party = requireRelyingParty(config)
  return refusing(async () => {
    const { verifyAuthenticationResponse } = await webAuthn()
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...answer, clientExtensionResults: {} },
      ...expectationsOf(party, challenge),
      credential: { id: credentialId, publicKey, counter },
    })
    if (!verified) throw refusedSignIn()
    return authenticationInfo.newCounter
  })
}

/** The device must have made sure who holds it, by a fingerprint, a PIN or the like. */
const expectationsOf = ({ id, origin }: RelyingParty, challenge: string) => ({
  expectedChallenge: challenge,
  expectedOrigin: origin,
  expectedRPID: id,
  requireUserVerification: true,
})

/** Loaded when a passkey is first verified, for it is large. */
const webAuthn = () => import('@simplewebauthn/server')

/** The library throws for whatever is wrong with an answer; what exactly is not for whoever sent it. */
const refusing = async <T>(verify: () => Promise<T>): Promise<T> => {
  try {
    return await verify()
  } catch (error) {
    throw hasCode(error, 'invalid-token') ? error : refusedSignIn(error)
  }
}
