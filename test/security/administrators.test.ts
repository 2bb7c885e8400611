import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { auditOf } from '../support/audit-rows.ts'
import { createAuthenticator, type Wrong } from '../support/authenticator.ts'
import { bearer } from '../support/bearer.ts'
import {
  baseUrl,
  createBrowser,
  createHttpsHarness,
  enrolled,
  enrolledByPasskey,
  invite,
  signInByPasskey,
} from '../support/browser-of.ts'
import type { Harness } from '../support/harness.ts'
import { setupToken } from '../support/principals.ts'

let h: Harness
beforeEach(async () => {
  h = await createHttpsHarness()
})
afterEach(() => h.close())

const day = 24 * 60 * 60 * 1000
const enrolment = '/admin/api/enrolment'
const start = async (secret: string) => createBrowser(h).send('POST', enrolment, { secret, step: 'start' })

describe('An enrolment link', () => {
  test('tells with whom it enrols, and is good until it is used', async () => {
    const { secret } = await invite(h, 'Ada', 'viewer')
    expect(secret).toMatch(/^[\w-]{43}$/)
    for (const _ of [1, 2]) {
      const { status, body } = await start(secret)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        name: 'Ada',
        role: 'viewer',
        expiresAt: '2026-01-02T00:00:00.000Z',
        passkey: { rp: { id: 'sluice.test' }, authenticatorSelection: { userVerification: 'required' } },
      })
    }
  })

  test('makes an access key and a session, once', async () => {
    const { secret, id } = await invite(h)
    const browser = createBrowser(h)
    const { status, body } = await browser.send('POST', enrolment, {
      secret,
      step: 'access-key',
      name: 'CLI',
    })
    expect(status).toBe(200)
    expect(body.accessKey).toMatch(/^slk_[0-9a-f]{32}_[\w-]{43}$/)
    expect((await browser.send('GET', '/admin/api/session')).body).toMatchObject({
      administrator: { id, name: 'Ada', role: 'admin', method: 'enrolment' },
    })
    for (const step of ['start', 'access-key'])
      expect((await createBrowser(h).send('POST', enrolment, { secret, step })).status).toBe(401)
    expect(await auditOf(h, 'access-key')).toMatchObject([
      { action: 'access-key.create', outcome: 'success', actor_id: id, source: '192.0.2.1' },
    ])
    expect(JSON.stringify(await auditOf(h, ''))).not.toContain(secret)
  })

  test('of two who use it at the same moment lets one in', async () => {
    const { secret, id } = await invite(h)
    const answers = await Promise.all(
      [1, 2, 3].map(() => createBrowser(h).send('POST', enrolment, { secret, step: 'access-key' })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401])
    const { rows } = { rows: await h.deps.db.query.selectFrom('access_key').selectAll().execute() }
    expect(rows.map(({ administrator_id }) => administrator_id)).toEqual([id])
    expect(await h.deps.db.query.selectFrom('session').selectAll().execute()).toHaveLength(1)
  })

  test('ends after a day, with another link, and when its administrator is suspended', async () => {
    const admin = await enrolled(h, 'Grace')
    const { secret, id } = await invite(h)
    const renewed = await admin.send('POST', `/admin/api/administrators/${id}/enrolment`)
    expect(renewed.status).toBe(201)
    expect((await start(secret)).status).toBe(401)
    const second = String(renewed.body.link).split('#')[1] ?? ''
    expect(renewed.body).toMatchObject({ link: `${baseUrl}/enrol#${second}` })
    expect((await start(second)).status).toBe(200)
    await admin.send('POST', `/admin/api/administrators/${id}`, { isSuspended: true })
    expect((await start(second)).status).toBe(401)
    expect((await admin.send('POST', `/admin/api/administrators/${id}/enrolment`)).status).toBe(409)
    await admin.send('POST', `/admin/api/administrators/${id}`, { isSuspended: false })
    expect((await start(second)).status).toBe(401)
    const third = await invite(h)
    h.clock.advance(day - 1)
    expect((await start(third.secret)).status).toBe(200)
    h.clock.advance(1)
    expect((await start(third.secret)).status).toBe(401)
  })

  test('is refused in the same words, whatever is wrong with it', async () => {
    const { secret } = await invite(h)
    await createBrowser(h).send('POST', enrolment, { secret, step: 'access-key' })
    const wrong = ['', 'x', secret, `${secret}x`, "' or 1=1 --", 'A'.repeat(43)]
    const answers = await Promise.all(wrong.map(async (each) => JSON.stringify((await start(each)).body)))
    expect(new Set(answers).size).toBe(1)
    expect(
      (await createBrowser(h).send('POST', enrolment, { secret: 'x'.repeat(300), step: 'start' })).status,
    ).toBe(400)
  })

  test('stands as a hash in the database, as every secret does', async () => {
    const { secret } = await invite(h)
    const ada = await enrolled(h)
    const tables = ['enrolment', 'access_key', 'session', 'sign_in', 'audit_event', 'administrator'] as const
    const rows = await Promise.all(
      tables.map((name) => h.deps.db.query.selectFrom(name).selectAll().execute()),
    )
    const text = JSON.stringify(rows)
    for (const each of [
      secret,
      ada.accessKey.split('_').slice(2).join('_'),
      ada.cookie().split('=')[1] ?? '',
    ])
      expect(text).not.toContain(each)
  })
})

describe('A passkey', () => {
  test('signs its administrator in, who says nothing else of himself', async () => {
    const { authenticator, id } = await enrolledByPasskey(h)
    const browser = createBrowser(h, '192.0.2.9')
    const asked = await browser.send('POST', '/admin/api/session', { way: 'passkey' })
    expect(asked.body).toMatchObject({ passkey: { rpId: 'sluice.test', userVerification: 'required' } })
    const answer = await authenticator.get(asked.body.passkey)
    const signed = await browser.send('POST', '/admin/api/session', { way: 'passkey', answer })
    expect(signed).toMatchObject({ status: 200, body: { administrator: { id, method: 'passkey' } } })
    expect((await browser.send('GET', '/admin/api/passkeys')).body).toMatchObject({
      passkeys: [{ name: 'Key', lastUsedAt: '2026-01-01T00:00:00.000Z' }],
    })
    const recorded = (await auditOf(h, 'administrator.sign-in')).at(-1)
    expect(recorded).toMatchObject({ outcome: 'success', actor_id: id, source: '192.0.2.9' })
    expect(recorded?.detail).toEqual({ method: 'passkey' })
  })

  const wrongs: readonly (readonly [string, Wrong])[] = [
    ['made on another site', { origin: 'https://sluice.test.evil.example' }],
    ['made on http', { origin: 'http://sluice.test' }],
    ['bound to another domain', { rpId: 'evil.example' }],
    ['without the person having been verified', { isUserVerified: false }],
    ['of another ceremony', { type: 'webauthn.other' }],
    ['to a challenge that is not ours', { challenge: 'ikfRMxWcRZvGJSVNNCPcSFa4cwU3oGmZN43ddFGG5oQ' }],
  ]
  test.each(wrongs)('is not accepted when its answer is %s', async (_, wrong) => {
    const { secret } = await invite(h)
    const begun = await start(secret)
    const other = await createAuthenticator(baseUrl)
    const made = await other.create(begun.body.passkey, wrong)
    const enrolling = await createBrowser(h).send('POST', enrolment, {
      secret,
      step: 'passkey',
      answer: made,
    })
    expect(enrolling.status).toBe(401)
    expect((await start(secret)).status).toBe(200)

    const { authenticator } = await enrolledByPasskey(h)
    const browser = createBrowser(h)
    expect((await signInByPasskey(browser, authenticator, wrong)).status).toBe(401)
    expect(browser.cookie()).toBe('')
  })

  test('is not accepted with a wrong signature, another user, or a counter that went back', async () => {
    const { authenticator } = await enrolledByPasskey(h)
    const browser = createBrowser(h)
    for (const wrong of [
      { signature: new Uint8Array([0x30, 6, 2, 1, 1, 2, 1, 1]) },
      { userHandle: 'c29tZWJvZHkgZWxzZQ' },
      { counter: 1 },
    ]) {
      expect((await signInByPasskey(browser, authenticator, wrong)).status).toBe(401)
    }
  })

  test('answers a challenge once, in time, and only one that was made for this', async () => {
    const { authenticator, send } = await enrolledByPasskey(h)
    const browser = createBrowser(h)
    const ask = async () =>
      (await browser.send('POST', '/admin/api/session', { way: 'passkey' })).body.passkey
    const signIn = async (answer: object) =>
      (await browser.send('POST', '/admin/api/session', { way: 'passkey', answer })).status
    const answer = await authenticator.get(await ask())
    expect(await signIn(answer)).toBe(200)
    expect(await signIn(answer)).toBe(401)
    const late = await authenticator.get(await ask())
    h.clock.advance(5 * 60_000)
    expect(await signIn(late)).toBe(401)
    const options = (await send('POST', '/admin/api/passkeys', {})).body.options
    expect(await signIn(await authenticator.get(options))).toBe(401)
  })

  test('cannot be slipped to another administrator by his link', async () => {
    const [ada, mallory] = [await invite(h, 'Ada'), await invite(h, 'Mallory')]
    const begun = await start(mallory.secret)
    const answer = await (await createAuthenticator(baseUrl)).create(begun.body.passkey)
    const tried = await createBrowser(h).send('POST', enrolment, {
      secret: ada.secret,
      step: 'passkey',
      answer,
    })
    expect(tried.status).toBe(401)
    expect((await start(ada.secret)).status).toBe(200)
  })

  test('can be added to others, and when it is deleted takes its sessions with it', async () => {
    const ada = await enrolledByPasskey(h)
    const second = await createAuthenticator(baseUrl)
    h.clock.advance(1000)
    const { options } = (await ada.send('POST', '/admin/api/passkeys', {})).body
    const answer = await second.create(options)
    expect((await ada.send('POST', '/admin/api/passkeys', { name: 'Phone', answer })).status).toBe(200)
    const { passkeys } = z
      .object({ passkeys: z.array(z.object({ id: z.string(), name: z.string() })) })
      .parse((await ada.send('GET', '/admin/api/passkeys')).body)
    expect(passkeys.map(({ name }) => name)).toEqual(['Key', 'Phone'])
    expect((await ada.send('DELETE', `/admin/api/passkeys/${passkeys[0]?.id}`)).status).toBe(204)
    expect((await ada.send('GET', '/admin/api/passkeys')).status).toBe(401)
    expect((await auditOf(h, 'passkey')).map(({ action }) => action)).toEqual([
      'passkey.create',
      'passkey.create',
      'passkey.delete',
    ])
  })

  test.each(['http://127.0.0.1:8080', 'http://sluice.lan', 'https://[2001:db8::1]'])(
    'is not offered at %s, where browsers allow none',
    async (BASE_URL) => {
      const other = await createHttpsHarness({ BASE_URL })
      const { secret } = await invite(other)
      const browser = createBrowser(other)
      const begun = await browser.send('POST', enrolment, { secret, step: 'start' })
      expect(begun.body).not.toHaveProperty('passkey')
      expect((await browser.send('GET', '/admin/api/session')).body).toMatchObject({
        ways: { passkey: false, accessKey: true },
      })
      expect((await browser.send('POST', '/admin/api/session', { way: 'passkey' })).status).toBe(400)
      other.close()
    },
  )
})

describe('An access key', () => {
  const byKey = (key: string) => ({ headers: bearer(key) })

  test('lets a program do what its administrator may, without a cookie and without a page', async () => {
    const [ada, eve] = [await enrolled(h, 'Ada'), await enrolled(h, 'Eve', 'viewer')]
    expect((await h.request('/admin/api/jobs', byKey(ada.accessKey))).status).toBe(200)
    expect((await h.request('/fhir/$export', byKey(ada.accessKey))).status).toBe(202)
    expect((await h.request('/admin/api/jobs', byKey(eve.accessKey))).status).toBe(200)
    expect((await h.request('/admin/api/administrators', byKey(eve.accessKey))).status).toBe(403)
    expect((await h.request('/fhir/$export', byKey(eve.accessKey))).status).toBe(403)
    await ada.send('POST', `/admin/api/administrators/${eve.id}`, { role: 'admin' })
    expect((await h.request('/admin/api/administrators', byKey(eve.accessKey))).status).toBe(200)
  })

  test('is refused in the same words when it is unknown, wrong, expired, revoked, or its administrator suspended', async () => {
    const [ada, eve] = [await enrolled(h, 'Ada'), await enrolled(h, 'Eve')]
    const short = await ada.send('POST', '/admin/api/access-keys', {
      name: 'Short',
      expiresAt: '2026-01-01T00:10:00.000Z',
    })
    const revoked = await ada.send('POST', '/admin/api/access-keys', { name: 'Revoked' })
    const revokedId = String(revoked.body.text).split('_')[1]
    expect((await ada.send('DELETE', `/admin/api/access-keys/${revokedId}`)).status).toBe(204)
    expect((await ada.send('DELETE', `/admin/api/access-keys/${revokedId}`)).status).toBe(404)
    await ada.send('POST', `/admin/api/administrators/${eve.id}`, { isSuspended: true })
    expect((await h.request('/admin/api/jobs', byKey(String(short.body.text)))).status).toBe(200)
    h.clock.advance(10 * 60_000)
    const [prefix, keyId] = ada.accessKey.split('_')
    const wrong = [
      `${prefix}_${'0'.repeat(32)}_${'A'.repeat(43)}`,
      `${prefix}_${keyId}_${'A'.repeat(43)}`,
      `${ada.accessKey.slice(0, -1)}`,
      `${ada.accessKey}A`,
      'slk_',
      String(short.body.text),
      String(revoked.body.text),
      eve.accessKey,
    ]
    const answers = await Promise.all(wrong.map((key) => h.request('/admin/api/jobs', byKey(key))))
    expect(answers.map(({ status }) => status)).toEqual(wrong.map(() => 401))
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1)
  })

  test('is shown once, and then only by its name', async () => {
    const ada = await enrolled(h)
    h.clock.advance(1000)
    const made = await ada.send('POST', '/admin/api/access-keys', { name: 'Nightly' })
    expect(made.status).toBe(201)
    const list = await ada.send('GET', '/admin/api/access-keys')
    expect(list.body).toMatchObject({ accessKeys: [{ name: 'Access key' }, { name: 'Nightly' }] })
    expect(JSON.stringify(list.body)).not.toContain(String(made.body.text).split('_').slice(2).join('_'))
    expect(
      (await ada.send('POST', '/admin/api/access-keys', { name: 'x', expiresAt: '2025-01-01T00:00:00Z' }))
        .status,
    ).toBe(400)
  })

  test('ends when it was said to, as an instant or a date', async () => {
    const ada = await enrolled(h)
    const make = (expiresAt: string) => ada.send('POST', '/admin/api/access-keys', { name: 'x', expiresAt })
    for (const [said, shown] of [
      ['2026-01-03', '2026-01-03T00:00:00.000Z'],
      ['2026-01-03T00:00:00+02:00', '2026-01-02T22:00:00.000Z'],
    ] as const)
      expect((await make(said)).body).toMatchObject({ accessKey: { expiresAt: shown } })
    for (const text of [
      '2025-12-31',
      '2026-02-30',
      '3.1.2026',
      '2026-01-03T00:00:00',
      '9999-12-31T23:59:59-14:00',
      '',
    ])
      expect((await make(text)).status).toBe(400)
  })

  test('tells when it was last used, to the minute', async () => {
    const ada = await enrolled(h)
    const seen: (number | null)[] = []
    for (const ms of [0, 59_999, 1]) {
      h.clock.advance(ms)
      await h.request('/admin/api/jobs', byKey(ada.accessKey))
      const rows = await h.deps.db.query.selectFrom('access_key').select('last_used_at').execute()
      seen.push(rows[0]?.last_used_at ?? null)
    }
    const now = h.clock.now()
    expect(seen).toEqual([now - 60_000, now - 60_000, now])
  })

  test('of another cannot be listed or revoked but by role admin', async () => {
    const [ada, eve] = [await enrolled(h, 'Ada'), await enrolled(h, 'Eve', 'viewer')]
    const ofAda = ada.accessKey.split('_')[1]
    const ofEve = eve.accessKey.split('_')[1]
    expect((await eve.send('GET', `/admin/api/access-keys?administrator=${ada.id}`)).status).toBe(403)
    expect((await eve.send('DELETE', `/admin/api/access-keys/${ofAda}`)).status).toBe(404)
    expect((await ada.send('GET', `/admin/api/access-keys?administrator=${eve.id}`)).body).toMatchObject({
      accessKeys: [{ id: ofEve }],
    })
    expect((await ada.send('DELETE', `/admin/api/access-keys/${ofEve}`)).status).toBe(204)
    expect((await eve.send('GET', '/admin/api/session')).body).not.toHaveProperty('administrator')
  })
})

describe('Administrators', () => {
  test('are made, renamed, and suspended by those of role admin, and by nobody else', async () => {
    const [ada, eve] = [await enrolled(h, 'Ada'), await enrolled(h, 'Eve', 'viewer')]
    const path = '/admin/api/administrators'
    for (const [method, url, body] of [
      ['GET', path, undefined],
      ['POST', path, { name: 'Mallory', role: 'admin' }],
      ['POST', `${path}/${eve.id}`, { role: 'admin' }],
      ['POST', `${path}/${ada.id}/enrolment`, undefined],
    ] as const) {
      expect((await eve.send(method, url, body)).status).toBe(403)
      expect((await createBrowser(h).send(method, url, body)).status).toBe(401)
    }
    const made = await ada.send('POST', path, { name: 'Grace' })
    expect(made).toMatchObject({ status: 201, body: { administrator: { name: 'Grace', role: 'viewer' } } })
    expect((await ada.send('POST', path, { name: 'Bad\u0000name' })).status).toBe(400)
    expect((await ada.send('POST', `${path}/nobody`, { name: 'x' })).status).toBe(404)
    expect((await ada.send('POST', `${path}/${eve.id}`, { name: 'Eva' })).body).toMatchObject({
      name: 'Eva',
      role: 'viewer',
    })
    expect((await ada.send('GET', path)).body).toMatchObject({
      administrators: [{ name: 'Ada' }, { name: 'Eva' }, { name: 'Grace' }],
    })
    expect(
      (await auditOf(h, 'administrator.c')).map(({ action, actor_kind }) => [action, actor_kind]),
    ).toEqual([
      ['administrator.create', 'system'],
      ['administrator.create', 'system'],
      ['administrator.create', 'administrator'],
      ['administrator.change', 'administrator'],
    ])
  })

  test('are never left without one who can sign in and steer the service', async () => {
    const ada = await enrolled(h, 'Ada')
    await enrolled(h, 'Eve', 'viewer')
    await invite(h, 'Grace') // has not enrolled
    const path = `/admin/api/administrators/${ada.id}`
    expect((await ada.send('POST', path, { isSuspended: true })).status).toBe(409)
    expect((await ada.send('POST', path, { role: 'viewer' })).status).toBe(409)
    const joan = await enrolled(h, 'Joan')
    const both = await Promise.all([
      ada.send('POST', path, { isSuspended: true }),
      joan.send('POST', `/admin/api/administrators/${joan.id}`, { role: 'viewer' }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  })
})

describe('SETUP_TOKEN', () => {
  test('is good again where nobody has used the link in time, for else nobody could ever come in', async () => {
    const fresh = await createHttpsHarness({ SETUP_TOKEN: setupToken })
    const setUp = async () =>
      (await createBrowser(fresh).send('POST', '/admin/api/setup', { setupToken, name: 'Ada' })).status
    const ways = async () => (await createBrowser(fresh).send('GET', '/admin/api/session')).body
    expect([await setUp(), await setUp()]).toEqual([201, 409])
    fresh.clock.advance(day - 1)
    expect(await setUp()).toBe(409)
    fresh.clock.advance(1)
    expect(await ways()).toMatchObject({ ways: { setup: true } })
    expect(await setUp()).toBe(201)
    await enrolled(fresh)
    fresh.clock.advance(2 * day)
    expect(await ways()).toMatchObject({ ways: { setup: false } })
    expect(await setUp()).toBe(409)
    fresh.close()
  })

  test('makes the first administrator, while there is none', async () => {
    const other = await createHttpsHarness({ SETUP_TOKEN: setupToken })
    const browser = createBrowser(other)
    expect((await browser.send('GET', '/admin/api/session')).body).toMatchObject({ ways: { setup: true } })
    expect(
      (await browser.send('POST', '/admin/api/setup', { setupToken: `${setupToken}x`, name: 'Eve' })).status,
    ).toBe(401)
    const both = await Promise.all(
      ['Ada', 'Eve'].map((name) => browser.send('POST', '/admin/api/setup', { setupToken, name })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
    const made = both.find(({ status }) => status === 201)
    expect(made?.body).toMatchObject({
      administrator: { name: expect.stringMatching(/^(Ada|Eve)$/), role: 'admin' },
    })
    const secret = String(made?.body.link).split('#')[1]
    expect((await browser.send('POST', enrolment, { secret, step: 'access-key' })).status).toBe(200)
    expect((await createBrowser(other).send('GET', '/admin/api/session')).body).toMatchObject({
      ways: { setup: false },
    })
    other.close()
  })

  test('that is not set is not the empty one', async () => {
    for (const given of ['', 'undefined', setupToken]) {
      const { status } = await createBrowser(h).send('POST', '/admin/api/setup', {
        setupToken: given,
        name: 'Eve',
      })
      expect(status).toBe(401)
    }
  })
})
