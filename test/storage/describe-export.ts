import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { runTick } from '../../worker/export/tick.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { checkDigests } from '../support/check-digests.ts'
import { type FaultPlan, faultPlan, type Moment } from '../support/faulty.ts'
import { createHarness, type Harness, type Manifest } from '../support/harness.ts'

const timeout = 120_000
/** The least S3 takes for a part that is not the last. */
const s3PartBytes = 5 * 1024 * 1024

const limits = { partBytes: s3PartBytes, fileBytes: 11_000_000, partsInFlight: 2 }
/** 13 MB of one type: a file of three parts and one of less than a part; and a type of a few bytes. */
const resources = [
  ...Array.from({ length: 26 }, (_, index) => ({
    resourceType: 'Binary',
    id: `b${index}`,
    contentType: 'text/plain',
    data: Buffer.from(`${index} `.repeat(130_000)).toString('base64').slice(0, 500_000),
  })),
  ...Array.from({ length: 5 }, (_, index) => ({ resourceType: 'Patient', id: `p${index}` })),
]

const withStorage = async <Result>(
  storage: Storage | undefined,
  use: (harness: Harness) => Promise<Result>,
): Promise<Result> => {
  const harness = await createHarness(limits, storage)
  try {
    await harness.load(resources)
    return await use(harness)
  } finally {
    harness.close()
  }
}

type Hashes = Readonly<Record<string, string>>

const hashesOf = async (harness: Harness, statusPath: string): Promise<Hashes> => {
  const response = await harness.finish(statusPath)
  expect(response.status).toBe(200)
  const manifest: Manifest = await response.json()
  const { text } = await harness.files(manifest)
  checkDigests({ manifest, text })
  return Object.fromEntries(
    [...text].map(([name, content]) => [name, createHash('sha256').update(content).digest('hex')]),
  )
}

/** The engine over the S3 adapter: the same bytes as over any other storage, whatever happens. */
export const describeExport = (name: string, makeStorage: (prefix: string) => Storage): void => {
  describe(`An export to ${name}`, { timeout }, () => {
    let made = 0
    let expected: Hashes
    beforeAll(async () => {
      expected = await withStorage(undefined, async (harness) => hashesOf(harness, await harness.kickOff()))
    }, timeout)

    test('has the same SHA-256 per file as one to memory, and is removed altogether', async () => {
      const storage = makeStorage('export')
      expect(Object.keys(expected)).toHaveLength(3)
      await withStorage(storage, async (harness) => {
        const statusPath = await harness.kickOff()
        expect(await hashesOf(harness, statusPath)).toEqual(expected)
        const objects = await storage.list('')
        expect(objects.map(({ bytes }) => bytes > 2 * s3PartBytes).sort()).toEqual([
          false,
          false,
          false,
          true,
        ])

        await harness.request(statusPath, { method: 'DELETE' })
        for (let sweeps = 0; sweeps < 3; sweeps++) {
          await harness.sweep()
          harness.clock.advance(2 * harness.deps.config.limits.leaseMs)
        }
        expect(await storage.list('')).toEqual([])
        expect((await storage.listUploads?.('')) ?? []).toEqual([])
      })
    })

    /** A worker runs the export until the plan kills it; then another finishes it. */
    const disturbed = (plan: FaultPlan): Promise<{ readonly hashes: Hashes; readonly objects: number }> => {
      const storage = makeStorage(`crash-${++made}`)
      return withStorage(storage, async (harness) => {
        const statusPath = await harness.kickOff()
        const worker = harness.process(plan)
        await runAll(worker).catch((error: unknown) => {
          if (!plan.isCrashed) throw error
        })
        await plan.settled()
        harness.clock.advance(harness.deps.config.limits.leaseMs + 1)
        return { hashes: await hashesOf(harness, statusPath), objects: (await storage.list('')).length }
      })
    }
    const runAll = async (worker: Harness['deps']): Promise<void> => {
      while (await runTick(worker));
    }

    test('is the same when a worker dies before or after any kind of request to it', async () => {
      const undisturbed = faultPlan()
      const outcome = { hashes: expected, objects: 3 + 1 } // with the manifest
      expect(await disturbed(undisturbed)).toEqual(outcome)
      const { calls } = undisturbed
      const numbers = ['beginUpload', 'uploadPart', 'completeUpload', 'put'].flatMap((name) => [
        calls.indexOf(name) + 1,
        calls.lastIndexOf(name) + 1,
      ])
      expect(numbers).not.toContain(0)
      for (const number of new Set(numbers)) {
        for (const moment of ['before', 'after'] satisfies Moment[]) {
          expect(await disturbed(faultPlan({ number, moment })), `${moment} ${calls[number - 1]}`).toEqual(
            outcome,
          )
        }
      }
    })
  })
}
