import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHarness, type Harness } from '../support/harness.ts'
import { createHistory, type History, saidBy } from './history.ts'

/** `_since` and `_until` among versions written 1 ms apart, the first at the full second. */

let harness: Harness
let history: History
beforeEach(async () => {
  harness = await createHarness()
  history = createHistory(harness)
})
afterEach(() => harness.close())

/** Names of what is in the output and of what is in `deleted`. */
const said = async (parameters: Readonly<Record<string, string>>) => {
  const { output, deleted } = saidBy(await harness.export(`?${new URLSearchParams(parameters)}`))
  const ids = Object.values(output).flatMap((text) => [...text.matchAll(/"id":"(\w+)"/g)].map(([, id]) => id))
  return { ids: ids.join(), deleted: deleted.join() }
}

const putEach = async (ids: string) => {
  for (const id of ids) {
    await history.put(`Patient/${id}`)
    harness.clock.advance(1)
  }
}

describe('An instant with a fraction', () => {
  // a at .000, b at .001, c at .002
  beforeEach(() => putEach('abc'))

  test.each([
    ['2026-01-01T00:00:00Z', 'b,c'],
    ['2026-01-01T00:00:00.0Z', 'b,c'],
    ['2026-01-01T00:00:00.0009Z', 'b,c'],
    ['2026-01-01T00:00:00.000999999999Z', 'b,c'],
    ['2026-01-01T00:00:00.001Z', 'c'],
    ['2026-01-01T00:00:00.001000Z', 'c'],
    ['2026-01-01T00:00:00.0011Z', 'c'],
    ['2026-01-01T00:00:00.0019999Z', 'c'],
    ['2026-01-01T00:00:00.002Z', ''],
    ['2026-01-01T00:00:00.0020001Z', ''],
    ['2025-12-31T23:59:59.9999Z', 'a,b,c'],
    ['2026-01-01T01:00:00.0009+01:00', 'b,c'],
    ['2025-12-31T23:59:60Z', 'b,c'],
    ['2025', 'a,b,c'],
    ['2026', 'b,c'],
  ])('as _since %s leaves %s', async (since, ids) => {
    expect(await said({ _since: since })).toEqual({ ids, deleted: '' })
  })

  test.each([
    ['2026-01-01T00:00:00Z', ''],
    ['2026-01-01T00:00:00.0000001Z', 'a'],
    ['2026-01-01T00:00:00.0009Z', 'a'],
    ['2026-01-01T00:00:00.001Z', 'a'],
    ['2026-01-01T00:00:00.001000Z', 'a'],
    ['2026-01-01T00:00:00.0011Z', 'a,b'],
    ['2026-01-01T00:00:00.002Z', 'a,b'],
    ['2026-01-01T00:00:00.0029Z', 'a,b,c'],
    ['2026-01-01T00:00:00.003Z', 'a,b,c'],
    ['2026-01-01T05:30:00.0011+05:30', 'a,b'],
    ['2026', ''],
    ['2027', 'a,b,c'],
  ])('as _until %s leaves %s', async (until, ids) => {
    expect(await said({ _until: until })).toEqual({ ids, deleted: '' })
  })

  test.each([
    ['.0001', '.0011', 'b'],
    ['.000', '.001', ''],
    ['.000', '.0010001', 'b'],
    ['.0009', '.0019', 'b'],
  ])('as _since %s and _until %s leaves %s', async (since, until, ids) => {
    const second = '2026-01-01T00:00:00'
    expect(await said({ _since: `${second}${since}Z`, _until: `${second}${until}Z` })).toEqual({
      ids,
      deleted: '',
    })
  })
})

describe('_until', () => {
  const at = (ms: number) => `2026-01-01T00:00:00.${String(ms).padStart(3, '0')}Z`

  test('leaves out a version written later, and does not bring back the one before it', async () => {
    await putEach('abca') // a at 0 and at 3
    expect(await said({ _until: at(3) })).toEqual({ ids: 'b,c', deleted: '' })
    expect(await said({ _until: at(4) })).toEqual({ ids: 'b,c,a', deleted: '' })
  })

  test('leaves out a resource deleted later, and does not bring it back', async () => {
    await putEach('ab')
    await history.remove('Patient/a')
    expect(await said({ _until: at(2) })).toEqual({ ids: 'b', deleted: '' })
  })

  test('is about the state at kick-off, not about what is written while the export runs', async () => {
    await putEach('ab')
    const path = await harness.kickOff(`?_until=${at(2)}`)
    await putEach('a')
    const response = await harness.finish(path)
    const { output } = saidBy(await harness.files(await response.json()))
    expect(output.Patient?.split('\n')).toHaveLength(3)
  })

  test('in the future leaves out nothing, and lets in nothing that is written after kick-off', async () => {
    await putEach('ab')
    const path = await harness.kickOff('?_until=2999')
    await putEach('c')
    const response = await harness.finish(path)
    const { output } = saidBy(await harness.files(await response.json()))
    expect(output).toEqual(history.expected({ end: 2 }).output)
  })

  test('of a range splits deletions as it splits versions', async () => {
    await putEach('abc')
    for (const id of 'ab') {
      await history.remove(`Patient/${id}`) // a at 3, b at 4
      harness.clock.advance(1)
    }
    await putEach('d') // at 5
    expect(await said({ _since: at(2), _until: at(4) })).toEqual({ ids: '', deleted: 'Patient/a' })
    expect(await said({ _since: at(3), _until: at(9) })).toEqual({ ids: 'd', deleted: 'Patient/b' })
    expect(await said({ _since: at(2) })).toEqual({ ids: 'd', deleted: 'Patient/a,Patient/b' })
  })

  test('as the next _since leaves no gap where nothing was written at that very instant', async () => {
    await putEach('abcd')
    const split = '2026-01-01T00:00:00.0015Z'
    const [before, after] = [await said({ _until: split }), await said({ _since: split })]
    expect([before.ids, after.ids]).toEqual(['a,b', 'c,d'])
  })
})
