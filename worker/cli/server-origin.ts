import { SluiceError } from '../errors.ts'

/** The origin that `--server` gives, or a refusal that does not repeat it: a URL may carry a password. */
export const originOf = (text: string): string => {
  const url = /^https?:\/\/[^\s\\]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url && url.href === `${url.origin}/`) return url.origin
  throw new SluiceError(
    'invalid',
    'Cannot load: --server must be an origin such as http://127.0.0.1:8080, without user, path and query',
  )
}
