import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Limits } from '../../worker/config.ts'
import { SluiceError } from '../../worker/errors.ts'
import type { MemoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { createScene, type ExportScene, nothingLeft, type Outcome } from '../support/export-scene.ts'
import { faultPlan } from '../support/faulty.ts'

type Wrap = (memory: MemoryStorage) => Partial<Storage>
type Called = 'put' | 'beginUpload' | 'uploadPart' | 'completeUpload'
type Ended = { readonly outcome: Outcome; readonly calls: Readonly<Record<Called, number>> }

const openScene = (wrap: Wrap = () => ({}), limits: Partial<Limits> = {}): Promise<ExportScene> =>
  createScene({ limits, wrap: (memory) => ({ ...memory, ...wrap(memory) }) })

/** Runs the whole export on a storage that is not as it should be. */
const exportOn = async (wrap: Wrap = () => ({})): Promise<Ended> => {
  const plan = faultPlan()
  const scene = await openScene(wrap)
  const jobId = await scene.kickOffAt()
  await scene.writeMore()
  await scene.runToEnd(jobId, scene.process(plan))
  const outcome = await scene.outcome(jobId)
  await scene.sweepAll()
  expect(await scene.leftovers()).toEqual(nothingLeft)
  scene.close()
  const count = (name: Called) => plan.calls.filter((call) => call === name).length
  const calls = {
    put: count('put'),
    beginUpload: count('beginUpload'),
    uploadPart: count('uploadPart'),
    completeUpload: count('completeUpload'),
  }
  return { outcome, calls }
}

/** Does something to an upload just before the call of that number to one of the methods. */
const meddle =
  (
    method: 'uploadPart' | 'completeUpload',
    number: number,
    mischief: (memory: MemoryStorage, uploadId: string) => unknown,
  ): Wrap =>
  (memory) => {
    let calls = 0
    const before = async (uploadId: string) => {
      if (++calls === number) await mischief(memory, uploadId)
    }
    return {
      [method]: async (...args: Parameters<Storage[typeof method]>) => {
        await before(args[0].uploadId)
        return Reflect.apply(memory[method], memory, args)
      },
    }
  }

const forget = (memory: MemoryStorage, uploadId: string) => memory.uploads.delete(uploadId)

/** As when a worker that is slow to die uploads a part once more: the bytes are the same, the ETag is another. */
const uploadAgain = async (memory: MemoryStorage, uploadId: string) => {
  const upload = memory.uploads.get(uploadId)
  for (const [number, { content }] of upload?.parts ?? [])
    if (upload) await memory.uploadPart(upload, number, content)
}

const golden = await exportOn()
const { uploadPart: parts, completeUpload: files } = golden.calls

describe('A file whose upload is lost is written anew, with the same bytes,', () => {
  test('when the upload is gone before any of its parts', { timeout: 60_000 }, async () => {
    for (let number = 1; number <= parts; number += 3) {
      const { outcome, calls } = await exportOn(meddle('uploadPart', number, forget))
      expect(outcome, `part ${number}`).toEqual(golden.outcome)
      expect(calls.beginUpload).toBe(golden.calls.beginUpload + 1)
    }
  })

  test('when the upload is gone before it is completed', { timeout: 60_000 }, async () => {
    for (let number = 1; number <= files; number += 2) {
      const { outcome, calls } = await exportOn(meddle('completeUpload', number, forget))
      expect(outcome, `file ${number}`).toEqual(golden.outcome)
      expect(calls.beginUpload).toBe(golden.calls.beginUpload + 1)
    }
  })

  test('when its parts have other ETags than were committed', { timeout: 60_000 }, async () => {
    for (let number = 1; number <= files; number += 2) {
      const { outcome, calls } = await exportOn(meddle('completeUpload', number, uploadAgain))
      expect(outcome, `file ${number}`).toEqual(golden.outcome)
      expect(calls.beginUpload).toBe(golden.calls.beginUpload + 1)
    }
  })

  test('when every upload is gone between any two slices', { timeout: 60_000 }, async () => {
    for (let ticks = 9; ticks < 24; ticks++) {
      const scene = await openScene()
      const jobId = await scene.kickOffAt()
      await scene.writeMore()
      for (let tick = 0; tick < ticks; tick++) await scene.tick()
      scene.memory.uploads.clear()
      await scene.runToEnd(jobId)
      expect(await scene.outcome(jobId), `after ${ticks} slices`).toEqual(golden.outcome)
      scene.close()
    }
  })

  test('when that happens to every file, again and again', { timeout: 60_000 }, async () => {
    const seen = new Map<string, number>()
    const { outcome } = await exportOn((memory) => ({
      completeUpload: async (upload, listed) => {
        const times = (seen.get(upload.key) ?? 0) + 1
        seen.set(upload.key, times)
        if (times <= 3) forget(memory, upload.uploadId)
        return memory.completeUpload(upload, listed)
      },
    }))
    expect(outcome).toEqual(golden.outcome)
    expect([...seen.values()]).toEqual(Array(files).fill(4))
  })
})

describe('A lost answer to completeUpload', () => {
  test('is no reason to write the file again', { timeout: 60_000 }, async () => {
    for (let number = 1; number <= files; number += 2) {
      let completed = 0
      const { outcome, calls } = await exportOn((memory) => ({
        completeUpload: async (upload, listed) => {
          const etag = await memory.completeUpload(upload, listed)
          if (++completed === number) throw outage
          return etag
        },
      }))
      expect(outcome, `file ${number}`).toEqual(golden.outcome)
      expect(calls.beginUpload).toBe(golden.calls.beginUpload)
    }
  })

  test('is a reason to write it again when an object of another size stands there', async () => {
    const { outcome, calls } = await exportOn(
      meddle('completeUpload', 1, async (memory, uploadId) => {
        const { key } = memory.uploads.get(uploadId) ?? { key: '' }
        forget(memory, uploadId)
        await memory.put(key, new Uint8Array(7), 'text/plain')
      }),
    )
    expect(outcome).toEqual(golden.outcome)
    expect(calls.beginUpload).toBe(golden.calls.beginUpload + 1)
  })
})

const outage = new SluiceError('storage-unavailable', 'Cannot reach the storage: it is down')

/** A storage that is down while `isDown` says so. */
const failing =
  (isDown: (method: string, key: string) => boolean): Wrap =>
  (memory) => {
    const unlessDown = (method: string, key: string) => {
      if (isDown(method, key)) throw outage
    }
    return {
      put: async (key, ...rest) => {
        unlessDown('put', key)
        return memory.put(key, ...rest)
      },
      beginUpload: async (key, options) => {
        unlessDown('beginUpload', key)
        return memory.beginUpload(key, options)
      },
      uploadPart: async (upload, ...rest) => {
        unlessDown('uploadPart', upload.key)
        return memory.uploadPart(upload, ...rest)
      },
      completeUpload: async (upload, listed) => {
        unlessDown('completeUpload', upload.key)
        return memory.completeUpload(upload, listed)
      },
    }
  }

const waits = { retryBaseMs: 1000, retryMaxMs: 8000, retryLimit: 6 }

type Unit = { attempts: number; not_before: number; last_error: string | null }
const worstUnit = async (scene: ExportScene): Promise<Unit> => {
  const { rows } = await sql<Unit>`select attempts, not_before, last_error from work_unit
    order by attempts desc limit 1`.execute(scene.deps.db.query)
  return rows[0] ?? { attempts: 0, not_before: 0, last_error: null }
}

describe('A storage that fails', () => {
  for (const method of ['put', 'beginUpload', 'uploadPart', 'completeUpload']) {
    test(`for good, at ${method}, fails the job after as many attempts as allowed`, async () => {
      const scene = await openScene(
        failing((called) => called === method),
        waits,
      )
      const jobId = await scene.kickOffAt()
      await scene.runToEnd(jobId)
      const { rows } = await sql<Unit>`select attempts from work_unit where attempts > 0`.execute(
        scene.deps.db.query,
      )
      expect(Math.max(...rows.map(({ attempts }) => attempts))).toBe(waits.retryLimit - 1)
      const response = await scene.request(`/fhir/$export-status/${jobId}`)
      expect(response.status).toBe(500)
      expect(response.headers.get('content-type')).toMatch('application/fhir+json')
      const { resourceType, issue } = await response.json()
      expect(resourceType).toBe('OperationOutcome')
      expect(issue[0].severity).toBe('fatal')
      expect(issue[0].diagnostics).toBe(
        'Cannot finish the export: Cannot reach the storage: it is down (6 attempts)',
      )
      // Until then it may be retried, and goes on with them.
      scene.clock.advance(scene.deps.config.limits.retentionMs)
      await scene.sweepAll()
      expect(scene.memory.uploads.size).toBe(0)
      scene.close()
    })
  }

  test('and heals just in time lets the export come out as it should', async () => {
    const failures = new Map<string, number>()
    const { outcome } = await exportOn(
      failing((_, key) => {
        const times = (failures.get(key) ?? 0) + 1
        failures.set(key, times)
        return times < 12
      }),
    )
    expect(outcome).toEqual(golden.outcome)
  })

  test('between any two successes is forgiven as often as it takes: progress resets the count', async () => {
    const calls = new Map<string, number>()
    const scene = await openScene(
      failing((method, key) => {
        if (method !== 'uploadPart') return false
        const times = (calls.get(key) ?? 0) + 1
        calls.set(key, times)
        return times % waits.retryLimit !== 0
      }),
      { ...waits, partsInFlight: 1 },
    )
    const jobId = await scene.kickOffAt()
    await scene.writeMore()
    await scene.runToEnd(jobId)
    expect([...calls.values()].reduce((sum, times) => sum + times)).toBe(parts * waits.retryLimit)
    expect(await scene.outcome(jobId)).toEqual(golden.outcome)
    const { rows } = await sql`select 1 from work_unit where attempts > 0`.execute(scene.deps.db.query)
    expect(rows).toEqual([])
    scene.close()
  })

  test('rests the unit longer each time, up to the longest wait', async () => {
    const scene = await openScene(
      failing((_, key) => key.includes('Account')),
      { ...waits, retryLimit: 12 },
    )
    const jobId = await scene.kickOffAt()
    const full = [1000, 2000, 4000, 8000, 8000, 8000, 8000]
    for (const [index, most] of full.entries()) {
      let unit = await worstUnit(scene)
      while (unit.attempts <= index) {
        await scene.tick()
        unit = await worstUnit(scene)
      }
      const wait = unit.not_before - scene.clock.now()
      expect(unit.last_error).toBe(outage.message)
      expect(wait).toBeGreaterThanOrEqual(most / 2)
      expect(wait).toBeLessThanOrEqual(most)
      while (await scene.tick());
      scene.clock.advance(wait - 1)
      expect(await scene.tick()).toBe(false)
      scene.clock.advance(1)
    }
    expect((await scene.job(jobId)).state).toBe('in-progress')
    scene.close()
  })

  test('to complete any upload, for ever, fails the job instead of writing the file for ever', async () => {
    const scene = await openScene(
      (memory) => ({
        completeUpload: (upload, listed) =>
          memory.completeUpload(
            upload,
            listed.map((part) => ({ ...part, etag: '"other"' })),
          ),
      }),
      waits,
    )
    const jobId = await scene.kickOffAt()
    await scene.runToEnd(jobId)
    const response = await scene.request(`/fhir/$export-status/${jobId}`)
    expect(response.status).toBe(500)
    scene.clock.advance(scene.deps.config.limits.retentionMs)
    await scene.sweepAll()
    expect(scene.memory.uploads.size).toBe(0)
    scene.close()
  })
})
