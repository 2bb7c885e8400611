import { SluiceError } from '../../errors.ts'
import type { Tokens } from './tokens.ts'

/**
 * To whom the token and the headers of the command go. `server`: to the origins that were named as the server's. `file`: to any, for
 * the manifest says `requiresAccessToken`. `nobody`: a signed URL is refused when a token comes with it.
 */
export type Credentials = 'server' | 'file' | 'nobody'

export type HttpRequest = {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly credentials: Credentials
  readonly signal?: AbortSignal
}

/** Sends one request and follows redirects. What has no answer at all throws `database-unavailable`. */
export type Http = {
  send(url: URL, request: HttpRequest): Promise<Response>
  /** From now on requests to the origin of this URL count as requests to the server. */
  trust(url: URL): void
}

export type HttpOptions = {
  readonly tokens: Tokens
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly userAgent: string
  /** Ends whatever is under way when the time of the command is over. */
  readonly deadline: AbortSignal
}

export const createHttp = (options: HttpOptions): Http => {
  const origins = new Set<string>()
  const send = async (start: URL, request: HttpRequest): Promise<Response> => {
    let url = start
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const isMeant = url.origin === start.origin && mayHaveSecrets(url, request.credentials, origins)
      const response = await (isMeant
        ? sendWithToken(url, request, options)
        : sendOnce(url, request, options))
      const next = redirectOf(response, url, request)
      if (next === undefined) return response
      await response.body?.cancel()
      url = next
    }
    throw refusal(start, `it redirects more than ${maxRedirects} times`)
  }
  return { send, trust: (url) => origins.add(url.origin) }
}

const maxRedirects = 5

/** Never in plain text to a host other than the server's own, whatever a manifest says. */
const mayHaveSecrets = (url: URL, credentials: Credentials, origins: ReadonlySet<string>): boolean => {
  if (credentials === 'nobody') return false
  return origins.has(url.origin) || (credentials === 'file' && url.protocol === 'https:')
}

/** A token that is refused may have ended before its time: one other, if there is one, is tried, and its answer stands. */
const sendWithToken = async (url: URL, request: HttpRequest, options: HttpOptions): Promise<Response> => {
  const { tokens, headers } = options
  const send = (token: string | undefined) =>
    sendOnce(url, request, options, [
      ...headers,
      ...(token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]),
    ])
  const token = await tokens.current()
  const response = await send(token)
  if (response.status !== 401 || token === undefined) return response
  const other = await tokens.after(token)
  if (other === undefined) return response
  await response.body?.cancel()
  return send(other)
}

const sendOnce = async (
  url: URL,
  {
    method = 'GET',
    body,
    headers: ofRequest = {},
    signal = AbortSignal.timeout(requestTimeoutMs),
  }: HttpRequest,
  { deadline, userAgent }: HttpOptions,
  secrets: readonly (readonly [name: string, value: string])[] = [],
): Promise<Response> => {
  const headers = new Headers({ 'User-Agent': userAgent })
  for (const [name, value] of [...secrets, ...Object.entries(ofRequest)]) headers.set(name, value)
  try {
    return await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, deadline]),
      ...(body !== undefined && { body }),
    })
  } catch (error) {
    throw unreachable(url, error)
  }
}

/** No more of the URL than its origin is told, for it may be signed. */
export const unreachable = ({ origin }: URL, cause: unknown): SluiceError =>
  new SluiceError('database-unavailable', `Cannot reach "${origin}": ${reasonOf(cause)}`, { cause })

/** A kick-off or a status answers in seconds; who is silent for longer is asked again. */
const requestTimeoutMs = 120_000

const redirectOf = (response: Response, url: URL, { method = 'GET' }: HttpRequest): URL | undefined => {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined
  const location = response.headers.get('Location')
  if (location === null || !URL.canParse(location, url)) return undefined
  const next = new URL(location, url)
  if (url.protocol === 'https:' && next.protocol !== 'https:') {
    throw refusal(url, 'it redirects from https to a place that is not')
  }
  // 301 and 302 of a POST are repeated as a GET by browsers, which would be another request.
  if (method !== 'GET' && response.status !== 307 && response.status !== 308) {
    throw refusal(url, `it redirects a ${method} by ${response.status}`)
  }
  return next
}

const refusal = ({ origin, pathname }: URL, reason: string): SluiceError =>
  new SluiceError('not-found', `Cannot use "${origin}${pathname}": ${reason}`)

/** `fetch` hides why in a cause. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ')
  return cause instanceof Error ? cause.message || cause.name : error.message || error.name
}
