import type { Context } from 'hono'
import { SluiceError } from '../errors.ts'
import { parseVersionTag } from '../fhir/version-tag.ts'

/** `If-Match: W/"3"` (FHIR R4 http.html, "Managing Resource Contention"); a strong tag is taken for the weak one. */
export const expectedVersion = (c: Context): number | undefined => {
  const header = c.req.header('if-match')
  if (header === undefined) return undefined
  const version = parseVersionTag(header)
  if (version !== undefined) return version
  throw new SluiceError('invalid', 'Cannot read If-Match: it must be one version tag such as W/"3"')
}

/** `If-None-Match: *` asks to create and never to overwrite; what else it could say of a write nobody needs. */
export const isCreateOnly = (c: Context): boolean => {
  const header = c.req.header('if-none-match')?.trim()
  if (header === undefined) return false
  if (header === '*' && c.req.header('if-match') === undefined) return true
  throw new SluiceError('invalid', 'Cannot read If-None-Match: of a write it must be *, without If-Match')
}
