import type { Context } from 'hono'
import { setUp } from '../auth/create-administrator.ts'
import { enrolByAccessKey, enrolByPasskey } from '../auth/finish-enrolment.ts'
import { actorOf } from '../auth/principal.ts'
import { openEnrolment, startEnrolment } from '../auth/start-enrolment.ts'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { formatInstant } from '../fhir/instant.ts'
import { exampleLink } from './administrator-schemas.ts'
import { jsonAnswer, jsonRequest } from './json-body.ts'
import { noStore } from './no-store.ts'
import { outcomes } from './openapi-responses.ts'
import { assertOwnForm } from './own-page.ts'
import { formParameter } from './own-page-parameter.ts'
import { readForm } from './read-form.ts'
import { type App, route, serviceRoot } from './route.ts'
import { exampleInstant } from './schema-parts.ts'
import { sessionCookieOf, setSessionCookie } from './session-cookie.ts'
import { showLink } from './show-administrator.ts'
import { assertSignsIn, attempt } from './sign-in-attempt.ts'
import type { SignInPace } from './sign-in-pace.ts'
import { type EnrolmentAnswerShown, enrolmentRequest, setupRequest } from './sign-in-schemas.ts'

/** `POST /admin/api/enrolment`, where an administrator enrols by his link, and `POST /admin/api/setup`, which makes the first one. */
export const registerAdminEnrolment = (app: App, deps: Deps, pace: SignInPace): void => {
  route(app, serviceRoot(deps.config), '/admin/api/enrolment', {
    post: {
      operationId: 'enrol',
      summary: 'Enrol as an administrator, by a link',
      description:
        'First tells with whom the link enrols, and what the browser is to be asked for. Then takes the passkey, or makes an access key: that uses the link up, and begins a session.',
      tags: ['Administration'],
      parameters: [formParameter],
      requestBody: jsonRequest('EnrolmentRequest', { secret: 'f3…', step: 'start' }),
      responses: {
        200: jsonAnswer('Who enrols', 'EnrolmentAnswer', {
          name: 'Ada',
          role: 'admin',
          expiresAt: exampleInstant,
        }),
        ...outcomes(400, 401, 403, 404, 409, 413, 415, 429, 503),
      },
      access: 'public',
      handler: (c) => enrol(c, deps, pace),
    },
  })
  route(app, serviceRoot(deps.config), '/admin/api/setup', {
    post: {
      operationId: 'setUp',
      summary: 'Make the first administrator, by `SETUP_TOKEN`',
      description: 'Only while there is no administrator who can sign in, or has a link that is still good.',
      tags: ['Administration'],
      parameters: [formParameter],
      requestBody: jsonRequest('SetupRequest', { setupToken: '…', name: 'Ada' }),
      responses: {
        201: jsonAnswer('The link by which he enrols', 'EnrolmentLink', exampleLink),
        ...outcomes(400, 401, 403, 404, 409, 413, 415, 429, 503),
      },
      access: 'public',
      handler: (c) => answerSetup(c, deps, pace),
    },
  })
}

const enrol = async (c: Context, deps: Deps, pace: SignInPace): Promise<Response> => {
  assertSignsIn(deps)
  assertOwnForm(c)
  const { secret, step, name, answer } = await readForm(c, enrolmentRequest)
  const enrolling = {
    secret,
    name: name ?? (step === 'passkey' ? 'Passkey' : 'Access key'),
    source: c.get('source'),
    replaces: sessionCookieOf(c, deps.config),
  }
  if (step === 'start') return start(c, deps, pace, secret)
  if (step === 'passkey' && answer === undefined)
    throw new SluiceError('invalid', 'Cannot read body: "answer" is missing')
  const shown = await attempt(c, deps, pace, 'enrolment', async () => {
    const { name, role } = await openEnrolment(deps, secret)
    const { accessKey, secret: session } =
      answer === undefined || step === 'access-key'
        ? await enrolByAccessKey(deps, enrolling)
        : { accessKey: undefined, secret: await enrolByPasskey(deps, enrolling, answer) }
    setSessionCookie(c, deps.config, session)
    return { name, role, ...(accessKey === undefined ? {} : { accessKey }) } satisfies EnrolmentAnswerShown
  })
  return c.json(shown, 200, noStore)
}

const start = async (c: Context, deps: Deps, pace: SignInPace, secret: string): Promise<Response> => {
  pace.start(c.get('source'))
  const { enrolment, passkey } = await attempt(c, deps, pace, 'enrolment', () => startEnrolment(deps, secret))
  const { name, role, expiresAt } = enrolment
  const shown: EnrolmentAnswerShown = {
    name,
    role,
    expiresAt: formatInstant(expiresAt),
    ...(passkey === undefined ? {} : { passkey }),
  }
  return c.json(shown, 200, noStore)
}

const answerSetup = async (c: Context, deps: Deps, pace: SignInPace): Promise<Response> => {
  assertSignsIn(deps)
  assertOwnForm(c)
  const { setupToken, name } = await readForm(c, setupRequest)
  const actor = actorOf(undefined, c.get('source'))
  const created = await attempt(c, deps, pace, 'setup', () => setUp(deps, { setupToken, name, actor }))
  return c.json(showLink(created.administrator, created.link), 201, noStore)
}
