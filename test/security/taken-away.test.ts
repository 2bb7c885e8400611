import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changeAdministrator } from '../../worker/auth/change-administrator.ts'
import { removeClient, suspendClient } from '../../worker/auth/change-client.ts'
import { createAccessKey } from '../../worker/auth/create-access-key.ts'
import { issueToken } from '../../worker/auth/issue-token.ts'
import { signInByAccessKey } from '../../worker/auth/sign-in-by-access-key.ts'
import { verifyAssertion } from '../../worker/auth/verify-assertion.ts'
import { loadConfig } from '../../worker/config.ts'
import type { Deps } from '../../worker/deps.ts'
import { runAgain } from '../../worker/export/run-again.ts'
import { createApp } from '../../worker/http/app.ts'
import { identifyByCredentials } from '../../worker/http/authenticate.ts'
import { warnOfConfig } from '../../worker/process/warn-of-config.ts'
import { revokeAccessKey } from '../../worker/store/access-keys.ts'
import { readAdministrator, updateAdministrator } from '../../worker/store/administrators.ts'
import { deleteClient } from '../../worker/store/clients.ts'
import type { Statement } from '../../worker/store/db.ts'
import { disownJobs } from '../../worker/store/end-job.ts'
import { auditOf } from '../support/audit-rows.ts'
import { bearer } from '../support/bearer.ts'
import { baseUrl, createBrowser, createHttpsHarness, enrolled } from '../support/browser-of.ts'
import type { Harness } from '../support/harness.ts'
import { smartEnvironment } from '../support/principals.ts'
import { makeKey, playClient, postForm, registerClient, tokenForm } from '../support/smart.ts'

/** What is taken away from somebody at the very moment in which he makes use of it. */

let h: Harness
beforeEach(async () => {
  h = await createHttpsHarness()
})
afterEach(() => h.close())

const actor = { kind: 'system' } as const

/** The deps of a process in which another one writes first, as soon as the clock is read or an id is made. */
const overtaken = (by: () => readonly [Statement, ...Statement[]]): Deps => {
  let isOvertaken = false
  const first = () => {
    if (isOvertaken) return
    isOvertaken = true
    h.deps.db.batch(by()).catch(() => {}) // what becomes of it is looked at afterwards
  }
  return {
    ...h.deps,
    newId: () => {
      first()
      return h.deps.newId()
    },
    clock: {
      ...h.deps.clock,
      now: () => {
        first()
        return h.deps.clock.now()
      },
    },
  }
}

/** The same, where the other one writes when an id is made: after what was read, before what is written. */
const overtakenAfterRead = (by: () => readonly [Statement, ...Statement[]]): Deps => ({
  ...overtaken(by),
  clock: h.deps.clock,
})

describe('An administrator', () => {
  test('who was suspended does not come back by a change of his name that was under way', async () => {
    await enrolled(h, 'Ada')
    const eve = await enrolled(h, 'Eve')
    const old = await readAdministrator(h.deps.db, eve.id)
    if (old === undefined) throw new Error('Eve is not there')
    const given = { now: h.clock.now(), mayBeLast: false }
    const suspend = () => [updateAdministrator(old, { ...old, suspendedAt: h.clock.now() }, given)] as const
    const change = { administratorId: eve.id, name: 'Eva', actor }
    await expect(changeAdministrator(overtaken(suspend), change)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('somebody else has changed him'),
    })
    expect(await readAdministrator(h.deps.db, eve.id)).toMatchObject({
      name: 'Eve',
      suspendedAt: h.clock.now(),
    })
    expect(await auditOf(h, 'administrator.change')).toEqual([])
  })

  test('gets no session by a key that is revoked while he signs in', async () => {
    const ada = await enrolled(h, 'Ada')
    const keyId = ada.accessKey.split('_')[1] ?? ''
    const revoke = () => [revokeAccessKey(keyId, h.clock.now())] as const
    const deps = overtaken(revoke)
    // The key is read first: the clock is read after that.
    const signIn = signInByAccessKey(deps, {
      accessKey: ada.accessKey,
      source: undefined,
      replaces: undefined,
    })
    await expect(signIn).rejects.toMatchObject({ code: 'invalid-token' })
    const methods = await h.deps.db.query.selectFrom('session').select('method').execute()
    expect(methods).toEqual([{ method: 'enrolment' }])
  })

  test('who is suspended gets no new key, which would wait for his return', async () => {
    await enrolled(h, 'Ada')
    const eve = await enrolled(h, 'Eve')
    await changeAdministrator(h.deps, { administratorId: eve.id, isSuspended: true, actor })
    const key = createAccessKey(h.deps, { administratorId: eve.id, name: 'x', expiresAt: undefined }, actor)
    await expect(key).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('A client', () => {
  test('that is forgotten while it asks leaves no token to the next one of its id', async () => {
    const client = await registerClient(h, 'system/*.rs')
    const shown = { assertion: await client.assertion(), clientId: undefined }
    const proven = await verifyAssertion(h.deps, shown, [`${baseUrl}/auth/token`])
    await removeClient(h.deps, { clientId: client.clientId }, actor)
    h.clock.advance(1)
    const { accessToken } = await issueToken(h.deps, proven, { scope: 'system/*.rs', source: undefined })
    await registerClient(h, 'system/*.rs')
    const headers = bearer(accessToken)
    expect((await h.request('/fhir/$export-status', { headers })).status).toBe(401)
    expect(await auditOf(h, 'token.issue')).toEqual([])
  })

  test.each(['forgotten', 'forgotten and registered anew', 'suspended'])(
    'that is %s while it kicks off an export leaves none to the next one of its id',
    async (fate) => {
      const client = await registerClient(h, 'system/*.rs')
      const headers = await client.bearer()
      const app = createApp(
        h.deps,
        () => {},
        undefined,
        async (c, deps) => {
          const principal = await identifyByCredentials(c, deps)
          const at = { clientId: client.clientId }
          await (fate === 'suspended' ? suspendClient : removeClient)(h.deps, at, actor)
          h.clock.advance(1)
          if (fate.endsWith('anew')) await registerClient(h, 'system/*.rs')
          return principal
        },
      )
      const answer = await app.request('/fhir/$export', { headers: { host: 'localhost', ...headers } })
      expect([answer.status, (await answer.json()).issue[0].diagnostics]).toEqual([
        401,
        'Cannot start the export: its client was just suspended or deleted',
      ])
      expect(await h.deps.db.query.selectFrom('job').selectAll().execute()).toEqual([])
      expect((await auditOf(h, 'export.kick-off')).map(({ outcome }) => outcome)).toEqual(['refused'])
    },
  )

  test('that is forgotten while its export is run again leaves none to the next one of its id', async () => {
    const client = await registerClient(h, 'system/*.rs')
    const kickOff = await h.request('/fhir/$export', { headers: await client.bearer() })
    const jobId = (kickOff.headers.get('content-location') ?? '').split('/').at(-1) ?? ''
    const forget = () => [disownJobs(client.clientId), deleteClient(client.clientId)] as const
    await expect(runAgain(overtakenAfterRead(forget), jobId, actor)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('removed just now, or its client was'),
    })
    const owners = await h.deps.db.query.selectFrom('job').select('client_id').execute()
    expect(owners).toEqual([{ client_id: null }])
  })

  test('that nobody could be called is not remembered by its name, however long that is', async () => {
    const stranger = playClient(h, 'x'.repeat(12_000), await makeKey())
    await stranger.ask()
    const [row] = await auditOf(h, 'token.issue')
    expect(row).toMatchObject({ outcome: 'refused', target: null })
  })

  test('fails too often from all addresses of one IPv6 network together', async () => {
    const statuses: number[] = []
    for (let n = 0; n < 22; n++) {
      const assertion = await playClient(h, `client-${n}`, await makeKey('ES256')).assertion()
      const from = { 'x-real-ip': `2001:db8:1:2::${(n + 1).toString(16)}` }
      const response = await postForm(h, '/auth/token', tokenForm(assertion), from)
      statuses.push(response.status)
    }
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 401), 429, 429])
    expect((await createBrowser(h).send('GET', '/auth/jwks')).status).toBe(200)
  })
})

describe('The configuration', () => {
  test.each([
    ['http://sluice.example.org', 1],
    ['https://sluice.example.org', 0],
    ['http://localhost:8080', 0],
  ])('with AUTH=smart at %s leads to %i warnings', (url, count) => {
    const warnings: string[] = []
    const config = loadConfig({ ...smartEnvironment, BASE_URL: url }, 'node')
    warnOfConfig({ config, log: (level, message) => warnings.push(`${level} ${message}`) })
    expect(warnings).toHaveLength(count)
  })

  const oidc = { OIDC_ISSUER: 'https://idp.example.org', OIDC_CLIENT_ID: 'sluice' }
  const plain = { ...oidc, OIDC_ISSUER: 'http://127.0.0.1:9000', OIDC_ADMINS: 'ops' }
  const cloudflare = { CF_ACCESS_TEAM: 'a.cloudflareaccess.com', CF_ACCESS_AUD: 'a'.repeat(64) }
  const issuer = { name: 'a', issuer: 'https://a', audience: 'x', jwksUrl: 'https://keys.internal/jwks' }
  test.each([
    [oidc, /^warn OIDC_ADMINS and OIDC_VIEWERS are empty, so nobody can sign in that way$/],
    [{ ...oidc, OIDC_VIEWERS: 'staff' }, undefined],
    [plain, /^warn OIDC_ISSUER cannot be asked unless PRIVATE_HOSTS names its host: .*not https$/],
    [{ ...plain, PRIVATE_HOSTS: '127.0.0.1:9000' }, undefined],
    [cloudflare, /^warn CF_ACCESS_ADMINS and CF_ACCESS_VIEWERS are empty/],
    [{ ISSUERS: JSON.stringify([issuer]) }, /^warn The jwksUrl of "a" in ISSUERS .*private network$/],
  ])('that would let nobody in, %j, is told of at the start', (environment, expected) => {
    const warnings: string[] = []
    const config = loadConfig({ ...smartEnvironment, ...environment }, 'node')
    warnOfConfig({ config, log: (level, message) => warnings.push(`${level} ${message}`) })
    expect(warnings).toEqual(expected === undefined ? [] : [expect.stringMatching(expected)])
  })

  test('says of issuers that are no list that they are none', () => {
    const load = () => loadConfig({ ...smartEnvironment, ISSUERS: '{"name": "a"}' }, 'node')
    expect(load).toThrow(/list of issuers, and it is not: .*expected array/)
  })

  test('does not have one issuer twice, of which the second would never be asked', () => {
    const issuer = { issuer: 'https://a.example.org', audience: 'x', jwksUrl: 'https://a.example.org/jwks' }
    const issuers = [
      { ...issuer, name: 'one' },
      { ...issuer, name: 'two', audience: 'y' },
    ]
    const load = () => loadConfig({ ...smartEnvironment, ISSUERS: JSON.stringify(issuers) }, 'node')
    expect(load).toThrow(/two issuers/)
  })
})
