import { pathOfFileUrl } from './file-url.ts'
import { checkedText } from './text-setting.ts'

/** Whether the database is on a server, and not a file of this machine. */
export const isRemoteUrl = (url: string): boolean => /^(?:https?|libsql):/i.test(url)

/** A `file:` URL of a file, or the address of a libSQL server. */
export const databaseUrl = (fallback: string, reason: string) =>
  checkedText(
    {
      unit: 'URL',
      default: fallback,
      allowed: '`file:` and the path of a file, without `..`; or `libsql:`, `https:` or `http:` and a host',
      reason,
    },
    (text) => (isRemoteUrl(text) ? problemOfServer(text) : problemOfFile(text, fallback)),
  )

const problemOfServer = (text: string): string | undefined => {
  const isPlain = /^[a-z]+:\/\/[^\s\\?#@/]+(?:\/[^\s\\?#@]*)?$/i.test(text)
  // As https, for in a scheme that `URL` does not know any host would do.
  const canParse = URL.canParse(text.replace(/^[a-z]+:/i, 'https:'))
  if (isPlain && canParse) return undefined
  return 'it must be a host after libsql://, https:// or http://, without user and query; a token belongs into DATABASE_AUTH_TOKEN'
}

const problemOfFile = (text: string, fallback: string): string | undefined => {
  const path = pathOfFileUrl(text)
  if (path && !/[/\\]$/.test(path) && !path.startsWith(':memory:')) return undefined
  return `it must be file: and the path of a file, without .. and without a query, such as ${fallback}, or libsql://, https:// or http:// and a host`
}
