import { describe, expect, test } from 'vitest'
import { constantTags } from '../support/constant-tags.ts'
import { callsOfExport, sweepHolds } from '../support/zombie-sweep.ts'

const calls = await callsOfExport()
const storages = [
  { storage: 'whose parts have new ETags each time', wrap: undefined },
  { storage: 'whose parts keep their ETags', wrap: constantTags },
]

describe.each(storages)('On a storage $storage, a worker held at any call', ({ wrap }) => {
  test('changes nothing once another has finished its job', async () => {
    const runs = await sweepHolds(calls, ['before', 'after'], { wrap })
    expect(runs).toBe(2 * calls.length)
    console.log(`${calls.length} calls, ${runs} runs`)
  })

  test.each([1, 3])('does no harm beside another that has had %d ticks', async (ticks) => {
    await sweepHolds(calls, ['before', 'after'], { ticks, wrap })
  })
})
