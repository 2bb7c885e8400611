import { expect, it } from 'vitest'
import { codecVersion } from '../../worker/export/kick-off.ts'
import { claimUnit } from '../../worker/store/units.ts'
import { createHarness, linesOf } from '../support/harness.ts'

const patients = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ resourceType: 'Patient', id: `p${i}`, active: true }))

it('gives jobs their turns: a small one is done long before a large one kicked off earlier', async () => {
  const h = await createHarness({ pageRows: 10, tickRows: 40 })
  await h.load(patients(1000))
  await h.put({ resourceType: 'Basic', id: 'only' })
  const large = await h.kickOff('?_type=Patient')
  await h.tick()
  await h.tick()
  const small = await h.kickOff('?_type=Basic')

  let ticks = 0
  while ((await h.request(small)).status === 202) {
    await h.tick()
    ticks++
  }

  expect(ticks).toBeLessThanOrEqual(8)
  expect((await h.request(large)).status).toBe(202)
  expect((await h.finish(large)).status).toBe(200)
  h.close()
})

it('takes turns even while the clock stands still', async () => {
  const h = await createHarness({ pageRows: 5, tickRows: 10 })
  await h.load(patients(200))
  const jobs = [await h.kickOff(), await h.kickOff(), await h.kickOff()]
  const claims = new Map<string, number>()
  for (let i = 0; i < 30; i++) {
    const unit = (await claimUnit(h.deps.db, h.clock.now(), 0, codecVersion))?.unit
    if (unit !== undefined) claims.set(unit.jobId, (claims.get(unit.jobId) ?? 0) + 1)
  }

  expect([...claims.values()]).toEqual([10, 10, 10])
  expect(jobs).toHaveLength(3)
  h.close()
})

it('splits a large type into ranges that several ticks write at once, and that together are the type', async () => {
  const h = await createHarness({ rangeBytes: 20_000, fileBytes: 15_000, partBytes: 4_000, pageRows: 20 })
  await h.load(patients(500))
  const status = await h.kickOff()
  await h.tick()
  await h.put({ resourceType: 'Patient', id: 'p1' })

  await Promise.all([h.tick(), h.tick(), h.tick()])
  const response = await h.finish(status)
  const { manifest, text } = await h.files(await response.json())

  const names = [...text.keys()]
  expect(new Set(names.map((name) => name.split('-').slice(0, 2).join('-')))).toEqual(
    new Set(['Patient-1', 'Patient-2', 'Patient-3']),
  )
  const ids = names.flatMap((name) => linesOf(text.get(name) ?? '').map(({ id }) => id))
  expect(ids).toEqual(patients(500).map(({ id }) => id))
  expect(manifest.output.reduce((sum, { count }) => sum + count, 0)).toBe(500)
  h.close()
})

it('writes one file a type when FILE_BYTES is 0, however large the type', async () => {
  const h = await createHarness({ rangeBytes: 5_000, fileBytes: 0, partBytes: 4_000, pageRows: 20 })
  await h.load(patients(500))

  const { text } = await h.export()

  expect([...text.keys()]).toEqual(['Patient-1.ndjson'])
  h.close()
})

it('makes ranges of about RANGE_BYTES, whether resources are small or large', async () => {
  for (const padding of [10, 5_000]) {
    const h = await createHarness({ rangeBytes: 100_000 })
    const note = 'x'.repeat(padding)
    await h.load(patients(1000).map((patient) => ({ ...patient, note })))

    const { text } = await h.export()

    const sizes = [...text.values()].slice(0, -1).map((file) => file.length)
    expect(Math.min(...sizes, 100_000)).toBeGreaterThanOrEqual(100_000)
    expect(Math.max(...sizes, 0)).toBeLessThan(200_000)
    h.close()
  }
})
