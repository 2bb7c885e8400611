import { describe, expect, test } from 'vitest'
import { limitsArbitrary } from '../export/history.ts'
import fc from '../support/fast-check.ts'
import { createHarness } from '../support/harness.ts'
import { type Asked, answerOf, type Kicked, kickOff, type Moment } from './ask.ts'
import { createWorld, groupIdArbitrary, patientIdArbitrary, type Write, writeArbitrary } from './world.ts'

/** An export asked for in the middle of a history: `since` and `until` are places among the exports before it. */
type Export = {
  readonly asked: Omit<Asked, 'since' | 'until'>
  readonly since: number | undefined
  readonly until: number | undefined
  /** Ticks before the history goes on. */
  readonly ticks: number
}
type Event = Write | Export | { readonly advanceMs: number }

const typesArbitrary = fc.constantFrom(
  undefined,
  undefined,
  ['Patient'],
  ['Observation', 'Group'],
  ['Group', 'Patient', 'Observation', 'Medication'],
  ['Medication'],
)
const listedArbitrary = fc.option(fc.uniqueArray(patientIdArbitrary, { minLength: 1 }), { nil: undefined })
const askedArbitrary: fc.Arbitrary<Export['asked']> = fc.oneof(
  fc.record({
    level: fc.constant('patient' as const),
    listed: listedArbitrary,
    types: typesArbitrary,
    backfill: fc.boolean(),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      level: fc.constant('group' as const),
      groupId: groupIdArbitrary,
      listed: listedArbitrary,
      types: typesArbitrary,
      backfill: fc.constantFrom(true, true, false),
    }),
  },
)
const placeArbitrary = fc.option(fc.nat({ max: 20 }), { nil: undefined, freq: 5 })
const exportArbitrary: fc.Arbitrary<Export> = fc.record({
  asked: askedArbitrary,
  since: placeArbitrary,
  until: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.nat({ max: 20 })),
  ticks: fc.nat({ max: 6 }),
})
const eventsArbitrary: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: writeArbitrary },
    { weight: 2, arbitrary: exportArbitrary },
    { weight: 1, arbitrary: fc.record({ advanceMs: fc.constantFrom(1, 1000, 3000, -1) }) },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
)

const runHistory = async (events: readonly Event[], limits: object): Promise<void> => {
  const harness = await createHarness(limits)
  const world = createWorld(harness)
  const moments: Moment[] = [{ point: 0, ms: harness.clock.now() - 1_000_000 }]
  const kicked: { readonly export: Kicked; readonly asked: Asked }[] = []
  const momentAt = (place: number | undefined) =>
    place === undefined ? undefined : moments[place % moments.length]
  for (const event of events) {
    if ('kind' in event) await world.write(event)
    else if ('advanceMs' in event) harness.clock.advance(event.advanceMs)
    else {
      const since = momentAt(event.since)
      const until = momentAt(event.until)
      const isEmpty = since !== undefined && until !== undefined && since.ms >= until.ms
      const asked = { ...event.asked, since, until: isEmpty ? undefined : until }
      const started = await kickOff(harness, world, asked)
      if (started === undefined) continue
      kicked.push({ export: started, asked })
      moments.push(started.moment)
      for (let tick = 0; tick < event.ticks; tick++) await harness.tick()
    }
  }
  for (const { export: each, asked } of kicked) {
    expect({ asked, ...(await answerOf(harness, each)) }).toEqual({ asked, ...each.expected })
  }
  harness.close()
}

describe('An export at Patient or Group level', { timeout: 240_000 }, () => {
  test('says what the rules of populations say, over any history, whatever is written between its slices', async () => {
    await fc.assert(fc.asyncProperty(eventsArbitrary, limitsArbitrary, runHistory), {
      numRuns: 100,
    })
  })
})
