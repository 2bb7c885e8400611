import { describe, expect, test } from 'vitest'
import { runTick } from '../../worker/export/tick.ts'
import { sweepFaults } from '../support/crash-sweep.ts'
import { createScene, nothingLeft } from '../support/export-scene.ts'
import { faultPlan } from '../support/faulty.ts'
import { everybodyPopulation, groupPopulation, organizedPopulation } from '../support/group-population.ts'
import { troubledNames, troubledPopulation } from '../support/troubled-population.ts'
import {
  cutExport,
  expiry,
  kickOff,
  leftBehind,
  nothing,
  removal,
  wholeExport,
  wholeExportOn,
} from './export-scenarios.ts'

/** A sample; `crash-sweep.long.test.ts` disturbs every call. */
const timeout = 120_000
const groupExport = wholeExportOn(async () => ({ population: groupPopulation }))
const troubledExport = wholeExportOn(async () => ({ population: troubledPopulation }))
const organizedExport = wholeExportOn(async () => ({ population: organizedPopulation }))
const everybodysExport = wholeExportOn(async () => ({ population: everybodyPopulation }))

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
    expect(paused).toContainEqual(expect.stringMatching(/before a part$/))
    expect(paused).toContainEqual(expect.stringMatching(/after a part$/))
    expect(plan.calls).toContain('put')
    await scene.sweepAll()
    expect(await scene.leftovers()).toEqual(nothingLeft)
    scene.close()
  })
})

describe('A process that dies', { timeout }, () => {
  test('in an export changes no byte of it and leaves nothing behind', async () => {
    const { calls, golden } = await sweepFaults(wholeExport, 'crash', 29)
    expect(golden.leftovers).toEqual(nothingLeft)
    expect(calls).toBeGreaterThan(200)
  })

  test('in an export of a Group changes no byte of it and leaves nothing behind', async () => {
    const { calls, golden } = await sweepFaults(groupExport, 'crash', 23)
    expect(golden.leftovers).toEqual(nothingLeft)
    expect(Object.keys(golden.outcome.files)).toEqual(
      expect.arrayContaining([
        'Patient-1-1.ndjson',
        'Observation-1-3.ndjson',
        'Provenance-1.ndjson',
        'Practitioner-1.ndjson',
        'deleted-1.ndjson',
        'error-1.ndjson',
      ]),
    )
    expect(calls).toBeGreaterThan(100)
  })

  test('in an export of a damaged store changes no byte of what can be exported, nor of what is told of the rest', async () => {
    const { golden } = await sweepFaults(troubledExport, 'crash', 23)
    const { files, manifest } = golden.outcome
    const told = [...(files['error-1.ndjson'] ?? '').matchAll(/Cannot export (\S+), version/g)]
    expect(told.map(([, name]) => name).sort()).toEqual([...troubledNames].sort())
    expect(Object.values(files).join('')).not.toContain('"id":"p3-o2"')
    expect(JSON.parse(manifest).error).toMatchObject([{ count: troubledNames.length + 1 }])
    expect(golden.leftovers).toEqual(nothingLeft)
  })

  test('in an export of some elements changes no byte of it and leaves nothing behind', async () => {
    const { calls, golden } = await sweepFaults(cutExport, 'crash', 31)
    expect(golden.leftovers).toEqual(nothingLeft)
    expect(calls).toBeGreaterThan(200)
    const { 'Observation-1-1.ndjson': observations = '', 'Binary-1.ndjson': wide = '' } = golden.outcome.files
    expect(observations.match(/"subject"|"note"/)).toBeNull()
    expect(observations.match(/"SUBSETTED"/g)?.length).toBeGreaterThan(2)
    expect(wide.length).toBeGreaterThan(2600)
    expect(JSON.stringify(golden.outcome.files['Account-1.ndjson'])).not.toContain('SUBSETTED')
  })

  test('in an export organized by Patient changes no byte of it and leaves nothing behind', async () => {
    const { calls, golden } = await sweepFaults(organizedExport, 'crash', 37)
    expect(golden.leftovers).toEqual(nothingLeft)
    const { output } = JSON.parse(golden.outcome.manifest)
    const isCut = (item: object) => 'continuesInFile' in item
    expect(output.filter(isCut).length).toBeGreaterThan(1)
    expect(output.filter((item: object) => !isCut(item)).length).toBeGreaterThan(1)
    expect(Object.keys(golden.outcome.files)).toEqual(
      expect.arrayContaining(['deleted-1.ndjson', 'error-1.ndjson']),
    )
    expect(calls).toBeGreaterThan(100)
  })

  test('in an export of everybody with the latest Provenance changes no byte of it and leaves nothing behind', async () => {
    const { golden } = await sweepFaults(everybodysExport, 'crash', 37)
    expect(golden.leftovers).toEqual(nothingLeft)
    expect(golden.outcome.files['Provenance-1.ndjson']?.split('\n')).toHaveLength(7)
    expect(Object.keys(golden.outcome.files)).toContain('Practitioner-1.ndjson')
  })

  test('in a kick-off has made a job or none', async () => {
    const { golden } = await sweepFaults(kickOff, 'crash')
    expect(golden.endings).toHaveLength(1)
    expect(golden.gone).toEqual(nothing)
  })

  test('while an export is deleted, or cleared away, leaves nothing of it (I7)', async () => {
    const { golden } = await sweepFaults(removal('midway'), 'crash', 2)
    expect(golden).toEqual(nothing)
  })

  test('while an export expires leaves nothing of it (I7)', async () => {
    const { golden } = await sweepFaults(expiry, 'crash', 2)
    expect(golden).toEqual(nothing)
  })

  test('while the leftovers of others are cleared away leaves none of them', async () => {
    const { golden } = await sweepFaults(leftBehind, 'crash', 3)
    expect(golden.leftovers).toEqual(nothingLeft)
  })
})

describe('A lost answer', { timeout }, () => {
  test('in an export of a Group changes no byte of it and leaves nothing behind', async () => {
    await sweepFaults(groupExport, 'lost answer', 37)
  })

  test('in an export of some elements changes no byte of it and leaves nothing behind', async () => {
    await sweepFaults(cutExport, 'lost answer', 47)
  })

  test('in an export organized by Patient changes no byte of it and leaves nothing behind', async () => {
    await sweepFaults(organizedExport, 'lost answer', 53)
  })

  test('in an export changes no byte of it and leaves nothing behind', async () => {
    await sweepFaults(wholeExport, 'lost answer', 43)
  })

  test('in an export of a damaged store changes no byte of it and leaves nothing behind', async () => {
    await sweepFaults(troubledExport, 'lost answer', 47)
  })

  test('to a kick-off has made a job or none', async () => {
    await sweepFaults(kickOff, 'lost answer')
  })

  test('while an export is deleted, or cleared away, leaves nothing of it (I7)', async () => {
    await sweepFaults(removal('midway'), 'lost answer', 3)
  })
})
