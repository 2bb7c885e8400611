import type { Context } from 'hono'
import { html } from 'hono/html'
import { beginOidcSignIn } from '../auth/begin-oidc.ts'
import { finishOidcSignIn } from '../auth/finish-oidc.ts'
import { createFindProvider, type FindProvider } from '../auth/oidc-provider.ts'
import type { Deps } from '../deps.ts'
import { errorTable, hasCode, SluiceError } from '../errors.ts'
import { deleteOidcCookie, oidcCookieOf, setOidcCookie } from './oidc-cookie.ts'
import { optional } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { ownUrl } from './own-path.ts'
import { type App, route, serviceRoot } from './route.ts'
import { sessionCookieOf, setSessionCookie } from './session-cookie.ts'
import type { SignInPace } from './sign-in-pace.ts'

/** `GET /admin/api/oidc/start` and `/callback`: administrators sign in by OpenID Connect. People see these answers, as pages. */
export const registerOidc = (app: App, deps: Deps, pace: SignInPace): void => {
  const findProvider = createFindProvider(deps)
  route(app, serviceRoot(deps.config), '/admin/api/oidc/start', {
    get: {
      operationId: 'beginOidcSignIn',
      summary: 'Begin to sign in by OpenID Connect: leads the browser to the provider',
      tags: ['Administration'],
      parameters: [optional('query', 'to', 'The path of this service to come back to', '/jobs')],
      responses: {
        ...away('To the provider', 'https://idp.example.org/authorize?client_id=sluice'),
        ...outcomes(400, 403, 404, 429, 503),
      },
      access: 'public',
      refusesHead: true,
      handler: (c) => asPage(c, () => begin(c, deps, pace, findProvider)),
    },
  })
  route(app, serviceRoot(deps.config), '/admin/api/oidc/callback', {
    get: {
      operationId: 'finishOidcSignIn',
      summary: 'Where the provider leads the browser back to; signs the administrator in',
      tags: ['Administration'],
      parameters: [
        optional('query', 'code', 'The authorization code', 'SplxlOBeZQQYbYS6WxSbIA'),
        optional('query', 'state', 'As it was sent to the provider', 'af0ifjsldkj'),
        optional('query', 'iss', 'Who answers (RFC 9207)', 'https://idp.example.org'),
        optional('query', 'error', 'Instead of a code', 'access_denied'),
      ],
      responses: {
        ...away('To the path asked for at the beginning', 'http://127.0.0.1:8080/jobs'),
        ...outcomes(403, 404, 429, 503),
      },
      access: 'public',
      refusesHead: true,
      handler: (c) => asPage(c, () => finish(c, deps, pace, findProvider)),
    },
  })
}

const away = (description: string, example: string) => {
  const Location = {
    description: 'Where the browser goes next',
    schema: { type: 'string' as const },
    example,
  }
  return { 303: { description, headers: { Location } } }
}

/** Each begun is a row, and a question to the provider now and then. */
const begin = async (
  c: Context,
  deps: Deps,
  pace: SignInPace,
  findProvider: FindProvider,
): Promise<Response> => {
  const to = c.req.query('to') ?? '/'
  ownUrl(deps.config, to)
  pace.start(c.get('source'))
  const { url, browserSecret } = await beginOidcSignIn(deps, findProvider, to)
  setOidcCookie(c, deps.config, browserSecret)
  return c.redirect(url, 303)
}

const finish = async (
  c: Context,
  deps: Deps,
  pace: SignInPace,
  findProvider: FindProvider,
): Promise<Response> => {
  const { config } = deps
  const source = c.get('source')
  pace.begin(source)
  try {
    const { sessionSecret, to } = await finishOidcSignIn(deps, findProvider, {
      parameters: new URL(c.req.url).searchParams,
      browserSecret: oidcCookieOf(c, config) ?? '',
      source,
      replaces: sessionCookieOf(c, config),
    })
    pace.forgive(source)
    deleteOidcCookie(c, config)
    setSessionCookie(c, config, sessionSecret)
    return c.redirect(ownUrl(config, to), 303)
  } catch (error) {
    if (!hasCode(error, 'forbidden')) pace.forgive(source) // it was not he who failed
    throw error
  }
}

/** A person gets the sentence of a refusal on a page, with a way back; a program gets an OperationOutcome as everywhere. */
const asPage = async (c: Context, answer: () => Promise<Response>): Promise<Response> => {
  try {
    return await answer()
  } catch (error) {
    const isForPeople = c.req.header('accept')?.includes('text/html') === true
    if (!isForPeople || !(error instanceof SluiceError) || errorTable[error.code].status === 500) throw error
    await c.get('noteRefusal')(error)
    return c.html(page(error.message), errorTable[error.code].status)
  }
}

const page = (sentence: string) => html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sluice</title>
<h1>You are not signed in</h1>
<p>${sentence}.</p>
<p><a href="../../../">Back to the beginning</a></p>
</html>
`
