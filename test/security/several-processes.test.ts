import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changeAdministrator } from '../../worker/auth/change-administrator.ts'
import { getPublicKeys } from '../../worker/auth/signing-keys.ts'
import type { Deps } from '../../worker/deps.ts'
import { createApp } from '../../worker/http/app.ts'
import { randomId } from '../../worker/platform/ids.ts'
import { createRemoteDb } from '../../worker/store/open-remote-database.ts'
import { auditOf } from '../support/audit-rows.ts'
import { bearer } from '../support/bearer.ts'
import { baseUrl, createBrowser, enrolled, enrolledByPasskey, invite } from '../support/browser-of.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { setupToken, smartEnvironment } from '../support/principals.ts'
import { postForm, proofOf, registerClient, tokenForm } from '../support/smart.ts'
import { isSqldMissing, type SqldServer, startSqld } from '../support/sqld-server.ts'

describe.skipIf(isSqldMissing)('Several processes on a libSQL server', { timeout: 60_000 }, () => {
  let sqld: SqldServer
  beforeAll(async () => {
    sqld = await startSqld()
  })
  afterAll(() => sqld.stop())

  /** The harness, and processes beside it, whose requests come from pages of ours. */
  let h: Harness
  let others: Harness[]
  beforeEach(async () => {
    h = await createHarness({}, undefined, await sqld.emptied(), {
      ...smartEnvironment,
      BASE_URL: baseUrl,
      SETUP_TOKEN: setupToken,
    })
    others = Array.from({ length: 4 }, () => {
      const deps: Deps = { ...h.deps, db: createRemoteDb(sqld.connect()), newId: randomId }
      const app = createApp(deps, () => {})
      return { ...h, deps, request: async (path, init) => app.request(path, init) }
    })
  })
  afterEach(() => {
    for (const { deps } of others) deps.db.close()
    h.close()
  })
  const tally = (statuses: readonly number[]) => statuses.toSorted((a, b) => a - b)

  test('let one of those in who use an enrolment link at once', async () => {
    const { secret } = await invite(h)
    const body = { secret, step: 'access-key' }
    const answers = await Promise.all(
      others.map((each) => createBrowser(each).send('POST', '/admin/api/enrolment', body)),
    )
    expect(tally(answers.map(({ status }) => status))).toEqual([200, 401, 401, 401])
    for (const table of ['access_key', 'session'] as const)
      expect(await h.deps.db.query.selectFrom(table).selectAll().execute()).toHaveLength(1)
    expect(await h.deps.db.query.selectFrom('enrolment').selectAll().execute()).toEqual([])
    expect((await auditOf(h, 'access-key.create')).length).toBe(1)
  })

  test('make one first administrator', async () => {
    const body = { setupToken, name: 'Ada' }
    const answers = await Promise.all(
      others.map((each) => createBrowser(each).send('POST', '/admin/api/setup', body)),
    )
    expect(tally(answers.map(({ status }) => status))).toEqual([201, 409, 409, 409])
    expect(await auditOf(h, 'administrator.create')).toHaveLength(1)
  })

  test('keep one of two administrators who suspend each other', async () => {
    const [ada, eve] = [await enrolled(h, 'Ada'), await enrolled(h, 'Eve')]
    const actor = { kind: 'system' } as const
    const both = await Promise.allSettled(
      [ada, eve].map(({ id: administratorId }, n) =>
        changeAdministrator(others[n]?.deps ?? h.deps, { administratorId, isSuspended: true, actor }),
      ),
    )
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await auditOf(h, 'administrator.change')).toHaveLength(1)
  })

  test('give one token for an assertion that is sent to all of them, signed by the one key they make', async () => {
    const client = await registerClient(h)
    const form = tokenForm(await client.assertion())
    const answers = await Promise.all(
      [...others, ...others].map((each) => postForm(each, '/auth/token', form)),
    )
    expect(tally(answers.map(({ status }) => status))).toEqual([200, ...Array.from({ length: 7 }, () => 401)])
    const sets = await Promise.all(others.map(async ({ deps }) => JSON.stringify(await getPublicKeys(deps))))
    expect(new Set(sets).size).toBe(1)
    expect(JSON.parse(sets[0] ?? '[]')).toHaveLength(1)
    const issued = await auditOf(h, 'token.issue')
    expect(issued.filter(({ outcome }) => outcome === 'success')).toHaveLength(1)
    const token = await client.token()
    const headers = bearer(token)
    for (const each of others)
      expect((await each.request('/fhir/$export-status', { headers })).status).toBe(200)
    const revoked = { ...proofOf(await client.assertion()), token }
    expect((await postForm(h, '/auth/revoke', revoked)).status).toBe(200)
    for (const each of others)
      expect((await each.request('/fhir/$export-status', { headers })).status).toBe(401)
  })

  test('take the answer to the challenge of a passkey once, and end its sessions everywhere', async () => {
    const ada = await enrolledByPasskey(h)
    const asked = await createBrowser(h).send('POST', '/admin/api/session', { way: 'passkey' })
    const answer = await ada.authenticator.get(asked.body.passkey)
    const browsers = others.map((each) => createBrowser(each))
    const answers = await Promise.all(
      browsers.map((each) => each.send('POST', '/admin/api/session', { way: 'passkey', answer })),
    )
    expect(tally(answers.map(({ status }) => status))).toEqual([200, 401, 401, 401])
    const [passkey] = await h.deps.db.query.selectFrom('passkey').select('credential_id').execute()
    const path = `/admin/api/passkeys/${passkey?.credential_id}`
    expect((await ada.send('DELETE', path)).status).toBe(204)
    for (const each of [ada, ...browsers])
      expect((await each.send('GET', '/admin/api/sessions')).status).toBe(401)
  })
})
