/** Pages that are there for who is not signed in. */
const barePaths: readonly string[] = ['/sign-in', '/enrol']

export const isBare = (path: string): boolean => barePaths.includes(path)

/** Where to sign in, and then to come back here. */
export const signInPath = ({ pathname, search }: Pick<URL, 'pathname' | 'search'>): string =>
  isBare(pathname) || pathname === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(pathname + search)}`

/** Where to go once somebody has signed in: a page of ours, whatever the URL says, for anybody can have made a link to it. */
export const backPath = (asked: string | null, origin: string): string => {
  const url = asked === null ? null : URL.parse(asked, origin)
  return url === null || url.origin !== origin || isBare(url.pathname)
    ? '/'
    : url.pathname + url.search + url.hash
}
