import { afterEach, describe, expect, test } from 'vitest'
import { SluiceError } from '../../worker/errors.ts'
import { createApp } from '../../worker/http/app.ts'
import { createSlidingWindow } from '../../worker/platform/sliding-window.ts'
import { revokeTokensOf } from '../../worker/store/access-tokens.ts'
import { patient } from '../store/open-store.ts'
import { bearer } from '../support/bearer.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createHarness, type Harness, type Manifest, pathOf, statusPathOf } from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'
import { createSmartHarness, registerClient } from '../support/smart.ts'
import { expectOutcome } from './expect-outcome.ts'

const harnesses: Harness[] = []
const open = async (environment = {}): Promise<Harness> => {
  const h = await createSmartHarness({ ...environment })
  harnesses.push(h)
  return h
}
afterEach(() => {
  for (const h of harnesses.splice(0)) h.close()
})

type Ask = (path: string) => Promise<Response>
const path = '/fhir/$export-status/unknown'
/** How many of so many requests are answered, and the first answer that refuses one. */
const ask = async (by: Ask, times: number) => {
  const answers = await Promise.all(Array.from({ length: times }, () => by(path)))
  const refused = answers.filter(({ status }) => status === 429)
  return { answered: times - refused.length, refused: refused[0] }
}

describe('Requests of a client', () => {
  test('beyond those it may make in a minute are refused, until Retry-After is over', async () => {
    const h = await open({ CLIENT_REQUESTS_PER_MINUTE: '10' })
    const client = h.as(clientWith('system/*.rs'))
    const { answered, refused } = await ask(client, 15)
    expect(answered).toBe(10)
    const seconds = Number(refused?.headers.get('retry-after'))
    expect(seconds).toBeGreaterThanOrEqual(1)
    expect(refused && (await expectOutcome(refused, 429, 'throttled'))).toContain('of this client')
    h.clock.advance((seconds - 1) * 1000)
    expect((await ask(client, 1)).answered).toBe(0)
    h.clock.advance(1000)
    expect((await ask(client, 1)).answered).toBe(1)
  })

  test('are never more in any minute, however they are spread', async () => {
    const h = await open({ CLIENT_REQUESTS_PER_MINUTE: '30' })
    const client = h.as(clientWith('system/*.rs'))
    const times: number[] = []
    for (let n = 0; n < 400; n++) {
      if ((await client(path)).status !== 429) times.push(h.clock.now())
      h.clock.advance(1000)
    }
    const most = Math.max(
      ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length),
    )
    expect(most).toBeLessThanOrEqual(33) // the minute that slides is estimated
    expect(times.length).toBeGreaterThan(180)
  })

  test('are bounded for each client by itself, by its own bound where it has one', async () => {
    const h = await open({ CLIENT_REQUESTS_PER_MINUTE: '5' })
    const [one, two] = ['one', 'two'].map((clientId) => h.as(clientWith('system/*.rs', { clientId })))
    const own = h.as(clientWith('system/*.rs', { clientId: 'three', requestsPerMinute: 8 }))
    const unbounded = h.as(clientWith('system/*.rs', { clientId: 'four', requestsPerMinute: 0 }))
    const counts = await Promise.all([one, two, own, unbounded].map((by) => (by ? ask(by, 10) : undefined)))
    expect(counts.map((count) => count?.answered)).toEqual([5, 5, 8, 10])
  })

  test('are bounded together, and who is refused for himself takes nothing from the others', async () => {
    const h = await open({ CLIENT_REQUESTS_PER_MINUTE: '5', REQUESTS_PER_MINUTE: '8' })
    const [one, two] = ['one', 'two'].map((clientId) => h.as(clientWith('system/*.rs', { clientId })))
    expect(one && (await ask(one, 50)).answered).toBe(5)
    const second = two && (await ask(two, 50))
    expect(second?.answered).toBe(3)
    expect(await second?.refused?.text()).toContain('of all clients together')
  })

  test('are not counted of administrators, nor with AUTH=open', async () => {
    const bounds = { CLIENT_REQUESTS_PER_MINUTE: '1', REQUESTS_PER_MINUTE: '1' }
    const h = await open(bounds)
    expect((await ask(h.as(administrator()), 20)).answered).toBe(20)
    const anybody = await createHarness({}, undefined, undefined, bounds)
    harnesses.push(anybody)
    expect((await ask(anybody.request, 20)).answered).toBe(20)
  })

  test('are counted by each application for itself', async () => {
    const h = await open({ CLIENT_REQUESTS_PER_MINUTE: '3' })
    const apps = [1, 2].map(() =>
      createApp(
        h.deps,
        () => {},
        undefined,
        async () => clientWith('system/*.rs'),
      ),
    )
    for (const app of apps) expect((await ask(async (at) => app.request(at), 10)).answered).toBe(3)
  })

  test('that export as they are told to come nowhere near the default: polls after Retry-After, and every file', async () => {
    const h = await open()
    await h.load(Array.from({ length: 200 }, (_, n) => patient(`p${n}`)))
    const client = h.as(clientWith('system/*.rs'))
    for (let exports = 0; exports < 5; exports++) {
      const kickOff = await client('/fhir/$export')
      const status = statusPathOf(kickOff)
      let answer = await client(status)
      while (answer.status === 202) {
        h.clock.advance(1000 * Number(answer.headers.get('retry-after')))
        await h.tick()
        answer = await client(status)
      }
      const { output } = (await answer.json()) as Manifest
      for (const { url } of output) expect((await client(pathOf(url))).status).toBe(200)
    }
  })
})

describe('Bad credentials', () => {
  const environment = { CLIENT_ADDRESS_HEADER: 'x-real-ip', CLIENT_REQUESTS_PER_MINUTE: '600' }
  const guessing = async () => {
    const h = await open(environment)
    let checked = 0
    const app = createApp(
      h.deps,
      () => {},
      undefined,
      async (c) => {
        checked++
        if (c.req.header('authorization') === 'Bearer good') return clientWith('system/*.rs')
        throw new SluiceError('invalid-token', 'Cannot accept the access token')
      },
    )
    const from =
      (address: string, token = 'bad') =>
      async (at: string) =>
        app.request(at, { headers: { 'x-real-ip': address, ...bearer(token) } })
    return { h, from, checked: () => checked }
  }

  test('from one address are checked so many times a minute, and then refused without a look', async () => {
    const { h, from, checked } = await guessing()
    for (let times = 0; times < 100; times++) await from('203.0.113.7')(path)
    expect(checked()).toBe(60)
    const refused = await from('203.0.113.7')(path)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    await expectOutcome(refused, 429, 'throttled')
    expect((await from('203.0.113.8', 'good')(path)).status).toBe(404)
    expect((await from('203.0.113.8')(path)).status).toBe(401)
    h.clock.advance(120_000)
    expect((await from('203.0.113.7')(path)).status).toBe(401)
  })

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', 429],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', 401],
    ['2001:db8::1', '2001:db8::2:1', 429],
    ['::ffff:203.0.113.7', '::ffff:203.0.113.8', 401],
  ])('count for the network of an address of IPv6: after %s, %s gets %i', async (first, second, status) => {
    const { from } = await guessing()
    for (let times = 0; times < 60; times++) await from(first)(path)
    expect((await from(second)(path)).status).toBe(status)
  })

  test('that were good and have ended, by whomever, are none: who goes on asking keeps nobody out', async () => {
    const h = await open()
    const [suspended, revoked, neighbour] = [
      await registerClient(h),
      await registerClient(h, 'system/*.rs', { clientId: 'revoked' }),
      await registerClient(h, 'system/*.rs', { clientId: 'neighbour' }),
    ]
    const tokens = [await suspended.token(), await revoked.token()]
    const good = await neighbour.token()
    const admin = h.as(administrator())
    expect((await admin('/admin/api/clients/client-1/suspend', { method: 'POST' })).status).toBe(200)
    await h.deps.db.batch([revokeTokensOf('revoked', h.clock.now())])
    const app = createApp(h.deps, () => {})
    const from = (token: string) =>
      app.request(path, { headers: { host: 'localhost', ...bearer(token) } }, { peer: '203.0.113.1' })
    for (const token of tokens)
      for (let n = 0; n < 70; n++) await expectOutcome(await from(token), 401, 'expired')
    expect((await from(good)).status).toBe(404)
  })

  test('that are good count for nothing, nor do those of nobody knows where', async () => {
    const { from } = await guessing()
    for (let times = 0; times < 100; times++)
      expect((await from('203.0.113.7', 'good')(path)).status).toBe(404)
    for (let times = 0; times < 100; times++) expect((await from('')(path)).status).toBe(401)
  })
})

describe('What is counted', () => {
  test('is forgotten, the oldest first, when there is too much of it', () => {
    const clock = fakeClock(0)
    const window = createSlidingWindow(clock)
    window.count('first')
    for (let n = 0; n < 9_999; n++) window.count(`key ${n}`)
    expect(window.secondsUntilFree('first', 1)).toBeGreaterThan(0)
    window.count('one more')
    expect(window.secondsUntilFree('first', 1)).toBe(0)
    expect(window.secondsUntilFree('key 0', 1)).toBeGreaterThan(0)
  })
})
