import { describe, expect, test } from 'vitest'
import fc from '../support/fast-check.ts'
import { createHarness, type ExportedFiles, type Harness } from '../support/harness.ts'
import { createHistory, finished, limitsArbitrary, saidBy, type Write, writeArbitrary } from './history.ts'

/** DESIGN I1: every resource is in the version it had at kick-off, however long the export runs and whatever is written meanwhile. */

/** All that a client gets, but for the folder, which has the id of the job in it. */
const bytesOf = ({ manifest, text }: ExportedFiles) => {
  const items = [...manifest.output, ...(manifest.deleted ?? []), ...manifest.error]
  return {
    items: items.map(({ type, count, url }) => [type, count, url.slice(url.lastIndexOf('/') + 1)]),
    text: [...text],
  }
}

/** Between any two ticks something of this happens. */
type Event = Write | { readonly kickOff: 'all' | 'since' }
const isWrite = (event: Event): event is Write => 'name' in event

const eventsArbitrary = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: writeArbitrary },
    { weight: 1, arbitrary: fc.record({ kickOff: fc.constantFrom('all' as const, 'since' as const) }) },
  ),
  { maxLength: 4 },
)

const timeOf = (harness: Harness) => new Date(harness.clock.now()).toISOString()

describe('An export that has been kicked off', { timeout: 60_000 }, () => {
  test('says what was there at kick-off, whatever is written between its ticks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          before: fc.array(writeArbitrary, { maxLength: 15 }),
          after: fc.array(writeArbitrary, { maxLength: 15 }),
          between: fc.array(eventsArbitrary, { minLength: 1, maxLength: 12 }),
          limits: limitsArbitrary,
        }),
        async ({ before, after, between, limits }) => {
          const harness = await createHarness(limits)
          const history = createHistory(harness)
          for (const write of before) await history.write(write)
          const seen = history.length
          const since = timeOf(harness)
          harness.clock.advance(1)
          for (const write of after) await history.write(write)

          const running: { path: string; expected: ReturnType<typeof history.expected> }[] = []
          const kickOff = async (kind: 'all' | 'since') => {
            const path = await harness.kickOff(kind === 'since' ? `?_since=${since}` : '')
            running.push({ path, expected: history.expected(kind === 'since' ? { since: seen } : {}) })
          }
          await kickOff('all')
          await kickOff('since')
          for (const events of between) {
            for (const event of events) {
              await (isWrite(event) ? history.write(event) : kickOff(event.kickOff))
            }
            await harness.tick()
          }
          for (const { path, expected } of running) {
            expect(saidBy(await finished(harness, path))).toEqual(expected)
          }
          harness.close()
        },
      ),
      { numRuns: 40 },
    )
  })

  test('gives byte for byte the files of one that nothing was written during', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          before: fc.array(writeArbitrary, { maxLength: 10 }),
          after: fc.array(writeArbitrary, { minLength: 1, maxLength: 20 }),
          meanwhile: fc.array(writeArbitrary, { minLength: 1, maxLength: 40 }),
          limits: limitsArbitrary,
        }),
        async ({ before, after, meanwhile, limits }) => {
          const harness = await createHarness(limits)
          const history = createHistory(harness)
          for (const write of before) await history.write(write)
          const query = `?_since=${timeOf(harness)}`
          harness.clock.advance(1)
          for (const write of after) await history.write(write)

          const undisturbed = [await harness.export(query), await harness.export()]
          const now = timeOf(harness)
          const paths = [await harness.kickOff(query), await harness.kickOff()]
          for (const write of meanwhile) {
            await history.write(write)
            await harness.tick()
          }
          for (const [n, path] of paths.entries()) {
            const disturbed = await finished(harness, path)
            expect(disturbed.manifest.transactionTime).toBe(now)
            expect(bytesOf(disturbed)).toEqual(undisturbed[n] && bytesOf(undisturbed[n]))
          }
          harness.close()
        },
      ),
      { numRuns: 25 },
    )
  })

  test.each<[string, readonly Write[]]>([
    ['updated', [{ name: 'Patient/a', isDelete: false }]],
    ['deleted', [{ name: 'Patient/a', isDelete: true }]],
    [
      'deleted and created again',
      [
        { name: 'Patient/a', isDelete: true },
        { name: 'Patient/a', isDelete: false },
      ],
    ],
    [
      'created',
      [
        { name: 'Patient/new', isDelete: false },
        { name: 'Account/first', isDelete: false },
        { name: 'VisionPrescription/first', isDelete: false },
      ],
    ],
  ])('does not see that a resource is %s before its first tick', async (_, writes) => {
    const harness = await createHarness()
    const history = createHistory(harness)
    for (const name of ['Patient/a', 'Patient/b', 'Observation/a']) await history.put(name)
    const expected = history.expected({})
    const path = await harness.kickOff()
    for (const write of writes) await history.write(write)
    expect(saidBy(await finished(harness, path))).toEqual(expected)
    harness.close()
  })

  test('of nothing says nothing, though much is written before its first tick', async () => {
    const harness = await createHarness()
    const history = createHistory(harness)
    const path = await harness.kickOff()
    for (const name of ['Patient/a', 'Patient/b']) await history.put(name)
    const { manifest } = await finished(harness, path)
    expect([manifest.output, manifest.error, manifest.deleted]).toEqual([[], [], undefined])
    harness.close()
  })
})
