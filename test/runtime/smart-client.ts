import { expect } from 'vitest'
import { z } from 'zod'
import { registerAt } from '../support/enrol.ts'
import { makeKey, proofOf, signAssertionFor, type TestKey, tokenForm } from '../support/smart.ts'
import type { Credentials } from './flow.ts'

/** A backend service that is registered at a running server, and has nothing but HTTP. */
export type SmartClient = {
  readonly clientId: string
  assertion(): Promise<string>
  /** A request for a token by such an assertion. */
  ask(assertion: string): Promise<Response>
  token(): Promise<string>
  revoke(token: string): Promise<Response>
}

type Registering = {
  readonly scopes: readonly string[]
  /** Where its keys are, and the key; absent: it makes one, and the keys are registered. */
  readonly keySet?: { readonly url: string; readonly key: TestKey }
}

/** Registers a client by the administrator's API. Links of the server may name another origin, so only their paths count. */
export const createClientAt = async (
  url: string,
  admin: Credentials,
  { scopes, keySet }: Registering,
): Promise<SmartClient> => {
  const key = keySet?.key ?? (await makeKey())
  const keys = keySet === undefined ? { jwks: { keys: [key.publicKey] } } : { jwksUrl: keySet.url }
  const clientId = await registerAt(url, admin, { name: 'Research', scopes, ...keys })
  const endpoint = await tokenEndpoint(url)
  const assertion = () => signAssertionFor(endpoint, Date.now(), clientId, key)
  const post = async (path: string, form: Readonly<Record<string, string>>) =>
    fetch(url + path, { method: 'POST', body: new URLSearchParams(form) })
  const ask = (text: string) => post(new URL(endpoint).pathname, tokenForm(text, scopes.join(' ')))
  return {
    clientId,
    assertion,
    ask,
    token: async () => tokenIn(await ask(await assertion()), scopes),
    revoke: async (token) => post('/auth/revoke', { token, ...proofOf(await assertion()) }),
  }
}

const tokenEndpoint = async (url: string): Promise<string> => {
  const response = await fetch(`${url}/fhir/.well-known/smart-configuration`)
  return z.object({ token_endpoint: z.url() }).parse(await response.json()).token_endpoint
}

const tokenIn = async (response: Response, scopes: readonly string[]): Promise<string> => {
  const body: unknown = await response.json()
  expect([response.status, body]).toEqual([
    200,
    expect.objectContaining({ token_type: 'bearer', scope: scopes.join(' ') }),
  ])
  return z.object({ access_token: z.string() }).parse(body).access_token
}
