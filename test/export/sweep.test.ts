import { expect, it } from 'vitest'
import { SluiceError } from '../../worker/errors.ts'
import { runSweep } from '../../worker/export/sweep.ts'
import { type MemoryStorage, memoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createHarness, type Harness, startOfTime } from '../support/harness.ts'

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
  const folders = new Set([...memory.objects.keys()].map((key) => `${key.split('/')[0]}/`))
  const [healthy, ...others] = [...folders].reverse()
  for (const prefix of others) broken.add(prefix)

  await runSweep(h.deps)

  expect([...memory.objects.keys()].filter((key) => key.startsWith(healthy ?? ''))).toEqual([])
  expect(memory.objects.size).toBe(2 * others.length)
  h.close()
})

/** A storage that notes how many requests S3 would get. */
const counting = (memory: MemoryStorage, canListUploads: boolean) => {
  let requests = 0
  const { listUploads, ...others } = memory
  const counted =
    <A extends readonly unknown[], R>(verb: (...call: A) => R) =>
    (...call: A): R => {
      requests++
      return verb(...call)
    }
  const storage: Storage = {
    ...others,
    ...(canListUploads && { listUploads: counted(listUploads) }),
    list: counted(memory.list),
    abortUpload: counted(memory.abortUpload),
    remove: (keys) => {
      requests += keys.length
      return memory.remove(keys)
    },
  }
  return { storage, requests: () => requests }
}

it.each([
  { what: 'lists uploads', canListUploads: true },
  { what: 'cannot list uploads', canListUploads: false },
])(
  'makes no more requests at a time than its budget allows, of a storage that $what',
  async ({ canListUploads }) => {
    const memory = memoryStorage({ clock: fakeClock(startOfTime) })
    const { storage, requests } = counting(memory, canListUploads)
    const h = await createHarness({ tickSubrequests: 10, fileBytes: 1 }, storage)
    await h.load(Array.from({ length: 40 }, (_, n) => ({ resourceType: 'Patient', id: `p${n}` })))
    const status = await h.kickOff()
    await h.finish(status)
    const files = [...memory.objects.keys()].filter((key) => key.endsWith('.ndjson'))
    for (const key of files) {
      const { uploadId } = await memory.beginUpload(key, { contentType: 'text/plain', partBytes: 5 })
      await h.deps.db.query
        .updateTable('export_file')
        .set({ state: 'writing', upload_id: uploadId })
        .where('name', '=', key.slice(key.indexOf('/') + 1))
        .execute()
    }
    expect([memory.objects.size, memory.uploads.size]).toEqual([41, 40]) // with the manifest
    await h.request(status, { method: 'DELETE' })

    let sweeps = 0
    for (; sweeps < 50 && (await jobsOf(h)).length > 0; sweeps++) {
      const before = requests()
      await h.sweep()
      expect(requests() - before).toBeLessThanOrEqual(16) // it looks twice at a job, and makes a request or two each time
      h.clock.advance(2 * h.deps.config.limits.leaseMs)
    }
    expect(sweeps).toBeGreaterThan(5)
    expect(await jobsOf(h)).toEqual([])
    expect([memory.objects.size, memory.uploads.size]).toEqual([0, 0])
    h.close()
  },
)

const jobsOf = ({ deps }: Harness) => deps.db.query.selectFrom('job').select('job_id').execute()
