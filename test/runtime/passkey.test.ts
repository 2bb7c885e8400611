import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAuthenticator } from '../support/authenticator.ts'
import { smartEnvironment } from '../support/principals.ts'
import { startR2Server } from '../support/r2-server.ts'
import { isSqldMissing, startSqld } from '../support/sqld-server.ts'
import { startWorker, type WorkerServer } from '../support/worker-server.ts'

/** What verifies passkeys is loaded when it is first wanted, and leans on much of WebCrypto: so it is tried on workerd itself. */
describe.skipIf(isSqldMissing)('Administrators on Workers', { timeout: 120_000 }, () => {
  const setupToken = 'a-token-of-more-than-22-characters'
  const closing: (() => Promise<unknown>)[] = []
  let worker: WorkerServer
  beforeAll(async () => {
    const [sqld, r2] = [await startSqld(), await startR2Server()]
    worker = await startWorker({
      ...smartEnvironment,
      BASE_URL: 'http://localhost',
      SETUP_TOKEN: setupToken,
      DATABASE_URL: sqld.url,
      STORAGE_URL: r2.storageUrl('passkey'),
      AWS_ACCESS_KEY_ID: r2.options.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: r2.options.credentials.secretAccessKey,
    })
    closing.push(
      () => worker.stop(),
      () => r2.close(),
      () => sqld.stop(),
    )
  }, 120_000)
  afterAll(async () => {
    for (const close of closing) await close()
  })

  test('set up, enrol by a passkey, and sign in by it', async () => {
    let cookie = ''
    const post = async (path: string, body: object) => {
      const response = await fetch(worker.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-sluice-form': '1', cookie },
        body: JSON.stringify(body),
      })
      cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
      return { status: response.status, body: (await response.json()) as Record<string, never> }
    }
    const made = await post('/admin/api/setup', { setupToken, name: 'Ada' })
    expect(made.status).toBe(201)
    expect((await post('/admin/api/setup', { setupToken, name: 'Eve' })).status).toBe(409)
    const secret = String(made.body.link).split('#')[1] ?? ''
    const authenticator = await createAuthenticator('http://localhost')
    const begun = await post('/admin/api/enrolment', { secret, step: 'start' })
    const answer = await authenticator.create(begun.body.passkey ?? { challenge: '', user: { id: '' } })
    expect((await post('/admin/api/enrolment', { secret, step: 'passkey', answer })).status).toBe(200)
    const first = cookie
    const asked = await post('/admin/api/session', { way: 'passkey' })
    const shown = await authenticator.get(asked.body.passkey ?? { challenge: '' })
    expect((await post('/admin/api/session', { way: 'passkey', answer: shown })).status).toBe(200)
    expect(cookie).not.toBe(first)
    const jobs = (held: string) => fetch(`${worker.url}/admin/api/jobs`, { headers: { cookie: held } })
    expect((await jobs(cookie)).status).toBe(200)
    expect((await jobs(first)).status).toBe(401)
  })
})
