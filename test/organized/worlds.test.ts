import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { finished, limitsArbitrary, saidBy } from '../export/history.ts'
import { type Asked, type Kicked, kickOff, type Moment } from '../population/ask.ts'
import {
  createWorld,
  groupIdArbitrary,
  patientIdArbitrary,
  type Write,
  writeArbitrary,
} from '../population/world.ts'
import fc from '../support/fast-check.ts'
import { createHarness, type ExportedFiles, type Harness } from '../support/harness.ts'
import { blocksOf, expectWellFilled } from './blocks.ts'

/** An export asked for in the middle of a history: `since` and `until` are places among the exports before it. */
type Export = {
  readonly asked: Omit<Asked, 'since' | 'until'>
  readonly since: number | undefined
  readonly until: number | undefined
  readonly ticks: number
}
type Event = Write | Export | { readonly advanceMs: number }

const askedArbitrary: fc.Arbitrary<Export['asked']> = fc
  .record({
    ...{ level: fc.constantFrom('system' as const, 'patient' as const, 'group' as const) },
    ...{
      groupId: groupIdArbitrary,
      organized: fc.constant(true),
      backfill: fc.constantFrom(true, true, false),
    },
    listed: fc.option(fc.uniqueArray(patientIdArbitrary, { minLength: 1 }), { nil: undefined }),
    types: fc.constantFrom(
      undefined,
      undefined,
      ['Patient'],
      ['Observation', 'Group'],
      ['Group', 'Patient', 'Observation', 'Medication'],
      ['Medication'],
    ),
  })
  .map(({ groupId, listed, ...asked }) => ({
    ...asked,
    ...(asked.level === 'group' ? { groupId } : {}),
    ...(asked.level === 'system' ? {} : { listed }),
  }))
const placeArbitrary = fc.option(fc.nat({ max: 20 }), { nil: undefined, freq: 5 })
const eventsArbitrary: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: writeArbitrary },
    {
      weight: 2,
      arbitrary: fc.record({
        asked: askedArbitrary,
        since: placeArbitrary,
        until: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.nat({ max: 20 })),
        ticks: fc.nat({ max: 6 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ advanceMs: fc.constantFrom(1, 1000, 3000, -1) }) },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
)

const runHistory = async (
  events: readonly Event[],
  limits: { readonly fileBytes: number },
): Promise<void> => {
  const harness = await createHarness(limits)
  const world = createWorld(harness)
  const moments: Moment[] = [{ point: 0, ms: harness.clock.now() - 1_000_000 }]
  const kicked: Kicked[] = []
  const momentAt = (place: number | undefined) =>
    place === undefined ? undefined : moments[place % moments.length]
  for (const event of events) {
    if ('kind' in event) await world.write(event)
    else if ('advanceMs' in event) harness.clock.advance(event.advanceMs)
    else {
      const since = momentAt(event.since)
      const until = momentAt(event.until)
      const isEmpty = since !== undefined && until !== undefined && since.ms >= until.ms
      const started = await kickOff(harness, world, {
        ...event.asked,
        since,
        until: isEmpty ? undefined : until,
      })
      if (started === undefined) continue
      kicked.push(started)
      moments.push(started.moment)
      for (let tick = 0; tick < event.ticks; tick++) await harness.tick()
    }
  }
  for (const each of kicked) check(await finished(harness, each.path), each, limits)
  expect(await unitsUnlikePlanned(harness)).toEqual([])
  harness.close()
}

const check = (
  files: ExportedFiles,
  { expected, blocks }: Kicked,
  { fileBytes }: { readonly fileBytes: number },
): void => {
  const found = blocksOf(files)
  expect([...found.blocks]).toEqual(blocks)
  const { deleted } = saidBy({ ...files, manifest: { ...files.manifest, output: [] } })
  expect([...deleted].sort()).toEqual(expected.deleted)
  if (fileBytes > 0) expectWellFilled(found, fileBytes)
}

/** Each unit of blocks is one file, of as many lines as were planned. */
const unitsUnlikePlanned = async ({ deps }: Harness): Promise<readonly object[]> => {
  const { rows } =
    await sql<object>`select * from work_unit u where u.source = 'block' and (lines_done <> lines_total
    or 1 <> (select count(*) from export_file f where f.job_id = u.job_id and f.ordinal = u.ordinal))`.execute(
      deps.db.query,
    )
  return rows
}

describe('Output organized by Patient', { timeout: 240_000 }, () => {
  test('has of each patient what the rules say, in whole blocks, over any history, whatever is written meanwhile', async () => {
    await fc.assert(fc.asyncProperty(eventsArbitrary, limitsArbitrary, runHistory), { numRuns: 60 })
  })
})
