import { afterAll, beforeAll } from 'vitest'
import { hasCode } from '../../worker/errors.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { runScenario } from '../support/crash-sweep.ts'
import type { Outcome, SceneParts } from '../support/export-scene.ts'
import { faultPlan } from '../support/faulty.ts'
import { largePopulation } from '../support/large-population.ts'
import { startR2Server } from '../support/r2-server.ts'
import { wholeExportOn } from './export-scenarios.ts'

export type R2Scene = {
  /** What an export to memory makes of the same. */
  golden(): Outcome
  /** Completions that were refused because a part has another ETag than was committed. */
  refused(): number
  /** A scene with a storage of its own. */
  readonly open: () => Promise<SceneParts>
}

export const timeout = 120_000
export const stepsOfUpload: readonly string[] = ['beginUpload', 'uploadPart', 'completeUpload']

/**
 * Exports on wrangler's R2, whose ways are the ones that tell: parts of 5 MiB and all equal, a part uploaded again has another ETag, an
 * upload completed with the old one is refused, and unfinished uploads cannot be listed. To be called once in a file of tests.
 */
export const useR2Scene = (): R2Scene => {
  let server: Awaited<ReturnType<typeof startR2Server>>
  let golden: Outcome
  let made = 0
  let refused = 0
  beforeAll(async () => {
    server = await startR2Server()
    const inMemory = wholeExportOn(async () => ({ population: largePopulation }))
    golden = (await runScenario(inMemory, faultPlan())).outcome
  }, timeout)
  afterAll(async () => server.close())

  const counting = (storage: Storage): Storage => ({
    ...storage,
    completeUpload: (...call) =>
      storage.completeUpload(...call).catch((error: unknown) => {
        if (hasCode(error, 'invalid-part')) refused++
        throw error
      }),
  })
  return {
    golden: () => golden,
    refused: () => refused,
    open: async () => ({ storage: counting(server.storage(`scene-${++made}`)), population: largePopulation }),
  }
}
