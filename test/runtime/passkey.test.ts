import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser, enrolByPasskey, signInByPasskey } from '../support/browser-of.ts'
import { setupToken, smartEnvironment } from '../support/principals.ts'
import { startR2Server } from '../support/r2-server.ts'
import { isSqldMissing, startSqld } from '../support/sqld-server.ts'
import { startWorker, type WorkerServer } from '../support/worker-server.ts'

/** What verifies passkeys is loaded when it is first wanted, and leans on much of WebCrypto: so it is tried on workerd itself. */
describe.skipIf(isSqldMissing)('Administrators on Workers', { timeout: 120_000 }, () => {
  const closing: (() => Promise<unknown>)[] = []
  let worker: WorkerServer
  beforeAll(async () => {
    const [sqld, r2] = [await startSqld(), await startR2Server()]
    worker = await startWorker({
      ...smartEnvironment,
      BASE_URL: 'http://localhost',
      SETUP_TOKEN: setupToken,
      DATABASE_URL: sqld.url,
      ...r2.environment('passkey'),
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
    const browser = createBrowser({ request: (path, init) => fetch(worker.url + path, init) })
    const setUp = (name: string) => browser.send('POST', '/admin/api/setup', { setupToken, name })
    const made = await setUp('Ada')
    expect(made.status).toBe(201)
    expect((await setUp('Eve')).status).toBe(409)
    const secret = String(made.body.link).split('#')[1] ?? ''
    const authenticator = await enrolByPasskey(browser, secret, 'http://localhost')
    const first = browser.cookie()
    expect((await signInByPasskey(browser, authenticator)).status).toBe(200)
    const second = browser.cookie()
    expect(second).not.toBe(first)
    const jobs = (held: string) => fetch(`${worker.url}/admin/api/jobs`, { headers: { cookie: held } })
    expect((await jobs(second)).status).toBe(200)
    expect((await jobs(first)).status).toBe(401)
  })
})
