import { createAdministrator } from '../../worker/auth/create-administrator.ts'
import { type Authenticator, createAuthenticator } from './authenticator.ts'
import { createHarness, type Harness } from './harness.ts'
import { smartEnvironment } from './principals.ts'

/** What a browser adds to the requests of pages of ours. */
export const ownPage = { 'sec-fetch-site': 'same-origin', 'x-sluice-form': '1' } as const

export const baseUrl = 'https://sluice.test'

/** A service with `AUTH=smart` on https, where the address of a client is what a proxy says. */
export const createSmartHarness = (environment: Readonly<Record<string, string>> = {}): Promise<Harness> =>
  createHarness({}, undefined, undefined, {
    ...smartEnvironment,
    BASE_URL: baseUrl,
    CLIENT_ADDRESS_HEADER: 'x-real-ip',
    ...environment,
  })

/** A browser with a cookie jar for one service, on one of its pages. */
export type Browser = {
  send(
    method: string,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
  /** `name=value` of the session, to be sent by hand. */
  cookie(): string
  setCookie(cookie: string): void
}
export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, never>>
}

export const createBrowser = (h: Harness, source = '192.0.2.1'): Browser => {
  let jar = ''
  return {
    cookie: () => jar,
    setCookie: (cookie) => {
      jar = cookie
    },
    send: async (method, path, body, headers = {}) => {
      const response = await h.request(path, {
        method,
        headers: {
          ...ownPage,
          'x-real-ip': source,
          ...(jar === '' ? {} : { cookie: jar }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      for (const set of response.headers.getSetCookie())
        jar = /max-age=0/i.test(set) ? '' : (set.split(';')[0] ?? '')
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
    },
  }
}

/** The secret of a new link for a new administrator. */
export const invite = async (
  h: Harness,
  name = 'Ada',
  role: 'admin' | 'viewer' = 'admin',
): Promise<{ readonly secret: string; readonly id: string }> => {
  const { administrator, link } = await createAdministrator(h.deps, {
    name,
    role,
    actor: { kind: 'system' },
  })
  return { secret: link.url.split('#')[1] ?? '', id: administrator.administratorId }
}

export type SignedIn = Browser & {
  readonly id: string
  readonly accessKey: string
}

/** An administrator who has enrolled by an access key and is signed in. */
export const enrolled = async (
  h: Harness,
  name?: string,
  role?: 'admin' | 'viewer',
  source?: string,
): Promise<SignedIn> => {
  const { secret, id } = await invite(h, name, role)
  const browser = createBrowser(h, source)
  const { status, body } = await browser.send('POST', '/admin/api/enrolment', { secret, step: 'access-key' })
  if (status !== 200) throw new Error(`enrolment answered ${status}: ${JSON.stringify(body)}`)
  return { ...browser, id, accessKey: body.accessKey ?? '' }
}

/** One who has enrolled by a passkey. */
export const enrolledByPasskey = async (
  h: Harness,
  name?: string,
): Promise<Browser & { readonly id: string; readonly authenticator: Authenticator }> => {
  const { secret, id } = await invite(h, name)
  const browser = createBrowser(h)
  const authenticator = await createAuthenticator(baseUrl)
  const { body } = await browser.send('POST', '/admin/api/enrolment', { secret, step: 'start' })
  const answer = await authenticator.create(body.passkey ?? { challenge: '', user: { id: '' } })
  const done = await browser.send('POST', '/admin/api/enrolment', {
    secret,
    step: 'passkey',
    name: 'Key',
    answer,
  })
  if (done.status !== 200) throw new Error(`enrolment answered ${done.status}: ${JSON.stringify(done.body)}`)
  return { ...browser, id, authenticator }
}

export type AuditRow = {
  readonly action: string
  readonly outcome: string
  readonly actor_kind: string
  readonly actor_id: string | null
  readonly source: string | null
  readonly target: string | null
  readonly detail: string
}

/** The audit rows of these actions, the oldest first. */
export const auditOf = async (h: Harness, prefix: string): Promise<readonly AuditRow[]> => {
  const rows = await h.deps.db.query.selectFrom('audit_event').selectAll().orderBy('event_id').execute()
  return rows.filter(({ action }) => action.startsWith(prefix))
}
