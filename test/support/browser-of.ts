import { createAdministrator } from '../../worker/auth/create-administrator.ts'
import { type Authenticator, createAuthenticator, type Wrong } from './authenticator.ts'
import type { Harness } from './harness.ts'
import { createSmartHarness } from './smart.ts'

/** What a browser adds to the requests of pages of ours. */
export const ownPage = { 'sec-fetch-site': 'same-origin', 'x-sluice-form': '1' } as const

export const baseUrl = 'https://sluice.test'

/** A service with `AUTH=smart` on https, where the address of a client is what a proxy says. */
export const createHttpsHarness = (environment: Readonly<Record<string, string>> = {}): Promise<Harness> =>
  createSmartHarness({ BASE_URL: baseUrl, CLIENT_ADDRESS_HEADER: 'x-real-ip', ...environment })

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

export const createBrowser = (h: Pick<Harness, 'request'>, source = '192.0.2.1'): Browser => {
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
  const authenticator = await enrolByPasskey(browser, secret)
  return { ...browser, id, authenticator }
}

/** Uses a link up for a passkey, and signs in by that. */
export const enrolByPasskey = async (
  browser: Browser,
  secret: string,
  origin = baseUrl,
): Promise<Authenticator> => {
  const authenticator = await createAuthenticator(origin)
  const { body } = await browser.send('POST', '/admin/api/enrolment', { secret, step: 'start' })
  const answer = await authenticator.create(body.passkey)
  const given = { secret, step: 'passkey', name: 'Key', answer }
  const done = await browser.send('POST', '/admin/api/enrolment', given)
  if (done.status !== 200) throw new Error(`enrolment answered ${done.status}: ${JSON.stringify(done.body)}`)
  return authenticator
}

/** The answer to whoever shows a passkey, wrong in what is given. */
export const signInByPasskey = async (
  browser: Browser,
  authenticator: Authenticator,
  wrong?: Wrong,
): Promise<Answer> => {
  const { body } = await browser.send('POST', '/admin/api/session', { way: 'passkey' })
  const answer = await authenticator.get(body.passkey, wrong)
  return browser.send('POST', '/admin/api/session', { way: 'passkey', answer })
}
