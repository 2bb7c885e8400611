import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { settingNotes } from '../../worker/config/setting-note.ts'
import { settings } from '../../worker/config/settings.ts'
import { loadConfig } from '../../worker/config.ts'
import type { Deps } from '../../worker/deps.ts'
import { runSweep } from '../../worker/export/sweep.ts'
import { runTick } from '../../worker/export/tick.ts'
import { createApp } from '../../worker/http/app.ts'
import type { App } from '../../worker/http/route.ts'
import { openObjectStorage } from '../../worker/open-storage.ts'
import { consoleLog } from '../../worker/platform/log.ts'
import type { AskRemote } from '../../worker/platform/remote.ts'
import { connectPerCall, createRemoteDb } from '../../worker/store/open-remote-database.ts'
import { bearer } from '../support/bearer.ts'
import { ownPage } from '../support/browser-of.ts'
import { createHarness, type Harness, statusPathOf } from '../support/harness.ts'
import { administrator } from '../support/principals.ts'

/**
 * Recognisable secrets in every secret setting and in all credentials; a database, a storage and an identity provider that answer with
 * errors that repeat all they were sent. Then everything is made to fail, at `LOG_LEVEL=debug`, and all that comes out is read.
 */

const canary = (name: string): string => `CANARY-${name}-5ecret-${'x'.repeat(32)}`

/** Every setting that is a secret: one that is forgotten here fails the first test below. */
const secretSettings: Readonly<Record<string, string>> = {
  SECRET_KEY: canary('secret-key'),
  SETUP_TOKEN: canary('setup-token'),
  OIDC_CLIENT_SECRET: canary('oidc'),
  DATABASE_AUTH_TOKEN: canary('database'),
  AWS_ACCESS_KEY_ID: canary('access-key-id'),
  AWS_SECRET_ACCESS_KEY: canary('secret-access-key'),
  AWS_SESSION_TOKEN: canary('session-token'),
}
const jwtOf = (name: string): string =>
  [{ alg: 'RS256', kid: name }, { iss: 'x', sub: 'x' }, 'sig']
    .map((part) => Buffer.from(JSON.stringify({ part, name: canary(name) })).toString('base64url'))
    .join('.')
const credentials = {
  token: canary('token'),
  jwt: jwtOf('jwt'),
  key: `slk_${canary('key')}`,
  session: canary('session'),
  assertion: jwtOf('assertion'),
  code: canary('code'),
  body: canary('body'),
}

/** How a secret may look: as it is, in a URL, and in Base64. */
const forms = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
]
const forbidden = [...Object.values(secretSettings), ...Object.values(credentials)].flatMap(forms)
const expectClean = (what: string, where: string): void => {
  for (const secret of forbidden) {
    if (what.includes(secret)) throw new Error(`${where} holds "${secret}": ${what.slice(0, 2000)}`)
  }
  expect(what, where).not.toMatch(/CANARY/)
}

let echo: Server
let echoUrl: string
let status = 500
let heard = 0
beforeAll(async () => {
  echo = createServer(async (request, response) => {
    heard++
    const all: { url: string | undefined; headers: IncomingHttpHeaders; body: string } = {
      url: request.url,
      headers: request.headers,
      body: await text(request),
    }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({ error: JSON.stringify(all), message: JSON.stringify(all), code: 'SQLITE_ERROR' }),
    )
  }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const address = echo.address()
  echoUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => {
  echo.closeAllConnections()
  echo.close()
})

let lines: string[]
let h: Harness
beforeEach(async () => {
  lines = []
  for (const name of ['log', 'error', 'warn', 'info', 'debug'] as const)
    vi.spyOn(console, name).mockImplementation((...given: readonly unknown[]) => {
      lines.push(given.map((each) => (each instanceof Error ? each.stack : String(each))).join(' '))
    })
  const environment = {
    ...secretSettings,
    AUTH: 'smart',
    BASE_URL: 'http://127.0.0.1:8080',
    LOG_LEVEL: 'debug',
    DATABASE_URL: echoUrl,
    STORAGE_URL: `s3://bucket/p?endpoint=${echoUrl}&region=x&pathStyle=true`,
    OIDC_ISSUER: 'https://idp.example.org',
    OIDC_CLIENT_ID: 'sluice',
    OIDC_ADMINS: 'admins',
    CF_ACCESS_TEAM: 'clinic.cloudflareaccess.com',
    CF_ACCESS_AUD: 'a'.repeat(64),
    CF_ACCESS_ADMINS: 'ada@example.org',
    ISSUERS: '[{"name":"x","issuer":"x","audience":"y","jwksUrl":"https://x.example.org/jwks"}]',
  }
  h = await createHarness(
    { retryLimit: 1 },
    openObjectStorage(loadConfig(environment, 'node')),
    undefined,
    environment,
  )
  await h.load([{ resourceType: 'Patient', id: 'p' }])
})
afterEach(() => {
  vi.restoreAllMocks()
  h.close()
})

/** Whoever is asked for keys or tokens repeats what he was sent. */
const repeat: AskRemote = async (request) => ({
  status,
  headers: new Headers({ 'x-sent': JSON.stringify(request.headers ?? {}).slice(0, 500) }),
  body: JSON.stringify({ error: 'invalid_grant', error_description: JSON.stringify(request) }),
})

/** The same, but that its discovery document is in order: so the secrets of a sign-in get as far as its token endpoint. */
const repeatLater: AskRemote = async (request) => {
  const issuer = 'https://idp.example.org'
  if (!request.url.endsWith('/openid-configuration')) return repeat(request)
  const endpoints = {
    authorization_endpoint: `${issuer}/a`,
    token_endpoint: `${issuer}/t`,
    jwks_uri: `${issuer}/k`,
  }
  return { status: 200, headers: new Headers(), body: JSON.stringify({ issuer, ...endpoints }) }
}

const loggingDeps = (): Deps => ({
  ...h.deps,
  log: consoleLog('debug', h.clock.now),
  askRemote: repeat,
})

type Shown = Readonly<Record<string, string>>
const shownCredentials: readonly Shown[] = [
  {},
  bearer(credentials.token),
  bearer(credentials.jwt),
  bearer(credentials.key),
  { authorization: `Basic ${Buffer.from(credentials.token).toString('base64')}` },
  { authorization: credentials.token },
  {
    cookie: `sluice=${credentials.session}; sluice-oidc=${credentials.session}`,
    ...ownPage,
  },
  { 'cf-access-jwt-assertion': credentials.assertion, ...ownPage },
  { 'cf-access-jwt-assertion': credentials.token },
]
const secretFields = [
  'access_token',
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'key',
  'password',
  'secret',
  'setupToken',
  'token',
]
const bodies = [
  {
    type: 'application/json',
    body: JSON.stringify(Object.fromEntries(secretFields.map((name) => [name, credentials.body]))),
  },
  {
    type: 'application/x-www-form-urlencoded',
    body: new URLSearchParams([
      ['grant_type', 'client_credentials'],
      ...secretFields.map((name) => [name, credentials.body]),
    ]).toString(),
  },
  { type: 'application/json', body: JSON.stringify({ way: 'access-key', accessKey: credentials.key }) },
  { type: 'application/json', body: `{"token": "${credentials.body}" "broken` },
]

/** All routes there are, each with something for what stands in its path. */
const routesOf = (app: App): readonly { readonly method: string; readonly path: string }[] => {
  const found = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => ({
      method,
      path: path
        .replaceAll(':type', 'Patient')
        .replaceAll(':versionId', '1')
        .replaceAll(/:\w+/g, 'p')
        .replaceAll('*', 'x'),
    }))
  return [...new Map(found.map((route) => [`${route.method} ${route.path}`, route])).values()]
}

const ask = async (app: App, path: string, init: RequestInit): Promise<void> => {
  const response = await app.request(path, { ...init, headers: { host: 'localhost', ...init.headers } })
  const where = `${init.method} ${path} ${JSON.stringify(init.headers ?? {}).slice(0, 60)}`
  expectClean(`${response.status} ${JSON.stringify([...response.headers])}`, `headers of ${where}`)
  expectClean(await response.text(), `answer to ${where}`)
}

/** Every route, with every kind of credentials, and secrets in URLs and bodies. */
const askEverything = async (app: App): Promise<void> => {
  for (const { method, path } of routesOf(app)) {
    for (const headers of shownCredentials) await ask(app, path, { method, headers })
    const query = new URLSearchParams(secretFields.map((name) => [name, credentials.code]))
    await ask(app, `${path}?${query}`, { method })
    await ask(app, `${path}?code=${credentials.code}&state=${credentials.code}`, { method })
    if (method === 'GET') continue
    for (const { type, body } of bodies)
      await ask(app, path, { method, body, headers: { ...ownPage, 'content-type': type } })
  }
}

describe('A secret', () => {
  test('of every setting is among those looked for', () => {
    const names = Object.entries(settings.shape).flatMap(([name, schema]) =>
      settingNotes.get(schema)?.isSecret === true ? [name] : [],
    )
    expect(Object.keys(secretSettings).sort()).toEqual(names.sort())
  })

  test('is not shown by a configuration that is refused', () => {
    const wrong = {
      ...secretSettings,
      SECRET_KEY: 'CANARY-short',
      SETUP_TOKEN: 'CANARY\u0001',
      AUTH: 'smart',
    }
    const urls = {
      DATABASE_URL: `libsqlx://me:CANARY@host/?authToken=CANARY`,
      STORAGE_URL: `s3x://me:CANARY@bucket?secret=CANARY`,
      BASE_URL: 'http://me:CANARY@host/?CANARY',
    }
    let message = ''
    try {
      loadConfig({ ...wrong, ...urls }, 'node')
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('Cannot use SECRET_KEY "…"')
    expect(message).toContain('Cannot use DATABASE_URL')
    expectClean(message, 'the refusal')
  })

  test('is in no answer and no line of the log, whatever strangers ask, while all is well', {
    timeout: 60_000,
  }, async () => {
    for (status of [200, 500]) await askEverything(createApp(loggingDeps(), () => {}))
    expectClean(lines.join('\n'), 'the log')
  })

  test('is in none when the identity provider repeats it in its errors', async () => {
    const asked: string[] = []
    const askRemote: AskRemote = (request) => {
      asked.push(JSON.stringify(request))
      return repeatLater(request)
    }
    const app = createApp({ ...loggingDeps(), askRemote }, () => {})
    for (status of [200, 400, 500]) {
      const start = await app.request('/admin/api/oidc/start')
      const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? ''
      const cookie = /^[^;]+/.exec(start.headers.getSetCookie()[0] ?? '')?.[0] ?? ''
      const path = `/admin/api/oidc/callback?code=${credentials.code}&state=${state}`
      for (const accept of ['text/html', '*/*'])
        await ask(app, path, { method: 'GET', headers: { cookie, accept } })
      expect(asked.at(-1)).toContain(credentials.code)
      const { authorization = '' } = JSON.parse(asked.at(-1) ?? '').headers
      expect(decodeURIComponent(atob(authorization.slice(6)))).toContain(canary('oidc'))
      expect(lines.join('\n')).not.toContain(state)
    }
    expect(lines.length).toBeGreaterThan(0)
    expectClean(lines.join('\n'), 'the log')
  })

  test('is in none when the database repeats it in its errors', { timeout: 60_000 }, async () => {
    const { databaseUrl: url, databaseAuthToken: authToken } = h.deps.config
    const db = createRemoteDb(connectPerCall({ url, authToken }))
    const deps = { ...loggingDeps(), db }
    for (status of [401, 500, 200]) {
      const before = heard
      await askEverything(createApp(deps, () => {}))
      const app = createApp(
        deps,
        () => {},
        undefined,
        async () => administrator(),
      )
      for (const { method, path } of routesOf(app)) await ask(app, path, { method })
      expect(heard).toBeGreaterThan(before)
      for (const run of [runTick, runSweep])
        expectClean(String(await run(deps).catch((error: unknown) => error)), 'an error of the engine')
    }
    expect(lines.length).toBeGreaterThan(0)
    expectClean(lines.join('\n'), 'the log')
  })

  test('is in none when the storage repeats it in its errors: neither of the job, nor of its row, nor of the administrator', async () => {
    const deps = loggingDeps()
    const app = createApp(
      deps,
      () => {},
      undefined,
      async () => administrator(),
    )
    const kickOff = await app.request('/fhir/$export?_type=Patient')
    expect(kickOff.status).toBe(202)
    const statusPath = statusPathOf(kickOff)
    let answer = await app.request(statusPath)
    for (let round = 0; answer.status === 202 && round < 1000; round++) {
      status = [500, 403, 200][round % 3] ?? 500
      if (!(await runTick(deps))) h.clock.advance(60_000)
      answer = await app.request(statusPath)
    }
    expect(answer.status).toBe(500)
    expectClean(await answer.text(), 'the status of the job')
    for (const { method, path } of routesOf(app).filter(({ method }) => method === 'GET'))
      await ask(app, path.replace('/p', `/${statusPath.split('/').at(-1)}`), { method })
    for (const table of ['job', 'work_unit', 'export_file', 'audit_event'] as const) {
      const rows = await h.deps.db.query.selectFrom(table).selectAll().execute()
      expectClean(JSON.stringify(rows), `the table ${table}`)
    }
    await runSweep(deps)
    expect(lines.length).toBeGreaterThan(0)
    expectClean(lines.join('\n'), 'the log')
  })

  test('is in no `request` of a manifest and no job, for a URL with one starts nothing', async () => {
    const app = createApp(
      loggingDeps(),
      () => {},
      undefined,
      async () => administrator(),
    )
    const response = await app.request(`/fhir/$export?_type=Patient&access_token=${credentials.token}`)
    expect(response.status).toBe(400)
    expectClean(await response.text(), 'the refusal')
    expect(await h.deps.db.query.selectFrom('job').selectAll().execute()).toEqual([])
  })

  test('is never a reason to repeat the stack or the text of an error that nobody foresaw', async () => {
    const broken = new Error(`boom ${credentials.token}`)
    const app = createApp(
      loggingDeps(),
      () => {},
      undefined,
      async () => {
        throw broken
      },
    )
    const response = await app.request('/fhir/$export')
    expect(response.status).toBe(500)
    expectClean(await response.text(), 'the answer')
  })
})
