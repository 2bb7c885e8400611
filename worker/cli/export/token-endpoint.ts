import { z } from 'zod'
import { isLoopbackName } from '../../config/loopback.ts'
import { hasCode, SluiceError } from '../../errors.ts'
import { isBusyStatus, parseJson } from './ask.ts'
import { type Http, unreachable } from './http.ts'

/**
 * Where a server has its tokens from, in the very words that `aud` must repeat (SMART, ".well-known/smart-configuration"). One attempt: who
 * needs a token tries again. Throws `forbidden` where that would not help, and never what would end the export itself.
 */
export const findTokenEndpoint = async (http: Http, base: string): Promise<string> => {
  const url = new URL(`${base}/.well-known/smart-configuration`)
  const { status, text } = await read(http, url)
  if (isBusyStatus(status) || status >= 500)
    throw new SluiceError('database-unavailable', `Cannot ${what}: the server answers HTTP ${status}`)
  if (status !== 200)
    throw refused(
      `"${url}" answers HTTP ${status}; --server must be the base of the FHIR routes, such as …/fhir, or else give --token-url`,
    )
  const { data } = configurationSchema.safeParse(parseJson(text))
  if (data === undefined) throw refused('its smart-configuration names none')
  return assertEndpoint(data.token_endpoint, url)
}

/**
 * An assertion is as good as a password for a few minutes: in plain text it goes to the server that was named as such, or to this machine,
 * and to nobody else.
 */
export const assertEndpoint = (endpoint: string, server: URL | undefined): string => {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url === undefined || url.username !== '' || url.password !== '') throw refused('it is no URL')
  if (url.protocol === 'https:') return endpoint
  const isNear = isLoopbackName(url.hostname) || url.origin === server?.origin
  if (url.protocol === 'http:' && isNear) return endpoint
  throw refused('it is not https')
}

const read = async (http: Http, url: URL): Promise<{ readonly status: number; readonly text: string }> => {
  try {
    const response = await http.send(url, { credentials: 'nobody', headers: { Accept: 'application/json' } })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    if (hasCode(error, 'not-found')) throw refused(error.message, error) // a redirect that must not be followed
    throw error instanceof SluiceError ? error : unreachable(url, error)
  }
}

const what = 'find the token endpoint of the server'
const configurationSchema = z.looseObject({ token_endpoint: z.string() })

const refused = (reason: string, cause?: unknown): SluiceError =>
  new SluiceError('forbidden', `Cannot ${what}: ${reason}`, { cause })
