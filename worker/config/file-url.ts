/**
 * The path of a `file:` URL, relative or absolute, as libSQL reads one: `file:./data/x`, `file:/data/x`, `file:///data/x`.
 * `undefined` for any other URL, and for a path that is empty, climbs (`..`) or carries a query or fragment.
 */
export const pathOfFileUrl = (url: string): string | undefined => {
  const encoded = /^file:(?:\/\/(?:localhost)?(?=\/))?([^?#]+)$/i.exec(url)?.[1]
  if (encoded === undefined || encoded.startsWith('//')) return undefined
  const path = decodePath(encoded)
  if (path === undefined || path.includes('\0') || path.split(/[/\\]/).includes('..')) return undefined
  return path
}

const decodePath = (encoded: string): string | undefined => {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined // a stray `%`: there is no such path
  }
}

/** The `file:` URL of an absolute path, with the characters escaped that would otherwise mean something in a URL. */
export const fileUrlOfPath = (path: string): string =>
  `file:${path.replace(/[%?#]/g, (character) => encodeURIComponent(character))}`
