import { SignJWT } from 'jose'
import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { isBusyStatus, parseJson } from './ask.ts'
import type { ClientKey } from './client-key.ts'
import { unreachable } from './http.ts'
import { printable } from './printable.ts'

/** What opens the server, if anything does. Secret, and nowhere but in memory. */
export type Tokens = {
  /** One that is good for a while yet. */
  current(): Promise<string | undefined>
  /** One other than this, which was refused; `undefined` when there is none to be had. */
  after(refused: string): Promise<string | undefined>
}

/** The same for the whole of the command. */
export const fixedToken = (token: string | undefined): Tokens => ({
  current: async () => token,
  after: async () => undefined,
})

export type TokenClient = {
  readonly clientId: string
  readonly key: ClientKey
  readonly scope: string
  /** Where tokens are had, once it is known; in the words that `aud` repeats. */
  readonly findEndpoint: () => Promise<string>
  readonly userAgent: string
  readonly deadline: AbortSignal
  readonly now: () => number
  readonly newId: () => string
}

type Held = { readonly token: string; readonly renewAt: number }

/** Tokens by SMART Backend Services: a new one before the old one ends, or when it is refused; one request at a time, whoever wants it. */
export const clientTokens = (client: TokenClient): Tokens => {
  let held: Held | undefined
  let renewing: Promise<Held> | undefined
  const renew = async (): Promise<string> => {
    renewing ??= requestToken(client).finally(() => {
      renewing = undefined
    })
    held = await renewing
    return held.token
  }
  return {
    current: async () => (held !== undefined && client.now() < held.renewAt ? held.token : renew()),
    after: async (refused) => (held !== undefined && held.token !== refused ? held.token : renew()),
  }
}

/** A redirect is not followed: the assertion is for the endpoint that was named, and for no other. */
const requestToken = async (client: TokenClient): Promise<Held> => {
  const endpoint = await client.findEndpoint()
  const askedAt = client.now()
  const assertion = await signAssertion(client, endpoint, askedAt)
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: client.scope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  })
  const { response, text } = await post(client, endpoint, form)
  // A server may repeat what it was sent.
  if (response.status !== 200) throw refusalOf(response.status, text.replaceAll(assertion, '…'))
  const { data } = tokenSchema.safeParse(parseJson(text))
  if (data === undefined) throw refused('forbidden', 'its answer has no bearer token that could be used')
  return { token: data.access_token, renewAt: askedAt + 1000 * (data.expires_in - marginOf(data.expires_in)) }
}

const post = async (
  { userAgent, deadline }: TokenClient,
  endpoint: string,
  form: URLSearchParams,
): Promise<{ readonly response: Response; readonly text: string }> => {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { Accept: 'application/json', 'User-Agent': userAgent },
      body: form,
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), deadline]),
    })
    return { response, text: await response.text() }
  } catch (error) {
    throw unreachable(new URL(endpoint), error)
  }
}

const timeoutMs = 30_000

/** SMART, "Authentication JWT Claims": five minutes at most; one less, for clocks differ. */
const assertionSeconds = 240

const signAssertion = (
  { clientId, key, newId }: TokenClient,
  endpoint: string,
  now: number,
): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(endpoint)
    .setJti(newId())
    .setExpirationTime(Math.floor(now / 1000) + assertionSeconds)
    .sign(key.key)

/** So that a request that is made with it arrives before its end. */
const marginOf = (seconds: number): number => Math.min(60, seconds / 4)

const tokenSchema = z.looseObject({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  token_type: z.string().regex(/^bearer$/i),
  // RFC 6749 only recommends it; SMART recommends 300.
  expires_in: z.coerce.number().positive().max(31_536_000).catch(300),
})

const errorSchema = z.looseObject({ error: z.string(), error_description: z.string().optional() })

/** What may go away by itself is tried again as a server that is away is; another answer would stay the same. */
const refusalOf = (status: number, text: string): SluiceError => {
  const said = errorSchema.safeParse(parseJson(text)).data
  const words =
    said === undefined
      ? `it answers HTTP ${status}`
      : [said.error, said.error_description ?? []].flat().join(': ')
  const isForNow = isBusyStatus(status) || status >= 500
  return refused(isForNow ? 'database-unavailable' : 'forbidden', words)
}

const refused = (code: 'database-unavailable' | 'forbidden', reason: string): SluiceError =>
  new SluiceError(code, `Cannot get an access token: ${printable(reason, 500)}`)
