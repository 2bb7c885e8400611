import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createClient } from '@libsql/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../worker/config.ts'
import { type RunningServer, serve } from '../../worker/node.ts'
import { type TestProvider, testProvider } from '../support/oidc-provider.ts'
import { onDisk } from '../support/on-disk.ts'
import { smartEnvironment } from '../support/principals.ts'

/** The same by HTTP: a real server of Node, and a provider that listens on a port of its own. */

const clientSecret = 'oidc-client-secret'
let folder: string
let listener: Server
let provider: TestProvider
let server: RunningServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-oidc-'))
  listener = createServer(async (request, response) => {
    const { status, headers, body } = await provider.askRemote({
      url: `${provider.issuer}${request.url}`,
      method: request.method === 'POST' ? 'POST' : 'GET',
      headers: { authorization: request.headers.authorization ?? '' },
      body: await text(request),
    })
    response.writeHead(status, Object.fromEntries(headers)).end(body)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  provider = await testProvider({ issuer: `http://${host}`, clientId: 'sluice', clientSecret, now: Date.now })
  const { AUTH, SECRET_KEY } = smartEnvironment
  server = await serve(
    loadConfig(
      {
        AUTH,
        SECRET_KEY,
        PORT: '0',
        ...onDisk(folder),
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: 'sluice',
        OIDC_CLIENT_SECRET: clientSecret,
        OIDC_ADMINS: 'sluice-admins',
        PRIVATE_HOSTS: host,
      },
      'node',
    ),
  )
})
afterAll(async () => {
  await server.close()
  listener.close()
  await rm(folder, { recursive: true })
})

const manually = { redirect: 'manual' } as const
const cookieOf = (response: Response, name: string): string => {
  const line = response.headers.getSetCookie().find((each) => each.startsWith(`${name}=`)) ?? ''
  return line.slice(0, line.indexOf(';'))
}

test('An administrator signs in by OpenID Connect over HTTP, and the audit knows from which address', async () => {
  const { baseUrl } = server.config
  const start = await fetch(`${baseUrl}/admin/api/oidc/start?to=/jobs`, manually)
  expect(start.status).toBe(303)
  const back = provider.authorize(start.headers.get('location') ?? '')
  const cookie = cookieOf(start, 'sluice-oidc')
  expect((await fetch(back, manually)).status).toBe(403) // without the cookie
  const signedIn = await fetch(back, { ...manually, headers: { cookie } })
  expect(signedIn.status).toBe(303)
  expect(signedIn.headers.get('location')).toBe(`${baseUrl}/jobs`)

  const session = { cookie: cookieOf(signedIn, 'sluice') }
  const own = { ...session, 'sec-fetch-site': 'same-origin' }
  const other = { ...session, 'sec-fetch-site': 'cross-site' }
  expect((await fetch(`${baseUrl}/admin/api/service`, { headers: own })).status).toBe(200)
  expect((await fetch(`${baseUrl}/admin/api/service`, { headers: other })).status).toBe(403)

  const db = createClient({ url: server.config.databaseUrl })
  const { rows } = await db.execute(
    "select distinct actor_name, source from audit_event where action <> 'access.refused'",
  )
  expect(rows).toMatchObject([{ actor_name: 'Ada', source: '127.0.0.1' }])
  db.close()
})
