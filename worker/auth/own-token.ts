import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { JWTExpired } from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'
import { z } from 'zod'
import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { type AccessToken, readTokenHolder } from '../store/access-tokens.ts'
import type { Client } from '../store/clients.ts'
import { authorityUrls } from './authority-urls.ts'
import { tokenType } from './issue-token.ts'
import { getPublicKey, type OwnPublicKey, tokenAlgorithm } from './signing-keys.ts'

/** An access token of ours that is good at this moment, and the client that has it. */
export type OwnToken = {
  readonly said: z.infer<typeof claims>
  readonly token: AccessToken
  readonly client: Client
}

/**
 * Throws `invalid-token` for whatever is not exactly what we sign, and `expired-token` for what we did, and has ended, by time or by somebody: that
 * is no guess, and must not count as one, or a suspended client that goes on asking would have its neighbours refused.
 */
export const readOwnToken = async (deps: Deps, text: string): Promise<OwnToken> => {
  const keyId = keyIdOf(text)
  const key = keyId === undefined ? undefined : await getPublicKey(deps, keyId)
  if (key === undefined) throw notOurs()
  const said = await verify(deps, text, key)
  const holder = await readTokenHolder(deps.db, said.jti)
  const whom = holder?.client.clientId
  if (holder !== undefined && said.sub === whom && said.client_id === whom) return { said, ...holder }
  throw new SluiceError(
    'expired-token',
    'Cannot accept the access token: it was revoked, or its client is suspended or gone',
  )
}

const verify = async (
  { config, clock }: Deps,
  token: string,
  key: OwnPublicKey,
): Promise<OwnToken['said']> => {
  try {
    const { payload } = await jwtVerify(
      token,
      { ...key },
      {
        algorithms: [tokenAlgorithm],
        issuer: authorityUrls(config).issuer,
        audience: fhirBase(config),
        typ: tokenType,
        currentDate: new Date(clock.now()),
      },
    )
    return claims.parse(payload)
  } catch (error) {
    if (error instanceof JWTExpired)
      throw new SluiceError(
        'expired-token',
        'Cannot accept the access token: it has expired; ask for a new one',
      )
    throw notOurs()
  }
}

const keyIdOf = (token: string): string | undefined => {
  try {
    return z.object({ kid: z.string().max(64) }).safeParse(decodeProtectedHeader(token)).data?.kid
  } catch {
    return undefined
  }
}

const claims = z.object({
  jti: z.string(),
  sub: z.string(),
  client_id: z.string(),
  iat: z.number(),
  exp: z.number(),
})

export const notOurs = (): SluiceError =>
  new SluiceError('invalid-token', 'Cannot accept the access token: it is none that this server has issued')
