import { type Client, createClient, type InStatement } from '@libsql/client'
import { afterEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../worker/config.ts'
import { codecVersion } from '../../worker/export/kick-off.ts'
import { createDb } from '../../worker/store/db.ts'
import { claimUnit } from '../../worker/store/units.ts'
import { patient } from '../store/open-store.ts'
import { createHarness, type Harness, pathOf } from '../support/harness.ts'
import { clientWith, smartEnvironment } from '../support/principals.ts'

const harnesses: Harness[] = []
const open = async (environment: Environment, limits = {}): Promise<Harness> => {
  const h = await createHarness(limits, undefined, undefined, environment)
  harnesses.push(h)
  await h.load(Array.from({ length: 20 }, (_, n) => patient(`p${n}`)))
  return h
}
afterEach(() => {
  for (const h of harnesses.splice(0)) h.close()
})

/** Kick-offs a second after one another, by client. Returns the paths of their status. */
const kickOffs = async (
  h: Harness,
  clientIds: readonly (string | undefined)[],
): Promise<readonly string[]> => {
  const paths: string[] = []
  for (const clientId of clientIds) {
    const ask = clientId === undefined ? h.request : h.as(clientWith('system/*.rs', { clientId }))
    const response = await ask('/fhir/$export')
    expect(response.status).toBe(202)
    paths.push(pathOf(response.headers.get('content-location') ?? ''))
    h.clock.advance(1000)
  }
  return paths
}

const statesOf = async ({ deps }: Harness): Promise<readonly string[]> => {
  const rows = await deps.db.query.selectFrom('job').select('state').orderBy('created_at').execute()
  return rows.map(({ state }) => state)
}

/** Ticks until all have ended. Returns the states after each tick, without repetition. */
const runAll = async (h: Harness): Promise<readonly (readonly string[])[]> => {
  const seen: (readonly string[])[] = []
  for (let ticks = 0; ticks < 500; ticks++) {
    const states = await statesOf(h)
    if (JSON.stringify(seen.at(-1)) !== JSON.stringify(states)) seen.push(states)
    if (states.every((state) => state === 'completed')) return seen
    if (!(await h.tick())) h.clock.advance(1000)
  }
  throw new Error('they do not come to an end')
}
const running = (states: readonly string[]): number =>
  states.filter((state) => state === 'in-progress').length

/** So small that an export takes several ticks. */
const small = { tickStatements: 3 }

describe('Exports that wait, with WHEN_BUSY=queue', () => {
  test('begin one after the other, the oldest first, as many at once as may', async () => {
    const h = await open({ MAX_RUNNING_JOBS: '2' }, small)
    await kickOffs(
      h,
      Array.from({ length: 6 }, () => undefined),
    )
    const seen = await runAll(h)
    expect(Math.max(...seen.map(running))).toBe(2)
    for (const states of seen) {
      const firstWaiting = states.indexOf('accepted')
      if (firstWaiting !== -1)
        expect(states.slice(firstWaiting).every((state) => state === 'accepted')).toBe(true)
    }
  })

  test('without a bound all begin at once', async () => {
    const h = await open({}, small)
    await kickOffs(
      h,
      Array.from({ length: 6 }, () => undefined),
    )
    expect(Math.max(...(await runAll(h)).map(running))).toBe(6)
  })

  test('of a client at its bound do not hold up those of others', async () => {
    const h = await open({ ...smartEnvironment, MAX_CLIENT_JOBS: '1', MAX_RUNNING_JOBS: '3' }, small)
    const clients = ['one', 'one', 'one', 'one', 'two', 'two', 'three']
    await kickOffs(h, clients)
    const seen = await runAll(h)
    expect(Math.max(...seen.map(running))).toBe(3)
    for (const states of seen)
      for (const client of ['one', 'two', 'three'])
        expect(running(states.filter((_, n) => clients[n] === client))).toBeLessThanOrEqual(1)
    // The first of each ran while the second of the first client waited.
    expect(
      seen.some((states) => states[1] === 'accepted' && [0, 4, 6].every((n) => states[n] !== 'accepted')),
    ).toBe(true)
  })

  test('begin when one is deleted, though it was not at its end', async () => {
    const h = await open({ MAX_RUNNING_JOBS: '1' }, small)
    const [first = '', second = ''] = await kickOffs(h, [undefined, undefined])
    await h.tick()
    await h.tick()
    expect(await statesOf(h)).toEqual(['in-progress', 'accepted'])
    await h.request(first, { method: 'DELETE' })
    await h.tick()
    expect(await statesOf(h)).toEqual(['cancelled', 'in-progress'])
    expect((await h.finish(second)).status).toBe(200)
  })

  test('say that they wait, and to ask less often the longer they do', async () => {
    const h = await open({ MAX_RUNNING_JOBS: '1' }, small)
    const [first = '', second = ''] = await kickOffs(h, [undefined, undefined])
    await h.tick()
    const statusOf = async (path: string) => {
      const { headers } = await h.request(path)
      return [headers.get('x-progress'), headers.get('retry-after')]
    }
    expect((await statusOf(first))[0]).toMatch(/^0% in-progress/)
    expect(await statusOf(second)).toEqual(['0% queued', '1'])
    h.clock.advance(100_000)
    expect(await statusOf(second)).toEqual(['0% queued', '11'])
    h.clock.advance(3_600_000)
    expect(await statusOf(second)).toEqual(['0% queued', '60'])
  })

  test('take no lease before they may begin, whoever asks', async () => {
    const h = await open({ MAX_RUNNING_JOBS: '1' })
    await kickOffs(h, [undefined, undefined])
    const claim = () =>
      claimUnit(h.deps.db, h.clock.now(), 45_000, codecVersion, { inAll: 1, byClient: false })
    const [first, second, third] = await Promise.all([claim(), claim(), claim()])
    expect([first, second, third].filter((each) => each !== undefined)).toHaveLength(1)
    const leased = await h.deps.db.query
      .selectFrom('work_unit')
      .where('lease_until', '>', 0)
      .selectAll()
      .execute()
    expect(leased).toHaveLength(1)
  })
})

describe('A claim', () => {
  const listening = (client: Client, sent: InStatement[]): Client =>
    new Proxy(client, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          if (name === 'execute') sent.push(args[0] as InStatement)
          if (name === 'batch') sent.push(...(args[0] as InStatement[]))
          return Reflect.apply(member, target, args)
        }
      },
    })

  const plansOf = async (bounds: { inAll: number | undefined; byClient: boolean }) => {
    const client = createClient({ url: ':memory:', intMode: 'number', concurrency: 1 })
    const h = await createHarness({}, undefined, { client, pages: 'blob' })
    await h.kickOff()
    const sent: InStatement[] = []
    await claimUnit(createDb(listening(client, sent)), h.clock.now(), 1000, codecVersion, bounds)
    const plans: string[][] = []
    for (const statement of sent) {
      if (typeof statement === 'string') throw new Error('a bare text')
      const { rows } = await client.execute({ ...statement, sql: `explain query plan ${statement.sql}` })
      plans.push(rows.map(({ detail }) => String(detail)))
    }
    h.close()
    return {
      plans,
      texts: sent.map((statement) => (typeof statement === 'string' ? statement : statement.sql)),
    }
  }

  test('asks for no bound where there is none', async () => {
    const { texts, plans } = await plansOf({ inAll: undefined, byClient: false })
    expect(texts).toHaveLength(3)
    for (const text of texts) expect(text).not.toMatch(/job r|max_client_jobs is/)
    expect(plans.flat().filter((line) => line.includes('TEMP B-TREE'))).toEqual([])
  })

  test('counts what runs by a range of the jobs that are open, and does not look at those that wait where none may begin', async () => {
    const { plans } = await plansOf({ inAll: 3, byClient: true })
    for (const lines of plans.slice(0, 2)) {
      expect(lines).toContainEqual(expect.stringMatching(/^SEARCH j USING INDEX job_open \(turn>\?\)/))
      expect(lines).toContainEqual(expect.stringMatching(/^SEARCH r USING INDEX job_open \(turn>\?\)/))
      expect(lines).toContainEqual(
        expect.stringMatching(/^SEARCH r USING INDEX job_open_by_client \(client_id=\? AND turn>\?\)/),
      )
      expect(lines.filter((line) => line.includes('TEMP B-TREE'))).toEqual([])
    }
  })
})
