import { base64url } from 'jose'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { newSecret } from '../platform/new-secret.ts'
import { sha256Hex } from '../platform/sha256-hex.ts'
import { readPasskeys } from '../store/passkeys.ts'
import { beginSignIn, type SignIn } from '../store/sign-ins.ts'
import { type RelyingParty, relyingPartyOf } from './relying-party.ts'

/** What a browser is asked for, to make a passkey (`PublicKeyCredentialCreationOptionsJSON`). */
export type CreationOptions = {
  readonly rp: { readonly id: string; readonly name: string }
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly challenge: string
  readonly pubKeyCredParams: { readonly type: 'public-key'; readonly alg: number }[]
  readonly timeout: number
  readonly excludeCredentials: { readonly type: 'public-key'; readonly id: string }[]
  readonly authenticatorSelection: {
    readonly residentKey: 'required'
    readonly requireResidentKey: true
    readonly userVerification: 'required'
  }
  readonly attestation: 'none'
}

/** What a browser is asked for, to show one (`PublicKeyCredentialRequestOptionsJSON`): any of this service, for nobody has said who he is. */
export type RequestOptions = {
  readonly rpId: string
  readonly challenge: string
  readonly timeout: number
  readonly userVerification: 'required'
}

export const creationOptions = async (
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  { administratorId, name }: { readonly administratorId: string; readonly name: string },
): Promise<CreationOptions> => {
  const { id } = requireRelyingParty(deps.config)
  const passkeys = await readPasskeys(deps.db, administratorId)
  const challenge = await newChallenge(deps, 'enrolment', administratorId)
  return {
    rp: { id, name: 'Sluice' },
    user: { id: userHandleOf(administratorId), name, displayName: name },
    challenge,
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: challengeMs,
    excludeCredentials: passkeys.map(({ credentialId }) => ({ type: 'public-key', id: credentialId })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
  }
}

export const requestOptions = async (
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
): Promise<RequestOptions> => {
  const { id } = requireRelyingParty(deps.config)
  const challenge = await newChallenge(deps, 'passkey', '')
  return { rpId: id, challenge, timeout: challengeMs, userVerification: 'required' }
}

export const requireRelyingParty = (config: Deps['config']): RelyingParty => {
  const party = relyingPartyOf(config)
  if (party !== undefined) return party
  throw new SluiceError(
    'not-supported',
    'Cannot use passkeys here: BASE_URL must be https or localhost, and a name, not an address',
  )
}

/** What an authenticator keeps with the passkey, and tells at each sign-in: nothing about the person (WebAuthn section 14.6.1). */
export const userHandleOf = (administratorId: string): string => base64url.encode(administratorId)

/** ES256, EdDSA, RS256 (COSE): what authenticators speak. */
export const algorithms: readonly number[] = [-7, -8, -257]

const newChallenge = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  kind: SignIn['kind'],
  state: string,
): Promise<string> => {
  const challenge = newSecret()
  const now = clock.now()
  await beginSignIn(
    db,
    { secretHash: await sha256Hex(challenge), kind, state, expiresAt: now + challengeMs },
    now,
  )
  return challenge
}

/** Time to find the key and touch it. */
const challengeMs = 5 * 60_000
