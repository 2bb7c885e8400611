import { afterEach, describe, expect, test } from 'vitest'
import { runSweep } from '../../worker/export/sweep.ts'
import { runTick } from '../../worker/export/tick.ts'
import { createApp } from '../../worker/http/app.ts'
import { memoryStorage } from '../../worker/storage/memory.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { faultPlan } from '../support/faulty.ts'
import {
  createHarness,
  type Harness,
  type Manifest,
  nameOf,
  pathOf,
  startOfTime,
} from '../support/harness.ts'

/** A server that is started anew knows of every export what the one before it knew: all there is to know is in the database and the storage. */

let h: Harness
afterEach(() => h.close())

const limits = { pageRows: 3, tickRows: 7, partBytes: 200, fileBytes: 500 }
const create = async (
  more: Parameters<typeof createHarness>[0] = {},
  storage?: Parameters<typeof createHarness>[1],
) => {
  h = await createHarness({ ...limits, ...more }, storage)
  await h.load(Array.from({ length: 40 }, (_, n) => ({ resourceType: 'Patient', id: `p${n}` })))
}

/** Another process, on what the first has left. */
const restart = () => {
  const deps = h.process(faultPlan())
  const app = createApp(deps, () => {})
  const ask = async (path: string, init?: RequestInit) =>
    app.request(path, { ...init, headers: { host: 'localhost', ...init?.headers } })
  const finish = async (path: string): Promise<Response> => {
    for (;;) {
      const response = await ask(path)
      if (response.status !== 202) return response
      while (await runTick(deps));
      h.clock.advance(1000 * Number(response.headers.get('retry-after')))
    }
  }
  return { deps, ask, finish }
}
const textsOf = async (ask: ReturnType<typeof restart>['ask'], { output }: Manifest) =>
  Promise.all(output.map(async ({ url }) => `${nameOf(url)} ${await (await ask(pathOf(url))).text()}`))

const accepted = () => h.kickOff()
const inProgress = async () => {
  const path = await h.kickOff()
  for (let ticks = 0; ticks < 4; ticks++) await h.tick()
  expect((await h.request(path)).headers.get('x-progress')).toMatch(/^[1-9]\d% in-progress/)
  return path
}
const completed = async () => {
  const path = await h.kickOff()
  await h.finish(path)
  return path
}

describe('An export whose server is started anew', () => {
  test.each([
    ['accepted', accepted],
    ['in progress', inProgress],
    ['completed', completed],
  ] as const)('while it is %s goes on to the same manifest and the same files', async (_, begin) => {
    await create()
    const undisturbed: Manifest = await (await h.finish(await h.kickOff())).json()
    const path = await begin()
    const { ask, finish } = restart()
    const manifest: Manifest = await (await finish(path)).json()
    expect(manifest.transactionTime).toBe(undisturbed.transactionTime)
    expect(manifest.output.map(({ type, count }) => [type, count])).toEqual(
      undisturbed.output.map(({ type, count }) => [type, count]),
    )
    expect(await textsOf(ask, manifest)).toEqual(await textsOf(h.request, undisturbed))
  })

  test('when it has failed is still failed, in the same words', async () => {
    const storage = {
      ...memoryStorage({ clock: fakeClock(startOfTime) }),
      put: () => Promise.reject(new Error()),
    }
    await create({ retryLimit: 1, partBytes: 100_000, fileBytes: 0 }, storage)
    const path = await h.kickOff()
    const response = await h.finish(path)
    expect(response.status).toBe(500)
    const again = await restart().ask(path)
    expect(again.status).toBe(500)
    expect(await again.json()).toEqual(await response.json())
  })

  test.each([
    ['accepted', accepted],
    ['in progress', inProgress],
    ['completed', completed],
  ] as const)('after it was deleted while %s stays deleted, and nothing is left of it', async (_, begin) => {
    await create()
    const path = await begin()
    expect((await h.request(path, { method: 'DELETE' })).status).toBe(202)
    const { deps, ask } = restart()
    for (let rounds = 0; rounds < 4; rounds++) {
      expect((await ask(path)).status).toBe(404)
      while (await runTick(deps));
      await runSweep(deps)
      h.clock.advance(deps.config.limits.leaseMs * 3)
    }
    expect((await ask(path)).status).toBe(404)
    expect([...h.storage.objects.keys()]).toEqual([])
  })
})
