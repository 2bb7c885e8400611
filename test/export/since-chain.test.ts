import { describe, expect, test } from 'vitest'
import fc from '../support/fast-check.ts'
import { createHarness, type ExportedFiles } from '../support/harness.ts'
import {
  createHistory,
  finished,
  limitsArbitrary,
  type Said,
  saidBy,
  type Write,
  writeArbitrary,
} from './history.ts'

/**
 * The promise of `transactionTime`: used as the next `_since` it loses nothing and repeats nothing. A client that keeps what it
 * is given, and drops what it is told has gone, has in the end what a full export gives.
 */

type Event = Write | { readonly advanceMs: number } | { readonly finishNow: boolean }

const eventsArbitrary: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: writeArbitrary },
    { weight: 1, arbitrary: fc.record({ advanceMs: fc.constantFrom(1, 1_000, -1, -1_000) }) },
    { weight: 2, arbitrary: fc.record({ finishNow: fc.boolean() }) },
  ),
  { maxLength: 50 },
)

type Run = { readonly path: string; readonly expected: Said }

/** Writes and exports as the events say, each export with the `transactionTime` of the one before as `_since`; and once at the end. */
const chainOf = async (events: readonly Event[], limits: object, types?: readonly string[]) => {
  const harness = await createHarness(limits)
  const history = createHistory(harness)
  const runs: Run[] = []
  const query = types === undefined ? '' : `_type=${types.join(',')}&`
  let seen = 0
  let since: string | undefined

  const exportSince = async (finishNow: boolean) => {
    const path = await harness.kickOff(`?${query}${since === undefined ? '' : `_since=${since}`}`)
    runs.push({ path, expected: history.expected({ since: seen, ...(types && { types }) }) })
    seen = history.length
    // A client knows `transactionTime` from the manifest alone, but an export may go on while the next has begun.
    const times = await harness.deps.db.query
      .selectFrom('job')
      .select('transaction_time')
      .where('job_id', '=', path.slice(path.lastIndexOf('/') + 1))
      .executeTakeFirstOrThrow()
    since = new Date(times.transaction_time).toISOString()
    if (finishNow) await finished(harness, path)
  }
  for (const event of events) {
    if ('name' in event) await history.write(event)
    else if ('advanceMs' in event) harness.clock.advance(event.advanceMs)
    else await exportSince(event.finishNow)
  }
  await exportSince(true)
  const all = await harness.kickOff(types === undefined ? '' : `?_type=${types.join(',')}`)

  const exports: ExportedFiles[] = []
  for (const { path } of runs) exports.push(await finished(harness, path))
  const full = await finished(harness, all)
  harness.close()
  return { runs, exports, full, current: history.expected({ ...(types && { types }) }) }
}

type Seen = { readonly name: string; readonly version: string; readonly line: string }

const resourcesOf = ({ output }: Said): readonly Seen[] =>
  Object.values(output)
    .flatMap((text) => text.split('\n').slice(0, -1))
    .map((line) => {
      const { resourceType, id, meta } = JSON.parse(line)
      return { name: `${resourceType}/${id}`, version: `${resourceType}/${id}/${meta.versionId}`, line }
    })

const typesArbitrary = fc.constantFrom(undefined, ['Patient'], ['Basic', 'Patient'])

describe('A chain of exports by _since', { timeout: 60_000 }, () => {
  test('loses nothing and repeats nothing, over any history', async () => {
    await fc.assert(
      fc.asyncProperty(eventsArbitrary, limitsArbitrary, typesArbitrary, async (events, limits, types) => {
        const { runs, exports, full, current } = await chainOf(events, limits, types)

        const copy = new Map<string, string>()
        const versions: string[] = []
        for (const [n, files] of exports.entries()) {
          const said = saidBy(files)
          const resources = resourcesOf(said)
          // Each run says what the model says, in the order of writing; what came and went in between is in neither part.
          expect(said).toEqual(runs[n]?.expected)
          expect(resources.filter(({ name }) => said.deleted.includes(name))).toEqual([])
          expect(files.manifest.deleted === undefined).toBe(n === 0)
          for (const name of said.deleted) {
            expect(copy.has(name)).toBe(true)
            copy.delete(name)
          }
          for (const { name, line } of resources) copy.set(name, line)
          versions.push(...resources.map(({ version }) => version))
        }
        expect(new Set(versions).size).toBe(versions.length)
        expect(saidBy(full)).toEqual({ ...current, deleted: [] })
        expect([...copy.values()].sort()).toEqual(
          resourcesOf(saidBy(full))
            .map(({ line }) => line)
            .sort(),
        )
      }),
      { numRuns: 100 },
    )
  })

  test.each<[string, readonly Write[], Said]>([
    ['created and deleted', [put('Patient/x'), del('Patient/x')], { output: {}, deleted: [] }],
    [
      'deleted and created again',
      [del('Patient/a'), put('Patient/a')],
      { output: { Patient: 'Patient/a' }, deleted: [] },
    ],
    [
      'deleted, created again and deleted again',
      [del('Patient/a'), put('Patient/a'), del('Patient/a')],
      { output: {}, deleted: ['Patient/a'] },
    ],
    ['updated and deleted', [put('Patient/a'), del('Patient/a')], { output: {}, deleted: ['Patient/a'] }],
    [
      'created again, of what had gone before',
      [put('Patient/gone')],
      { output: { Patient: 'Patient/gone' }, deleted: [] },
    ],
    [
      'created again and deleted, of what had gone before',
      [put('Patient/gone'), del('Patient/gone')],
      { output: {}, deleted: [] },
    ],
    ['left alone', [], { output: {}, deleted: [] }],
  ])('says of what was %s since', async (_, writes, expected) => {
    const harness = await createHarness()
    const history = createHistory(harness)
    for (const write of [put('Patient/a'), put('Patient/gone'), del('Patient/gone')])
      await history.write(write)
    const { manifest } = await harness.export()
    for (const write of writes) await history.write(write)
    const said = saidBy(await harness.export(`?_since=${manifest.transactionTime}`))
    const names = Object.entries(said.output).map(([type]) => [
      type,
      resourcesOf(said)
        .map(({ name }) => name)
        .join(),
    ])
    expect({ output: Object.fromEntries(names), deleted: said.deleted }).toEqual(expected)
    harness.close()
  })
  function put(name: string): Write {
    return { name, isDelete: false }
  }
  function del(name: string): Write {
    return { name, isDelete: true }
  }

  test('reads what changed, not what is stored', async () => {
    const harness = await createHarness({ pageRows: 10, tickRows: 40 })
    const history = createHistory(harness)
    await harness.load(Array.from({ length: 400 }, (_, n) => ({ resourceType: 'Patient', id: `p${n}` })))
    const { manifest } = await harness.export()
    await history.put('Patient/p7')
    const path = await harness.kickOff(`?_since=${manifest.transactionTime}`)
    // A full export of 401 versions takes some twenty ticks of forty rows.
    await harness.tick()
    const response = await harness.request(path)
    expect(response.status).toBe(200)
    harness.close()
  })
})
