import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { runTick } from '../../worker/export/tick.ts'
import { memoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createHarness, startOfTime } from '../support/harness.ts'

const never = (): Promise<never> => new Promise(() => {})

it('fails an export in the end whose storage takes a write and never answers', async () => {
  const storage: Storage = { ...memoryStorage({ clock: fakeClock(startOfTime) }), put: never }
  const h = await createHarness({ storageTimeoutMs: 60_000, retryLimit: 3 }, storage)
  await h.put({ resourceType: 'Patient', id: 'a' })
  const status = await h.kickOff()

  for (let minutes = 0; minutes < 30; minutes++) {
    const ticking = runTick(h.deps)
    for (let steps = 0; steps < 20; steps++) {
      await new Promise((resolve) => setImmediate(resolve))
      h.clock.advance(15_000)
    }
    await ticking
  }

  const response = await h.request(status)
  expect(response.status).toBe(500)
  expect(await response.text()).toContain('the storage: it does not answer')
  h.close()
})

it('tells the client of a failed export nothing of what went wrong inside, and the log all of it', async () => {
  const h = await createHarness({ retryLimit: 1 })
  const logged: string[] = []
  const deps = { ...h.deps, log: (...entry: unknown[]) => logged.push(JSON.stringify(entry)) }
  await h.put({ resourceType: 'Patient', id: 'a' })
  const status = await h.kickOff()
  await sql`drop table file_part`.execute(h.deps.db.query)

  await runTick(deps)

  const response = await h.request(status)
  expect(response.status).toBe(500)
  expect(await response.text()).not.toMatch(/file_part|SQLITE|statement/)
  expect(logged.join('\n')).toContain('no such table: file_part')
  h.close()
})
