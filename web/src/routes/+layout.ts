import { redirect } from '@sveltejs/kit'
import { dataOf, entrance, messageOf, type Service, type SessionInfo, service } from '#lib/api/client.ts'
import { isBare, signInPath } from '#lib/back-path.ts'

/** All of it is drawn in the browser: the server has files only. */
export const ssr = false

type Loaded = {
  readonly session: SessionInfo | undefined
  readonly service: Service | undefined
  readonly problem: string | undefined
}

/** First who is there: nobody sees anything of the service, not even its version, before that is known. */
export const load = async ({ url, untrack }: LoadEvent): Promise<Loaded> => {
  const here = untrack(() => url)
  const seen = await look()
  const isMissing = seen.session?.auth === 'smart' && seen.session.administrator === undefined
  if (isMissing && !isBare(here.pathname)) redirect(307, signInPath(here))
  return seen
}

/** Not asked again at each page: what is there does not depend on it. */
type LoadEvent = { url: URL; untrack: <T>(read: () => T) => T }

const look = async (): Promise<Loaded> => {
  let session: SessionInfo | undefined
  try {
    session = await dataOf(entrance.GET('/admin/api/session'))
    const isIn = session.auth === 'open' || session.administrator !== undefined
    return {
      session,
      service: isIn ? await dataOf(service.GET('/admin/api/service')) : undefined,
      problem: undefined,
    }
  } catch (error) {
    return { session, service: undefined, problem: messageOf(error) }
  }
}
