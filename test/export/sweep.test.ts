import { expect, it } from 'vitest'
import { SluiceError } from '../../worker/errors.ts'
import { runSweep } from '../../worker/export/sweep.ts'
import { memoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createHarness, startOfTime } from '../support/harness.ts'

it('clears away every deleted export in one sweep, and the last trace when all is quiet', async () => {
  const h = await createHarness()
  await h.put({ resourceType: 'Patient', id: 'a' })
  for (let exports = 0; exports < 50; exports++) {
    const status = await h.kickOff()
    await h.finish(status)
    await h.request(status, { method: 'DELETE' })
  }

  await h.sweep()
  expect(h.storage.objects.size).toBe(0)

  h.clock.advance(2 * h.deps.config.limits.leaseMs)
  await h.sweep()
  expect(await h.deps.db.query.selectFrom('job').select('job_id').execute()).toEqual([])
  h.close()
})

it('does not let the exports it cannot clear away keep it from the others', async () => {
  const memory = memoryStorage({ clock: fakeClock(startOfTime) })
  const broken = new Set<string>()
  const storage: Storage = {
    ...memory,
    list: async (prefix, after) => {
      if (broken.has(prefix)) throw new SluiceError('storage-unavailable', 'Cannot list')
      return memory.list(prefix, after)
    },
  }
  const h = await createHarness({}, storage)
  await h.put({ resourceType: 'Patient', id: 'a' })
  for (let exports = 0; exports < 40; exports++) {
    const status = await h.kickOff()
    await h.finish(status)
    await h.request(status, { method: 'DELETE' })
  }
  const [healthy, ...others] = [...memory.objects.keys()].map((key) => `${key.split('/')[0]}/`).reverse()
  for (const prefix of others) broken.add(prefix)

  await runSweep(h.deps)

  expect([...memory.objects.keys()].filter((key) => key.startsWith(healthy ?? ''))).toEqual([])
  expect(memory.objects.size).toBe(39)
  h.close()
})
