import { describe, expect, test } from 'vitest'
import { finished } from '../export/history.ts'
import fc from '../support/fast-check.ts'
import { createHarness } from '../support/harness.ts'
import { saidLines } from './ask.ts'
import {
  type AskedAssociated,
  additionalArbitrary,
  kickOffAssociated,
  type Moment,
} from './ask-associated.ts'
import {
  type AssociatedWrite,
  associatedWriteArbitrary,
  createAssociatedWorld,
  type Level,
  nameOfAnyArbitrary,
} from './associated-world.ts'

/**
 * What a chain of exports by `_since` promises of Provenance, and with `_history` of every version: each brings what a full export would
 * bring now and would not have brought then. So a client has in the end all that a full export gives. Of additional resources it
 * promises that what is new can be resolved, so they may come again and again.
 */
type Event =
  | AssociatedWrite
  | { readonly gone: string }
  | { readonly exportNow: true }
  | { readonly advanceMs: number }

const eventsArbitrary: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    { weight: 14, arbitrary: associatedWriteArbitrary },
    { weight: 2, arbitrary: fc.record({ gone: nameOfAnyArbitrary }) },
    { weight: 3, arbitrary: fc.constant({ exportNow: true as const }) },
    { weight: 1, arbitrary: fc.record({ advanceMs: fc.constantFrom(1, 1000, -1) }) },
  ),
  { minLength: 20, maxLength: 100, size: 'max' },
)
const askedArbitrary: fc.Arbitrary<AskedAssociated> = fc.record({
  level: fc.constantFrom<Level>('patient', 'group'),
  listed: fc.constant(undefined),
  types: fc.constantFrom(undefined, undefined, ['Provenance'], ['Observation', 'Provenance']),
  values: fc.constantFrom([], [], ['_history']),
  backfill: fc.constant(true),
  additional: additionalArbitrary,
})

const additionalTypes = ['Organization', 'Practitioner', 'Device', 'Coverage']
const typeOf = (line: string): string => JSON.parse(line).resourceType
const nameOf = (line: string): string => `${typeOf(line)}/${JSON.parse(line).id}`
/** Neither what may come again, nor a Group, which comes with whoever names it. */
const isPromised = (line: string): boolean => ![...additionalTypes, 'Group'].includes(typeOf(line))

const checkChain = async (
  events: readonly Event[],
  limits: object,
  asked: AskedAssociated,
): Promise<void> => {
  const harness = await createHarness(limits)
  const world = createAssociatedWorld(harness)
  const copy = new Map<string, string>()
  let before: { readonly moment: Moment; readonly full: readonly string[] } | undefined
  const exportNow = async () => {
    const kicked = await kickOffAssociated(harness, world, asked, before?.moment, undefined)
    if (kicked === undefined) return
    const full = world.expected({ ...kicked.question, since: undefined }).lines.filter(isPromised)
    const { lines, deleted } = saidLines(await finished(harness, kicked.path))
    const promised = lines.filter(isPromised)
    const news = full.filter((line) => !before?.full.includes(line))
    if (asked.level === 'patient') expect(promised).toEqual(news)
    else expect(promised).toEqual(expect.arrayContaining(news))
    expect(new Set(lines).size).toBe(lines.length)

    for (const name of deleted) expect(world.isThere(name)).toBe(false)
    for (const line of lines) copy.set(asked.values.includes('_history') ? line : nameOf(line), line)
    expect(full.filter((line) => ![...copy.values()].includes(line))).toEqual([])
    before = { moment: kicked.moment, full }
  }
  for (const event of events) {
    if ('name' in event) await world.write(event)
    else if ('gone' in event) await world.remove(event.gone)
    else if ('advanceMs' in event) harness.clock.advance(event.advanceMs)
    else await exportNow()
  }
  await exportNow()
  harness.close()
}

describe('A chain of exports by _since', { timeout: 240_000 }, () => {
  test('brings all Provenance once, and with _history every version', async () => {
    const limits = fc.record({ pageRows: fc.integer({ min: 1, max: 4 }) })
    await fc.assert(fc.asyncProperty(eventsArbitrary, limits, askedArbitrary, checkChain), {
      numRuns: 40,
    })
  })
})
