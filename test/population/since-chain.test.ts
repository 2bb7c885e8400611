import { describe, expect, test } from 'vitest'
import { limitsArbitrary } from '../export/history.ts'
import fc from '../support/fast-check.ts'
import { createHarness } from '../support/harness.ts'
import { type Asked, answerOf, type Kicked, kickOff } from './ask.ts'
import { createWorld, patientIdArbitrary, type World, type Write, writeArbitrary } from './world.ts'

/**
 * What a chain of exports by `_since` promises below system level: each says what a full export would say now and would not have said
 * then. So a client who keeps what he is given has in the end all that a full export gives, in the same versions. What he has besides
 * has left the population: the rules of populations tell of deletions only, so he has to drop himself what is of patients who are gone,
 * and what is of members who have left.
 */

type Event = Write | { readonly exportNow: boolean } | { readonly advanceMs: number }

const eventsArbitrary: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: writeArbitrary },
    { weight: 2, arbitrary: fc.record({ exportNow: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ advanceMs: fc.constantFrom(1, 1000, 3000, -1) }) },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
)
const typesArbitrary = fc.constantFrom(
  undefined,
  undefined,
  ['Observation'],
  ['Group', 'Observation', 'Patient'],
)
const askedArbitrary: fc.Arbitrary<Asked> = fc.oneof(
  fc.record({ level: fc.constant('patient' as const), types: typesArbitrary, backfill: fc.constant(true) }),
  fc.record({
    level: fc.constant('group' as const),
    groupId: fc.constant('g'),
    listed: fc.option(fc.uniqueArray(patientIdArbitrary, { minLength: 1 }), { nil: undefined }),
    types: typesArbitrary,
    backfill: fc.constant(true),
  }),
)

/** The links of a chain, each with what it says; the last when all is written. */
const chainOf = async (events: readonly Event[], limits: object, asked: Asked) => {
  const harness = await createHarness(limits)
  const world = createWorld(harness)
  const links: Kicked[] = []
  const exportNow = async () => {
    const link = await kickOff(harness, world, { ...asked, since: links.at(-1)?.moment })
    if (link !== undefined) links.push(link)
    return link
  }
  for (const event of events) {
    if ('kind' in event) await world.write(event)
    else if ('advanceMs' in event) harness.clock.advance(event.advanceMs)
    else {
      const link = await exportNow()
      if (link !== undefined && event.exportNow) await answerOf(harness, link)
    }
  }
  await exportNow()
  const said = []
  for (const link of links) said.push({ ...link, ...(await answerOf(harness, link)) })
  harness.close()
  return { world, said }
}

const nameOf = (line: string): string => {
  const { resourceType, id } = JSON.parse(line)
  return `${resourceType}/${id}`
}

/** A Group in a Group names nobody whose coming would bring it. */
const namesGroups = (line: string): boolean => /^\{"resourceType":"Group".*"reference":"Group\//.test(line)

const check = (
  { world, said }: { world: World; said: Awaited<ReturnType<typeof chainOf>>['said'] },
  { level }: Asked,
) => {
  const copy = new Map<string, string>()
  for (const [n, { lines, deleted, full, moment }] of said.entries()) {
    const before = said[n - 1]
    const then = new Set(before?.full.lines)
    const news = full.lines.filter((line) => !then.has(line) && !namesGroups(line))
    if (level === 'patient') expect(lines.filter((line) => !namesGroups(line))).toEqual(news)
    else expect(lines).toEqual(expect.arrayContaining(news))

    for (const name of deleted) {
      expect(world.isThere(name, before?.moment.point ?? 0)).toBe(true)
      expect(world.isThere(name, moment.point)).toBe(false)
      copy.delete(name)
    }
    for (const line of lines) copy.set(nameOf(line), line)
    const missing = full.lines.filter((line) => copy.get(nameOf(line)) !== line && !namesGroups(line))
    expect(missing).toEqual([])
    if (level === 'patient') expect(goneButKept(world, copy, moment.point)).toEqual([])
  }
}

/** What the client still has although it was deleted: he hears of all that belonged to somebody who was there. */
const goneButKept = (world: World, copy: ReadonlyMap<string, string>, point: number): readonly string[] =>
  [...copy.keys()].filter((name) => !world.isThere(name, point) && name.startsWith('Patient/'))

describe('A chain of exports by _since below system level', { timeout: 240_000 }, () => {
  test('says each time what is new in the population, and nothing is missing in the end', async () => {
    await fc.assert(
      fc.asyncProperty(eventsArbitrary, limitsArbitrary, askedArbitrary, async (events, limits, asked) => {
        check(await chainOf(events, limits, asked), asked)
      }),
      { numRuns: 60 },
    )
  })
})
