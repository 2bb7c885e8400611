import { base64url } from 'jose'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { sha256Hex } from '../platform/sha256-hex.ts'
import { type SignIn, takeSignIn } from '../store/sign-ins.ts'
import { refusedSignIn } from './refused-sign-in.ts'

const base64urlText = z.string().regex(/^[\w-]{1,16384}$/)
const common = { id: base64urlText, rawId: base64urlText, type: z.literal('public-key') }

/** What a browser answers once a passkey was made (`RegistrationResponseJSON`), as far as it is used. */
export const newPasskeySchema = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64urlText,
    attestationObject: base64urlText,
    transports: z.array(z.string().max(32)).max(16).default([]),
  }),
})
export type NewPasskeyAnswer = z.output<typeof newPasskeySchema>

/** What it answers when one is shown (`AuthenticationResponseJSON`). */
export const shownPasskeySchema = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64urlText,
    authenticatorData: base64urlText,
    signature: base64urlText,
    userHandle: base64urlText,
  }),
})
export type ShownPasskeyAnswer = z.output<typeof shownPasskeySchema>

/** The challenge that is answered, which is used up by that, and what was kept with it. Throws where we have not made it. */
export const takeChallenge = async (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  kind: SignIn['kind'],
  clientDataJson: string,
): Promise<{ readonly challenge: string; readonly state: string }> => {
  const challenge = challengeOf(clientDataJson)
  const state =
    challenge === undefined ? undefined : await takeSignIn(db, kind, await sha256Hex(challenge), clock.now())
  if (challenge === undefined || state === undefined) throw refusedSignIn()
  return { challenge, state }
}

const challengeOf = (clientDataJson: string): string | undefined => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(base64url.decode(clientDataJson))
    return z.object({ challenge: z.string().max(256) }).safeParse(JSON.parse(text)).data?.challenge
  } catch {
    return undefined // what is no JSON answers no challenge
  }
}
