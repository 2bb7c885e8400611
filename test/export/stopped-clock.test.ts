import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHarness, type Harness, type Manifest } from '../support/harness.ts'
import { createHistory, finished, type History, saidBy } from './history.ts'

/** DESIGN section 4, the floor rule: `transactionTime` splits the writes where the snapshot does, whatever the clock does. */

let harness: Harness
let history: History
beforeEach(async () => {
  harness = await createHarness()
  history = createHistory(harness)
})
afterEach(() => harness.close())

const exportNow = async (query = '') => {
  const files = await finished(harness, await harness.kickOff(query))
  return { ...saidBy(files), transactionTime: files.manifest.transactionTime }
}
const lastUpdatedOf = async (name: string): Promise<string> =>
  (await (await harness.request(`/fhir/${name}`)).json()).meta.lastUpdated

describe('In one and the same millisecond', () => {
  test('a write before a kick-off is in its export, one after it is later, and the next _since gives just that', async () => {
    await history.put('Patient/a')
    const first = await harness.kickOff()
    await history.put('Patient/b')
    const second = await harness.kickOff()

    const { output, transactionTime } = await said(first)
    expect(output).toEqual(history.expected({ end: 1 }).output)
    expect(await lastUpdatedOf('Patient/a')).toBe(transactionTime)
    expect((await lastUpdatedOf('Patient/b')) > transactionTime).toBe(true)
    expect((await said(second)).output).toEqual(history.expected({}).output)

    const since = await exportNow(`?_since=${transactionTime}`)
    expect(since).toMatchObject(history.expected({ since: 1 }))
    expect(Object.keys(since.output)).toEqual(['Patient'])
    expect(await exportNow(`?_since=${(await said(second)).transactionTime}`)).toMatchObject({
      output: {},
      deleted: [],
    })
  })
  const said = async (path: string) => {
    const files = await finished(harness, path)
    return { ...saidBy(files), transactionTime: files.manifest.transactionTime }
  }

  test('many writes and kick-offs take turns, and each export has what the one before it had not', async () => {
    const paths: string[] = []
    for (const name of ['Patient/a', 'Patient/b', 'Patient/a', 'Patient/c']) {
      paths.push(
        await harness.kickOff(paths.length === 0 ? '' : `?_since=${await lastUpdatedOf('Patient/a')}`),
      )
      await history.put(name)
    }
    const times: string[] = []
    for (const path of paths) times.push((await said(path)).transactionTime)
    expect(times).toEqual([...new Set(times)].sort())
    for (const [n, time] of times.entries()) {
      expect(await exportNow(`?_since=${time}`)).toMatchObject(history.expected({ since: n }))
    }
  })

  test('a delete after a kick-off is for the next export to say', async () => {
    await history.put('Patient/a')
    const path = await harness.kickOff()
    await history.remove('Patient/a')
    const { output, transactionTime } = await said(path)
    expect(output).toEqual(history.expected({ end: 1 }).output)
    expect(await exportNow(`?_since=${transactionTime}`)).toMatchObject({
      output: {},
      deleted: ['Patient/a'],
    })
  })

  test('kick-offs without a write between them have one transactionTime and one output', async () => {
    await history.put('Patient/a')
    const [one, other] = [await harness.kickOff(), await harness.kickOff()]
    expect(await said(one)).toEqual(await said(other))
  })

  test('an export of nothing yet has a transactionTime that the first write is later than', async () => {
    const path = await harness.kickOff()
    await history.put('Patient/a')
    const { output, transactionTime } = await said(path)
    expect(output).toEqual({})
    expect(await exportNow(`?_since=${transactionTime}`)).toMatchObject(history.expected({}))
  })
})

describe('When the clock goes back', () => {
  test('what is written then is still later than the transactionTime of the export before', async () => {
    await history.put('Patient/a')
    const path = await harness.kickOff()
    harness.clock.advance(-3_600_000)
    await history.put('Patient/b')
    const { transactionTime } = (await (await harness.finish(path)).json()) as Manifest
    expect((await lastUpdatedOf('Patient/b')) > transactionTime).toBe(true)
    expect(await exportNow(`?_since=${transactionTime}`)).toMatchObject(history.expected({ since: 1 }))
  })

  test('transactionTime does not, so that a client may go on with the last it got', async () => {
    await history.put('Patient/a')
    harness.clock.advance(1_000)
    const first = await exportNow()
    harness.clock.advance(-500)
    const second = await exportNow(`?_since=${first.transactionTime}`)
    expect(second).toEqual({ output: {}, deleted: [], transactionTime: first.transactionTime })
    await history.put('Patient/b')
    const third = await exportNow(`?_since=${second.transactionTime}`)
    expect(third).toMatchObject(history.expected({ since: 1 }))
    expect(third.transactionTime > second.transactionTime).toBe(true)
    harness.clock.advance(-3_600_000)
    expect(await exportNow(`?_since=${third.transactionTime}`)).toMatchObject({ output: {}, deleted: [] })
  })

  test('nothing is lost or repeated in a chain of exports across it', async () => {
    let since: string | undefined
    let seen = 0
    for (const ms of [0, 5_000, -8_000, 0, -1, 1, 20_000, -20_000, 0]) {
      harness.clock.advance(ms)
      await history.put('Patient/a')
      const result = await exportNow(since === undefined ? '' : `?_since=${since}`)
      expect(result).toMatchObject(history.expected({ since: seen }))
      seen = history.length
      since = result.transactionTime
    }
  })

  test('a _since that is really in the future is still refused', async () => {
    const future = new Date(harness.clock.now() + 1).toISOString()
    expect((await harness.request(`/fhir/$export?_since=${future}`)).status).toBe(400)
    await history.put('Patient/a')
    await harness.kickOff()
    expect((await harness.request(`/fhir/$export?_since=${future}`)).status).toBe(400)
  })
})
