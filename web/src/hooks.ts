import type { Reroute } from '@sveltejs/kit/hooks'

/** A path that is not percent-encoded as it must be would leave the page blank; so it leads to where there is no page, which says so. */
export const reroute: Reroute = ({ url }) => (isReadable(url.pathname) ? undefined : '/unreadable')

const isReadable = (path: string): boolean => {
  try {
    // The build leaves a call away whose result is not used, whatever it throws.
    return decodeURIComponent(path) !== ''
  } catch {
    return false
  }
}
