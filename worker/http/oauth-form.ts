import { SluiceError } from '../errors.ts'
import { decodeUtf8, mediaTypeOf, readBytes } from './request-body.ts'

/** The parameters of a request to the authorization server, each there at most once and none empty (RFC 6749 section 3.2). */
export type OAuthForm = {
  /** Throws `invalid` where it is not there. */
  demand(name: string): string
  find(name: string): string | undefined
}

/** Of its body alone, in the one media type there is: what stands in a URL ends up in logs. `names`: those that matter, all others do not. */
export const readOAuthForm = async (request: Request, names: readonly string[]): Promise<OAuthForm> => {
  assertForm(request)
  const pairs = [...new URLSearchParams(decodeUtf8(await readBytes(request, maxBytes)))]
  const found = new Map<string, string>()
  for (const [name, value] of pairs) {
    if (!names.includes(name)) continue
    if (found.has(name)) throw new SluiceError('invalid', `Cannot read the request: it has "${name}" twice`)
    found.set(name, value)
  }
  const find = (name: string): string | undefined => found.get(name) || undefined
  return {
    find,
    demand: (name) => {
      const value = find(name)
      if (value === undefined) throw new SluiceError('invalid', `Cannot read the request: it lacks "${name}"`)
      return value
    },
  }
}

/** An assertion has some hundred bytes to some thousand, and scopes of all types have as many. */
const maxBytes = 65_536

const assertForm = (request: Request): void => {
  const isForm = mediaTypeOf(request) === 'application/x-www-form-urlencoded'
  const charset =
    /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(request.headers.get('content-type') ?? '')?.[1] ?? 'utf-8'
  if (isForm && /^(?:utf-?8|us-ascii)$/i.test(charset)) return
  throw new SluiceError(
    'invalid',
    'Cannot read the request: its Content-Type must be application/x-www-form-urlencoded, in UTF-8',
  )
}
