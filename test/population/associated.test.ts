import { describe, expect, test } from 'vitest'
import { finished, limitsArbitrary } from '../export/history.ts'
import fc from '../support/fast-check.ts'
import { createHarness } from '../support/harness.ts'
import { saidLines } from './ask.ts'
import {
  type AskedAssociated,
  askedAssociatedArbitrary,
  type KickedAssociated,
  kickOffAssociated,
  type Moment,
} from './ask-associated.ts'
import {
  type AssociatedWrite,
  associatedWriteArbitrary,
  createAssociatedWorld,
  nameOfAnyArbitrary,
} from './associated-world.ts'

/** An export asked for in the middle of a history: `since` and `until` are places among the exports before it. */
type Event =
  | AssociatedWrite
  | { readonly gone: string }
  | { readonly advanceMs: number }
  | {
      readonly asked: AskedAssociated
      readonly since: number | undefined
      readonly until: number | undefined
      readonly ticks: number
    }

const eventArbitrary: fc.Arbitrary<Event> = fc.oneof(
  { weight: 12, arbitrary: associatedWriteArbitrary },
  { weight: 2, arbitrary: fc.record({ gone: nameOfAnyArbitrary }) },
  {
    weight: 3,
    arbitrary: fc.record({
      asked: askedAssociatedArbitrary,
      since: fc.option(fc.nat({ max: 20 }), { nil: undefined, freq: 3 }),
      until: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.nat({ max: 20 })),
      ticks: fc.nat({ max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ advanceMs: fc.constantFrom(1, 1000, 3000, -1) }) },
)

const runHistory = async (events: readonly Event[], limits: object): Promise<void> => {
  const harness = await createHarness(limits)
  const world = createAssociatedWorld(harness)
  const moments: Moment[] = [{ point: 0, ms: harness.clock.now() - 1_000_000 }]
  const kicked: KickedAssociated[] = []
  const momentAt = (place: number | undefined) =>
    place === undefined ? undefined : moments[place % moments.length]
  for (const event of events) {
    if ('name' in event) await world.write(event)
    else if ('gone' in event) await world.remove(event.gone)
    else if ('advanceMs' in event) harness.clock.advance(event.advanceMs)
    else {
      const since = momentAt(event.since)
      const until = momentAt(event.until)
      const isEmpty = since !== undefined && until !== undefined && since.ms >= until.ms
      const started = await kickOffAssociated(harness, world, event.asked, since, isEmpty ? undefined : until)
      if (started === undefined) continue
      kicked.push(started)
      moments.push(started.moment)
      for (let tick = 0; tick < event.ticks; tick++) await harness.tick()
    }
  }
  for (const { path, question } of kicked) {
    const said = saidLines(await finished(harness, path))
    expect({ question, ...said }).toEqual({ question, ...world.expected(question) })
  }
  harness.close()
}

const historyArbitrary = (maxLength: number) =>
  fc.array(eventArbitrary, { minLength: 20, maxLength, size: 'max' })

describe('An export with Provenance and what is referred to', { timeout: 240_000 }, () => {
  test('says what the rules say, over any history, whatever is written between its slices', async () => {
    await fc.assert(fc.asyncProperty(historyArbitrary(60), limitsArbitrary, runHistory), { numRuns: 40 })
  })

  test('says so over long histories, however little is looked at at once', async () => {
    const limits = fc.record({ pageRows: fc.integer({ min: 1, max: 4 }) })
    await fc.assert(fc.asyncProperty(historyArbitrary(150), limits, runHistory), {
      numRuns: 60,
    })
  })
})
