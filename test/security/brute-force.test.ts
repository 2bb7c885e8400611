import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auditOf } from '../support/audit-rows.ts'
import { unknownAccessKey } from '../support/bearer.ts'
import { createBrowser, createHttpsHarness, enrolled } from '../support/browser-of.ts'
import type { Harness } from '../support/harness.ts'
import { setupToken } from '../support/principals.ts'

let h: Harness
beforeEach(async () => {
  h = await createHttpsHarness({ SETUP_TOKEN: setupToken })
})
afterEach(() => h.close())

const attempts = [
  ['/admin/api/session', { way: 'access-key', accessKey: unknownAccessKey }],
  ['/admin/api/enrolment', { secret: 'A'.repeat(43), step: 'start' }],
  ['/admin/api/enrolment', { secret: 'A'.repeat(43), step: 'access-key' }],
  ['/admin/api/setup', { setupToken: 'A'.repeat(43), name: 'Eve' }],
] as const

describe('Guessing', () => {
  test.each(attempts)(
    'at %s with %j ends after ten failures from one source, and tells how long',
    async (path, body) => {
      const browser = createBrowser(h, '203.0.113.1')
      for (let n = 0; n < 10; n++) expect((await browser.send('POST', path, body)).status).toBe(401)
      h.clock.advance(60_000)
      const refused = await browser.send('POST', path, body)
      expect(refused.status).toBe(429)
      expect(refused.headers.get('retry-after')).toBe('240')
      expect((await createBrowser(h, '203.0.113.2').send('POST', path, body)).status).toBe(401)
      h.clock.advance(240_000)
      expect((await browser.send('POST', path, body)).status).toBe(401)
    },
  )

  test('shuts out whoever has the right key as well, for a while, so that a guess does not tell that it was right', async () => {
    const ada = await enrolled(h)
    const browser = createBrowser(h, '203.0.113.1')
    const signIn = (accessKey: string) =>
      browser.send('POST', '/admin/api/session', { way: 'access-key', accessKey })
    for (let n = 0; n < 9; n++) await signIn(unknownAccessKey)
    for (let n = 0; n < 20; n++) expect((await signIn(ada.accessKey)).status).toBe(200) // what is good is not counted
    await signIn(unknownAccessKey)
    expect((await signIn(ada.accessKey)).status).toBe(429)
  })

  test('many at once are counted before they are looked at', async () => {
    const browser = createBrowser(h, '203.0.113.1')
    const [path, body] = attempts[0]
    const answers = await Promise.all(Array.from({ length: 50 }, () => browser.send('POST', path, body)))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40)
  })

  test('from all addresses of one IPv6 network is from one source', async () => {
    const [path, body] = attempts[0]
    const statuses: number[] = []
    for (let n = 0; n < 11; n++)
      statuses.push((await createBrowser(h, `2001:db8:1:2::${n + 1}`).send('POST', path, body)).status)
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429])
    expect((await createBrowser(h, '2001:db8:1:3::1').send('POST', path, body)).status).toBe(401)
  })

  test('from ever new addresses is bounded in all, for a minute', async () => {
    const [path, body] = attempts[0]
    const from = async (n: number) =>
      (await createBrowser(h, `10.0.${Math.floor(n / 250)}.${n % 250}`).send('POST', path, body)).status
    const statuses = await Promise.all(Array.from({ length: 320 }, (_, n) => from(n)))
    expect(statuses.filter((status) => status === 429)).toHaveLength(20)
    h.clock.advance(60_000)
    expect(await from(400)).toBe(401)
  })

  test('leaves few rows in the audit, and none with what was guessed', async () => {
    const [path, body] = attempts[0]
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => createBrowser(h, `10.0.0.${n}`).send('POST', path, body)),
    )
    h.clock.advance(60_000)
    await createBrowser(h, '10.0.0.200').send('POST', path, body)
    const rows = await auditOf(h, 'administrator.sign-in')
    expect(rows).toHaveLength(31)
    expect(rows[0]).toMatchObject({
      outcome: 'refused',
      actor_kind: 'stranger',
      source: expect.stringMatching(/^10\.0\.0\.\d+$/),
    })
    expect(rows[30]?.detail).toEqual({ method: 'access-key', unrecorded: 70 })
    expect(JSON.stringify(rows)).not.toContain('AAAA')
  })

  test('challenges are not made without end', async () => {
    const browser = createBrowser(h, '203.0.113.1')
    const ask = () => browser.send('POST', '/admin/api/session', { way: 'passkey' })
    for (let n = 0; n < 60; n++) expect((await ask()).status).toBe(200)
    expect((await ask()).status).toBe(429)
    h.clock.advance(5 * 60_000)
    await ask()
    expect(await h.deps.db.query.selectFrom('sign_in').selectAll().execute()).toHaveLength(1)
  })

  test('learns nothing from a body that is not as it should be, nor from a large one', async () => {
    const browser = createBrowser(h)
    const answers = [
      await browser.send('POST', '/admin/api/session', { way: 'password', password: 'secret' }),
      await browser.send('POST', '/admin/api/session', {
        way: 'access-key',
        accessKey: 'secret'.repeat(100),
      }),
      await browser.send('POST', '/admin/api/session', JSON.parse('{"__proto__":{"way":"access-key"}}')),
    ]
    for (const { status, body } of answers) {
      expect(status).toBe(400)
      expect(JSON.stringify(body)).not.toContain('secret')
    }
    const large = await browser.send('POST', '/admin/api/session', { way: 'passkey', x: 'x'.repeat(70_000) })
    expect(large.status).toBe(413)
  })
})
