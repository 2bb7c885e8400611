import { shortId } from './format.ts'

/** The pages of the rail. */
export const places = [
  { path: '/', name: 'Overview', icon: 'overview' },
  { path: '/jobs', name: 'Jobs', icon: 'jobs' },
  { path: '/data', name: 'Data', icon: 'data' },
] as const

/** Whether a page is this place, or below it. */
export const isAt = (path: string, here: string): boolean =>
  path === '/' ? here === '/' : here === path || here.startsWith(`${path}/`)

export type Crumbs = {
  readonly above: { path: (typeof places)[number]['path']; name: string } | undefined
  readonly name: string
}

/** Where a page stands: its name, and the page above it. */
export const crumbsOf = (here: string, id: string | undefined): Crumbs => {
  const place = places.find(({ path }) => isAt(path, here))
  if (id !== undefined) return { above: place, name: shortId(id) }
  if (here === '/new') return { above: { path: '/jobs', name: 'Jobs' }, name: 'New export' }
  if (here === '/account') return { above: undefined, name: 'Account' }
  return { above: undefined, name: place?.name ?? 'Not found' }
}
