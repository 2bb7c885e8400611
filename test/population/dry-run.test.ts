import { describe, expect, test } from 'vitest'
import { readEstimate } from '../support/estimate.ts'
import fc from '../support/fast-check.ts'
import { createHarness } from '../support/harness.ts'
import { type Asked, ask, kickOff, type Moment } from './ask.ts'
import { createWorld, groupIdArbitrary, patientIdArbitrary, type Write, writeArbitrary } from './world.ts'

const typesArbitrary = fc.constantFrom(
  undefined,
  undefined,
  ['Patient'],
  ['Observation', 'Group'],
  ['Group', 'Patient', 'Observation', 'Medication'],
)
const listedArbitrary = fc.option(fc.uniqueArray(patientIdArbitrary, { minLength: 1 }), { nil: undefined })
const common = { types: typesArbitrary, backfill: fc.boolean() }
const askedArbitrary: fc.Arbitrary<Omit<Asked, 'since' | 'until'>> = fc.oneof(
  fc.record({ level: fc.constant('system' as const), ...common }),
  fc.record({ level: fc.constant('patient' as const), listed: listedArbitrary, ...common }),
  {
    weight: 3,
    arbitrary: fc.record({
      level: fc.constant('group' as const),
      groupId: groupIdArbitrary,
      listed: listedArbitrary,
      ...common,
    }),
  },
)
type Question = {
  readonly asked: Omit<Asked, 'since' | 'until'>
  readonly since: number | undefined
  readonly until: number | undefined
}
const placeArbitrary = fc.option(fc.nat({ max: 20 }), { nil: undefined })
const questionArbitrary: fc.Arbitrary<Question> = fc.record({
  asked: askedArbitrary,
  since: placeArbitrary,
  until: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.nat({ max: 20 })),
})
type Event = Write | Question | { readonly advanceMs: number }
const eventsArbitrary: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: writeArbitrary },
    { weight: 3, arbitrary: questionArbitrary },
    { weight: 1, arbitrary: fc.record({ advanceMs: fc.constantFrom(1, 1000, 3000, -1) }) },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
)

/** A dry run in front of each export: with so few resources nothing is extrapolated. */
const runHistory = async (events: readonly Event[]): Promise<void> => {
  const harness = await createHarness({}, undefined, undefined, { ADDITIONAL_RESOURCES: 'none' })
  const world = createWorld(harness)
  const moments: Moment[] = [{ point: 0, ms: harness.clock.now() - 1_000_000 }]
  for (const event of events) {
    if ('kind' in event) await world.write(event)
    else if ('advanceMs' in event) harness.clock.advance(event.advanceMs)
    else {
      const momentAt = (place: number | undefined) =>
        place === undefined ? undefined : moments[place % moments.length]
      const [since, until] = [momentAt(event.since), momentAt(event.until)]
      const isEmpty = since !== undefined && until !== undefined && since.ms >= until.ms
      const asked = { ...event.asked, since, until: isEmpty ? undefined : until }
      const dry = await ask(harness, asked, [{ name: '_dryRun', valueBoolean: true }])
      const kicked = await kickOff(harness, world, asked)
      if (kicked === undefined) {
        expect(dry.status).toBe(404)
        continue
      }
      moments.push(kicked.moment)
      const { count, deleted, isExact } = await readEstimate(dry)
      const { lines, deleted: told } = kicked.expected
      const ofDeletions = since === undefined ? undefined : told.length
      expect({ asked, count, deleted: deleted?.count, isExact }).toEqual({
        asked,
        count: lines.length,
        deleted: ofDeletions,
        isExact: knowsAll(asked),
      })
    }
  }
  harness.close()
}

/** Of patients it says that it does not count Provenance of what they have, unless none is asked for. */
const knowsAll = ({ level, listed, organized, types }: Asked): boolean =>
  (level === 'system' && listed === undefined && organized !== true) ||
  types?.includes('Provenance') === false

describe('A dry run', { timeout: 240_000 }, () => {
  test('counts what the rules of populations say, over any history', async () => {
    await fc.assert(fc.asyncProperty(eventsArbitrary, runHistory), { numRuns: 60 })
  })
})
