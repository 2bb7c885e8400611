import { describe, expect, test } from 'vitest'
import { runTick } from '../../worker/export/tick.ts'
import { sweepFaults } from '../support/crash-sweep.ts'
import { createScene, nothingLeft } from '../support/export-scene.ts'
import { faultPlan } from '../support/faulty.ts'
import { expiry, kickOff, leftBehind, removal, wholeExport } from './export-scenarios.ts'

/** A sample; `crash-sweep.long.test.ts` disturbs every call. */
const timeout = 120_000

describe('The export that is disturbed', () => {
  test('has ranges, files, parts and carry enough to be telling', async () => {
    const scene = await createScene()
    const { partBytes = 0, fileBytes = 0 } = scene.deps.config.limits
    const jobId = await scene.kickOffAt()
    await scene.writeMore()
    const plan = faultPlan()
    const worker = scene.process(plan)
    const paused: string[] = []
    while (await runTick(worker)) {
      const files = await scene.deps.db.query
        .selectFrom('export_file as f')
        .innerJoin('carry as c', (join) =>
          join.onRef('c.job_id', '=', 'f.job_id').onRef('c.ordinal', '=', 'f.ordinal'),
        )
        .select(['f.name', 'f.upload_id'])
        .where('f.state', '=', 'writing')
        .execute()
      paused.push(
        ...files.map(({ name, upload_id }) => `${name} ${upload_id === null ? 'before' : 'after'} a part`),
      )
    }
    const { status, files, manifest } = await scene.outcome(jobId)
    const sizeOf = new Map(Object.entries(files).map(([name, text]) => [name, Buffer.byteLength(text)]))
    const filesPerRange = Object.keys(files).flatMap((name) => /^Observation-(\d+)-\d+/.exec(name)?.[1] ?? [])

    expect(status).toBe(200)
    expect(Object.keys(JSON.parse(manifest))).toContain('deleted')
    expect([...sizeOf.keys()]).toEqual(expect.arrayContaining(['deleted-1.ndjson', 'error-1.ndjson']))
    expect(new Set(filesPerRange).size).toBeGreaterThan(1)
    expect(filesPerRange.length).toBeGreaterThan(new Set(filesPerRange).size)
    expect(sizeOf.get('Account-1.ndjson')).toBe(2 * partBytes)
    expect(sizeOf.get('Binary-1.ndjson')).toBeGreaterThan(fileBytes)
    expect(sizeOf.get('Basic-1.ndjson')).toBeLessThan(partBytes)
    expect(sizeOf.get('Observation-1-1.ndjson')).toBeGreaterThan(3 * partBytes)
    expect(paused).toContain('Basic-1.ndjson before a part')
    expect(paused).toContain('Condition-1.ndjson after a part')
    expect(plan.calls.filter((name) => name === 'put')).toHaveLength(2)
    await scene.sweepAll()
    expect(await scene.leftovers()).toEqual(nothingLeft)
    scene.close()
  })
})

describe('A process that dies', { timeout }, () => {
  test('in an export changes no byte of it and leaves nothing behind', async () => {
    const { calls } = await sweepFaults(wholeExport, 'crash', 11)
    expect(calls).toBeGreaterThan(300)
  })

  test('in a kick-off has made a job or none', async () => {
    await sweepFaults(kickOff, 'crash')
  })

  test('while an export is deleted, or cleared away, leaves nothing of it (I7)', async () => {
    await sweepFaults(removal('midway'), 'crash', 2)
  })

  test('while an export expires leaves nothing of it (I7)', async () => {
    await sweepFaults(expiry, 'crash', 2)
  })

  test('while the leftovers of others are cleared away leaves none of them', async () => {
    await sweepFaults(leftBehind, 'crash', 3)
  })
})

describe('A lost answer', { timeout }, () => {
  test('in an export changes no byte of it and leaves nothing behind', async () => {
    await sweepFaults(wholeExport, 'lost answer', 17)
  })

  test('to a kick-off has made a job or none', async () => {
    await sweepFaults(kickOff, 'lost answer')
  })

  test('while an export is deleted, or cleared away, leaves nothing of it (I7)', async () => {
    await sweepFaults(removal('midway'), 'lost answer', 3)
  })
})
