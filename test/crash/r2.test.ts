import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sweepFaults } from '../support/crash-sweep.ts'
import { nothingLeft, type SceneParts } from '../support/export-scene.ts'
import { isSqldMissing, type SqldServer, startSqld } from '../support/sqld-server.ts'
import { callsOfExport, sweepHolds } from '../support/zombie-sweep.ts'
import { wholeExportOn } from './export-scenarios.ts'
import { stepsOfUpload, timeout, useR2Scene } from './r2-scene.ts'

/** Samples of the crash and zombie sweeps on real parts; `r2.long.test.ts` has more of them. */

const r2 = useR2Scene()

describe('An export to R2', { timeout }, () => {
  test('comes out as one to memory, though the process dies at any step of an upload', async () => {
    const { golden: result, runs } = await sweepFaults(wholeExportOn(r2.open), 'crash', stepsOfUpload)
    expect(result).toEqual({ outcome: r2.golden(), leftovers: nothingLeft })
    expect(runs).toBe(10)
  })

  test('is written anew where a worker that was held has put other ETags under it', async () => {
    const parts = (await callsOfExport(r2.open)).filter(({ name }) => name === 'uploadPart')
    const before = r2.refused()
    await sweepHolds(parts.slice(1, 2), ['before', 'after'], { open: r2.open, ticks: 1 })
    expect(r2.refused()).toBeGreaterThan(before)
  })
})

describe.skipIf(isSqldMissing)('An export from a libSQL server to R2', { timeout }, () => {
  let sqld: SqldServer
  beforeAll(async () => {
    sqld = await startSqld()
  })
  afterAll(() => sqld.stop())
  const onBoth = async (): Promise<SceneParts> => ({ ...(await r2.open()), database: await sqld.emptied() })

  test('comes out the same after a crash at any call (a sample)', async () => {
    const { golden: result } = await sweepFaults(wholeExportOn(onBoth), 'crash', 41)
    expect(result).toEqual({ outcome: r2.golden(), leftovers: nothingLeft })
  })

  test('is not changed by a worker that was held while another went on (a sample)', async () => {
    const calls = await callsOfExport(onBoth)
    const sample = calls.filter(({ name }) => stepsOfUpload.includes(name)).slice(1, 2)
    await sweepHolds(sample, ['before'], { open: onBoth })
    await sweepHolds(sample, ['after'], { open: onBoth, ticks: 1 })
  })
})
