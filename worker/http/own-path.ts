import type { Config } from '../config.ts'
import { SluiceError } from '../errors.ts'

/**
 * The URL of a path of this service that somebody wants to be led to. Whatever a browser could take for another place is refused (open
 * redirect): `//host`, backslashes, control characters, ways up.
 */
export const ownUrl = ({ baseUrl }: Pick<Config, 'baseUrl'>, path: string): string => {
  const url = ownPath.test(path) && URL.canParse(baseUrl + path) ? new URL(baseUrl + path) : undefined
  const base = new URL(`${baseUrl}/`)
  if (url?.origin === base.origin && url.pathname.startsWith(base.pathname)) return url.href
  throw new SluiceError('invalid', 'Cannot lead you on from here: "to" is no path of this service')
}

const ownPath = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,511}$/
