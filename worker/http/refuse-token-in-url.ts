import type { MiddlewareHandler } from 'hono'
import { SluiceError } from '../errors.ts'

/**
 * A secret in a URL ends up in the logs of proxies, in histories, and here in the `request` of a manifest: so RFC 6750 section 2.3 is not
 * supported, and a request that tries it is refused, whatever it is for. Its value is not looked at, and shown nowhere.
 */
export const refuseTokenInUrl = (): MiddlewareHandler => async (c, next) => {
  const { searchParams } = new URL(c.req.url)
  for (const name of searchParams.keys()) {
    const plain = /^[^:]*/.exec(name)?.[0].trim().toLowerCase() ?? ''
    if (secretNames.has(plain))
      throw new SluiceError(
        'invalid',
        `Cannot answer a URL with ${plain}: whoever sees a URL sees what is in it; send a token in the Authorization header, and ask for another one, for this one is known now`,
      )
  }
  await next()
}

const secretNames: ReadonlySet<string> = new Set([
  'access_token',
  'refresh_token',
  'id_token',
  'client_assertion',
  'client_secret',
])
