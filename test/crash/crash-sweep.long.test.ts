import { describe, expect, test } from 'vitest'
import { type FaultKind, sweepFaults } from '../support/crash-sweep.ts'
import { everybodyPopulation, groupPopulation } from '../support/group-population.ts'
import { troubledPopulation } from '../support/troubled-population.ts'
import {
  cutExport,
  expiry,
  kickOff,
  leftBehind,
  removal,
  wholeExport,
  wholeExportOn,
} from './export-scenarios.ts'

describe.each<FaultKind>(['crash', 'lost answer'])(
  'A %s at any call, before or after its effect,',
  (kind) => {
    test('of an export changes no byte of it and leaves nothing behind', async () => {
      const { calls, runs } = await sweepFaults(wholeExport, kind)
      expect(runs).toBe(2 * calls)
      console.log(`${kind}: ${calls} calls of an export, ${runs} runs`)
    })

    test('of an export of a damaged store changes no byte of it and leaves nothing behind', async () => {
      await sweepFaults(
        wholeExportOn(async () => ({ population: troubledPopulation })),
        kind,
      )
    })

    test.each([
      ['a Group', groupPopulation],
      ['everybody with the latest Provenance', everybodyPopulation],
    ])('of an export of %s changes no byte of it and leaves nothing behind', async (_, population) => {
      await sweepFaults(
        wholeExportOn(async () => ({ population })),
        kind,
      )
    })

    test('of an export of some elements changes no byte of it and leaves nothing behind', async () => {
      await sweepFaults(cutExport, kind)
    })

    test('of a kick-off has made a job or none', async () => {
      await sweepFaults(kickOff, kind)
    })

    test.each([0, 1, 12, 16, 20, 24, 1000])(
      'of a removal after %d ticks, or of its sweep, leaves nothing (I7)',
      async (ticks) => {
        await sweepFaults(removal(ticks), kind)
      },
    )

    test('of an expiry leaves nothing (I7)', async () => {
      await sweepFaults(expiry, kind)
    })

    test('of a sweep of leftovers leaves none', async () => {
      await sweepFaults(leftBehind, kind)
    })
  },
)
