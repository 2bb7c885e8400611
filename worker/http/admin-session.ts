import type { Context } from 'hono'
import { proxySessionId } from '../auth/authenticate-proxy.ts'
import { authenticateSession } from '../auth/authenticate-session.ts'
import { endSession } from '../auth/end-session.ts'
import { requestOptions } from '../auth/passkey-options.ts'
import { type AdministratorPrincipal, actorOf } from '../auth/principal.ts'
import { relyingPartyOf } from '../auth/relying-party.ts'
import { signInByAccessKey } from '../auth/sign-in-by-access-key.ts'
import { signInByPasskey } from '../auth/sign-in-by-passkey.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { formatInstant } from '../fhir/instant.ts'
import { isAdministered } from '../store/administrators.ts'
import { readSession } from '../store/sessions.ts'
import { jsonAnswer, jsonRequest } from './json-body.ts'
import { noStore } from './no-store.ts'
import { outcomes } from './openapi-responses.ts'
import { assertOwnForm } from './own-page.ts'
import { formParameter } from './own-page-parameter.ts'
import { readForm } from './read-form.ts'
import { type App, route, serviceRoot } from './route.ts'
import { removeSessionCookie, sessionCookieOf, setSessionCookie } from './session-cookie.ts'
import { assertSignsIn, attempt } from './sign-in-attempt.ts'
import type { SignInPace } from './sign-in-pace.ts'
import {
  exampleSignedIn,
  type SessionInfoShown,
  type SignedInShown,
  type SignInAnswerShown,
  signInRequest,
} from './sign-in-schemas.ts'

/** `/admin/api/session`: who is signed in, to sign in, and to sign out. */
export const registerAdminSession = (app: App, deps: Deps, pace: SignInPace): void => {
  const ways = { passkey: true, accessKey: true, oidc: false, proxy: false, setup: false }
  route(app, serviceRoot(deps.config), '/admin/api/session', {
    get: {
      operationId: 'readSession',
      summary: 'Who is signed in, or which ways to sign in there are',
      tags: ['Administration'],
      responses: {
        200: jsonAnswer('Who asks', 'SessionInfo', {
          auth: 'smart',
          origin: 'https://sluice.example.org',
          administrator: exampleSignedIn,
          ways,
        }),
        ...outcomes(401, 403, 503),
      },
      access: 'public',
      handler: (c) => answerSession(c, deps),
    },
    post: {
      operationId: 'signIn',
      summary: 'Sign in by a passkey or an access key',
      description:
        'By a passkey in two steps: the first answers what the browser is to be asked for, the second takes what it answered. The session is a cookie, with a secret that is new at each signing in.',
      tags: ['Administration'],
      parameters: [formParameter],
      requestBody: jsonRequest('SignInRequest', { way: 'access-key', accessKey: 'slk_…' }),
      responses: {
        200: jsonAnswer('What to ask the browser for, or who is signed in now', 'SignInAnswer', {
          administrator: exampleSignedIn,
        }),
        ...outcomes(400, 401, 403, 404, 413, 415, 429, 503),
      },
      access: 'public',
      handler: (c) => signIn(c, deps, pace),
    },
    delete: {
      operationId: 'signOut',
      summary: 'Sign out',
      tags: ['Administration'],
      parameters: [formParameter],
      responses: { 204: { description: 'Nobody is signed in now' }, ...outcomes(403, 503) },
      access: 'public',
      handler: (c) => signOut(c, deps),
    },
  })
}

const answerSession = async (c: Context, deps: Deps): Promise<Response> => {
  const { config, db, clock } = deps
  const isOpen = config.auth === 'open'
  const principal = await c.get('identify')()
  const isMissing = !isOpen && config.setupToken !== undefined && !(await isAdministered(db, clock.now()))
  const shown: SessionInfoShown = {
    auth: config.auth,
    origin: c.get('ownOrigin'),
    ...(principal?.kind === 'administrator' ? { administrator: await showSignedIn(deps, principal) } : {}),
    ways: {
      passkey: !isOpen && relyingPartyOf(config) !== undefined,
      accessKey: !isOpen,
      oidc: !isOpen && config.oidc !== undefined,
      proxy: !isOpen && config.cloudflareAccess !== undefined,
      setup: isMissing,
    },
  }
  return c.json(shown, 200, noStore)
}

const showSignedIn = async (
  { db, clock }: Deps,
  { administratorId: id, name, role, session }: AdministratorPrincipal,
): Promise<SignedInShown> => {
  if (session === undefined) return { id, name, role, method: 'access-key' }
  if (session.sessionId === proxySessionId) return { id, name, role, method: 'proxy' }
  const found = await readSession(db, session.sessionId, clock.now())
  if (found === undefined)
    throw new SluiceError('unauthenticated', 'Cannot tell who you are: the session has ended')
  return { id, name, role, method: found.method, expiresAt: formatInstant(found.expiresAt) }
}

const signIn = async (c: Context, deps: Deps, pace: SignInPace): Promise<Response> => {
  assertSignsIn(deps)
  assertOwnForm(c)
  const { way, accessKey, answer } = await readForm(c, signInRequest)
  const source = c.get('source')
  const replaces = sessionCookieOf(c, deps.config)
  switch (way) {
    case 'access-key': {
      if (accessKey === undefined) throw missing('accessKey')
      const signed = () => signInByAccessKey(deps, { accessKey, source, replaces })
      return answerSignedIn(c, deps, await attempt(c, deps, pace, way, signed))
    }
    case 'passkey': {
      if (answer === undefined) return answerChallenge(c, deps, pace)
      const signed = () => signInByPasskey(deps, { answer, source, replaces })
      return answerSignedIn(c, deps, await attempt(c, deps, pace, way, signed))
    }
    default:
      return way satisfies never
  }
}

const answerChallenge = async (c: Context, deps: Deps, pace: SignInPace): Promise<Response> => {
  pace.start(c.get('source'))
  const shown: SignInAnswerShown = { passkey: await requestOptions(deps) }
  return c.json(shown, 200, noStore)
}

const answerSignedIn = async (c: Context, deps: Deps, secret: string): Promise<Response> => {
  const principal = await authenticateSession(deps, secret)
  if (principal?.kind !== 'administrator')
    throw new SluiceError('conflict', 'Cannot sign in: the session was ended at once')
  setSessionCookie(c, deps.config, secret)
  const shown: SignInAnswerShown = { administrator: await showSignedIn(deps, principal) }
  return c.json(shown, 200, noStore)
}

/** Works for whom nobody knows, too: then there is only a cookie to take away. */
const signOut = async (c: Context, deps: Deps): Promise<Response> => {
  assertOwnForm(c)
  const cookie = sessionCookieOf(c, deps.config)
  const principal = cookie === undefined ? undefined : await authenticateSession(deps, cookie)
  if (principal?.kind === 'administrator' && principal.session !== undefined) {
    const session = await readSession(deps.db, principal.session.sessionId, deps.clock.now())
    if (session !== undefined) await endSession(deps, session, actorOf(principal, c.get('source')))
  }
  removeSessionCookie(c, deps.config)
  return c.body(null, 204, noStore)
}

const missing = (name: string): SluiceError =>
  new SluiceError('invalid', `Cannot read body: "${name}" is missing`)
