import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { openSecret, sealSecret } from '../platform/secret-box.ts'
import { sha256Hex } from '../platform/sha256-hex.ts'
import { beginSignIn, takeSignIn } from '../store/sign-ins.ts'

/** The two halves that together name a signing-in: one goes by the provider, the other stays in the browser. */
export type SignInHalves = { readonly state: string; readonly browserSecret: string }

/** What we must remember of it; sealed in the database. */
export type OidcSignIn = z.infer<typeof oidcSignIn>

const oidcSignIn = z.object({ nonce: z.string(), codeVerifier: z.string(), to: z.string() })

export const oidcSignInMs = 600_000

export const keepOidcSignIn = async (deps: Deps, halves: SignInHalves, signIn: OidcSignIn): Promise<void> => {
  const now = deps.clock.now()
  const secretHash = await hashOf(halves)
  const state = await sealSecret(
    secretKeyOf(deps),
    'stored secrets',
    contextOf(secretHash),
    JSON.stringify(signIn),
  )
  await beginSignIn(deps.db, { secretHash, kind: 'oidc', state, expiresAt: now + oidcSignInMs }, now)
}

/** Once: whoever comes second finds nothing. `undefined` as well for what was never begun, or not by this browser. */
export const takeOidcSignIn = async (deps: Deps, halves: SignInHalves): Promise<OidcSignIn | undefined> => {
  if (!secretForm.test(halves.state) || !secretForm.test(halves.browserSecret)) return undefined
  const secretHash = await hashOf(halves)
  const sealed = await takeSignIn(deps.db, 'oidc', secretHash, deps.clock.now())
  if (sealed === undefined) return undefined
  try {
    const text = await openSecret(secretKeyOf(deps), 'stored secrets', contextOf(secretHash), sealed)
    return oidcSignIn.parse(JSON.parse(text))
  } catch (error) {
    if (hasCode(error, 'internal')) return undefined // SECRET_KEY was changed meanwhile: he has to begin anew
    throw error
  }
}

/** As `newSecret` makes them. */
const secretForm = /^[\w-]{43}$/

const hashOf = ({ state, browserSecret }: SignInHalves): Promise<string> =>
  sha256Hex(`${state}.${browserSecret}`)

const contextOf = (secretHash: string): string => `sign-in ${secretHash}`

/** `AUTH=smart` has one, and without it there is no signing-in. */
const secretKeyOf = ({ config }: Deps): string => {
  if (config.secretKey !== undefined) return config.secretKey
  throw new SluiceError('internal', 'Cannot seal a signing-in: SECRET_KEY is not set')
}
