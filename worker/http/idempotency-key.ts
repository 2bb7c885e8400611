import type { Context } from 'hono'
import { SluiceError } from '../errors.ts'

const maxLength = 255

/**
 * The `Idempotency-Key` of a request (IETF draft httpapi-idempotency-key), which is a string of a structured field (RFC 9651 section 3.3.3); the
 * quotes around it may be left away, as many clients do. With and without them it is the same key.
 */
export const idempotencyKeyOf = (c: Context): string | undefined => {
  const header = c.req.header('idempotency-key')
  if (header === undefined) return undefined
  const key = unquoted(header.trim())
  if (key !== undefined && key.length <= maxLength) return key
  throw new SluiceError(
    'invalid',
    `Cannot read Idempotency-Key: it must be one string of 1 to ${maxLength} visible ASCII characters, in quotes or without`,
  )
}

/** Within quotes a quote and a backslash stand behind a backslash; without them there are neither. */
const unquoted = (text: string): string | undefined => {
  if (/^[!#-[\]-~]+$/.test(text)) return text
  const quoted = /^"((?:[!#-[\]-~]|\\["\\])+)"$/.exec(text)?.[1]
  return quoted?.replaceAll(/\\(.)/g, '$1')
}
