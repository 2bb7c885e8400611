import { describe, expect, test } from 'vitest'
import { sweepFaults } from '../support/crash-sweep.ts'
import { callsOfExport, sweepHolds } from '../support/zombie-sweep.ts'
import { nothing, removal, wholeExportOn } from './export-scenarios.ts'
import { stepsOfUpload, timeout, useR2Scene } from './r2-scene.ts'

const r2 = useR2Scene()

describe('An export to R2', { timeout: 5 * timeout }, () => {
  test('comes out the same after a lost answer to any call (a sample)', async () => {
    await sweepFaults(wholeExportOn(r2.open), 'lost answer', 19)
  })

  test('leaves nothing when it is deleted and a process dies at any call (a sample)', async () => {
    const { golden: gone } = await sweepFaults(removal('midway', r2.open), 'crash', 7)
    expect(gone).toEqual(nothing)
  })

  test('is not changed by a worker that was held in a step of an upload while another finished', async () => {
    const steps = (await callsOfExport(r2.open)).filter(({ name }) => stepsOfUpload.includes(name))
    await sweepHolds(steps, ['before'], { open: r2.open })
    await sweepHolds(steps.slice(-2), ['after'], { open: r2.open })
  })
})
