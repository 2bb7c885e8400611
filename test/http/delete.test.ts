import { afterEach, describe, expect, test } from 'vitest'
import { memoryStorage } from '../../worker/storage/memory.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createHarness, type Harness, type Manifest, pathOf, startOfTime } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
afterEach(() => h.close())

const create = async (...given: Parameters<typeof createHarness>) => {
  h = await createHarness(...given)
  await h.load(Array.from({ length: 20 }, (_, i) => ({ resourceType: 'Patient', id: `p${i}` })))
  return h
}
const remove = (path: string) => h.request(path, { method: 'DELETE' })

const expectRemoved = async (path: string) => {
  const response = await remove(path)
  expect(response.status).toBe(202)
  expect(response.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
  expect(await response.json()).toMatchObject({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'information', code: 'informational' }],
  })
  await expectGone(path)
}
const expectGone = async (path: string) => {
  await expectOutcome(await h.request(path), 404, 'not-found')
  await expectOutcome(await remove(path), 404, 'not-found')
}
/** Ticks and sweeps past every lease: whatever is still there then stays for ever. */
const expectNothingLeft = async (path: string) => {
  for (let rounds = 0; rounds < 5; rounds++) {
    while (await h.tick());
    await h.sweep()
    h.clock.advance(h.deps.config.limits.leaseMs * 3)
  }
  await expectGone(path)
  expect(h.storage.objects.size).toBe(0)
  for (const table of ['job', 'work_unit', 'export_file', 'file_part', 'carry'] as const) {
    expect(await h.deps.db.query.selectFrom(table).selectAll().execute()).toEqual([])
  }
}

describe('DELETE of an export', () => {
  test('that is accepted removes it at once, and no tick takes it up', async () => {
    await create()
    const path = await h.kickOff()
    expect((await h.request(path)).headers.get('x-progress')).toBe('0% accepted')
    await expectRemoved(path)
    expect(await h.tick()).toBe(false)
    await expectNothingLeft(path)
  })

  test('that is in progress cancels it at once, with the files it had', async () => {
    await create({ pageRows: 2, tickRows: 5, fileBytes: 200, partBytes: 100 })
    const path = await h.kickOff()
    while (!/^[1-9]\d% in-progress/.test((await h.request(path)).headers.get('x-progress') ?? '')) {
      await h.tick()
    }
    await expectRemoved(path)
    await expectNothingLeft(path)
  })

  test('that has completed removes its files at once too', async () => {
    await create({ fileBytes: 400 })
    const path = await h.kickOff()
    const manifest = (await (await h.finish(path)).json()) as Manifest
    expect(manifest.output.length).toBeGreaterThan(1)
    await expectRemoved(path)
    for (const { url } of manifest.output) {
      await expectOutcome(await h.request(pathOf(url)), 404, 'not-found')
      expect((await h.request(pathOf(url), { method: 'HEAD' })).status).toBe(404)
    }
    await expectNothingLeft(path)
  })

  test('that has failed clears it away', async () => {
    const broken = {
      ...memoryStorage({ clock: fakeClock(startOfTime) }),
      put: () => Promise.reject(new Error()),
    }
    await create({ retryLimit: 1 }, broken)
    const path = await h.kickOff()
    expect((await h.finish(path)).status).toBe(500)
    await expectRemoved(path)
    await expectNothingLeft(path)
  })

  test('leaves other exports alone', async () => {
    await create()
    const [one, other] = [await h.kickOff(), await h.kickOff()]
    await h.finish(other)
    await expectRemoved(one)
    const manifest = (await (await h.request(other)).json()) as Manifest
    expect((await h.files(manifest)).text.get('Patient-1.ndjson')?.split('\n')).toHaveLength(21)
  })

  test('answers 202 to one of two that come at once, and 404 to the other', async () => {
    await create()
    const path = await h.kickOff()
    const statuses = await Promise.all([remove(path), remove(path)])
    expect(statuses.map(({ status }) => status).sort()).toEqual([202, 404])
  })

  test('lets a download that has begun come to its end', async () => {
    await create()
    const path = await h.kickOff()
    const manifest = (await (await h.finish(path)).json()) as Manifest
    const download = await h.request(pathOf(manifest.output[0]?.url ?? ''))
    await expectRemoved(path)
    await h.sweep()
    expect((await download.text()).split('\n')).toHaveLength(21)
  })

  test('does not care for If-Match, a body or a query', async () => {
    await create()
    const path = await h.kickOff()
    const headers = { 'if-match': 'W/"9"', 'content-type': 'text/plain' }
    expect((await h.request(`${path}?x=1`, { method: 'DELETE', headers, body: 'x' })).status).toBe(202)
  })
})
