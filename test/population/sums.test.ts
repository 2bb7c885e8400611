import { describe, expect, test } from 'vitest'
import { limitsArbitrary } from '../export/history.ts'
import fc from '../support/fast-check.ts'
import { createHarness } from '../support/harness.ts'
import { type Asked, answerOf, kickOff } from './ask.ts'
import { createWorld, patientIdArbitrary, writeArbitrary } from './world.ts'

/** How exports of different populations relate to each other, whoever is in them. */
describe('Populations', { timeout: 240_000 }, () => {
  test('add up: those of single patients to that of all, and `patient` of a Group is where both meet', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(writeArbitrary, { minLength: 10, maxLength: 40, size: 'max' }),
        fc.uniqueArray(patientIdArbitrary, { minLength: 1 }),
        limitsArbitrary,
        async (writes, listed, limits) => {
          const harness = await createHarness(limits)
          const world = createWorld(harness)
          for (const write of writes) await world.write(write)
          const linesOf = async (asked: Omit<Asked, 'backfill'>) => {
            const kicked = await kickOff(harness, world, { ...asked, backfill: true })
            return kicked === undefined ? undefined : (await answerOf(harness, kicked)).lines
          }
          const union = async (ids: readonly string[]) => {
            const all = new Set<string>()
            for (const id of ids)
              for (const line of (await linesOf({ level: 'patient', listed: [id] })) ?? []) all.add(line)
            return [...all].sort()
          }
          const there = [...world.patientsNow(undefined, harness.clock.now())]

          // Groups are of many, so no single patient brings them.
          const whole = (await linesOf({ level: 'patient' })) ?? []
          expect(await union(there)).toEqual(
            whole.filter((line) => !line.startsWith('{"resourceType":"Group"')),
          )
          expect(await linesOf({ level: 'patient', listed })).toEqual(
            await union(there.filter((id) => listed.includes(id))),
          )

          const members = [...world.patientsNow('g', harness.clock.now())]
          const ofGroup = await linesOf({ level: 'group', groupId: 'g' })
          const met = await linesOf({ level: 'group', groupId: 'g', listed })
          if (ofGroup !== undefined) {
            expect(ofGroup).toEqual(await union(members))
            expect(met).toEqual(await union(members.filter((id) => listed.includes(id))))
          }
          harness.close()
        },
      ),
      { numRuns: 25 },
    )
  })
})
