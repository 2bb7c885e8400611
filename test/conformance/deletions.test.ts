import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { problemsOf } from '../sample/structure-check.ts'
import { createHarness, type Harness, nameOf } from '../support/harness.ts'
import { kickOff, levels, readExport, resourcesIn, runExport } from './run-export.ts'

/** Bulk Data IG, `deleted` in "Response - Output Manifest": what a client has to drop, and nothing that it has to keep. */

let h: Harness
beforeEach(async () => {
  h = await createHarness({ pageRows: 2, tickRows: 5 })
  await h.load([...['a', 'b'].flatMap(patientWithObservation), group])
  h.clock.advance(1000)
})
afterEach(() => h.close())

const patient = (id: string) => ({ resourceType: 'Patient', id })
const observation = (id: string) => ({
  resourceType: 'Observation',
  id: `of-${id}`,
  subject: { reference: `Patient/${id}` },
})
const patientWithObservation = (id: string) => [patient(id), observation(id)]
const group = {
  resourceType: 'Group',
  id: 'g',
  member: ['a', 'b'].map((id) => ({ entity: { reference: `Patient/${id}` } })),
}

/** Now, where what is written from here on is later. */
const instantBefore = () => {
  const instant = new Date(h.clock.now()).toISOString()
  h.clock.advance(1000)
  return instant
}
/** Names in the output, sorted, and in `deleted`; without the Group, which only some levels have. */
const saidSince = async (
  path: string,
  since: string,
  whileItRuns: () => Promise<unknown> = async () => {},
) => {
  const statusPath = await kickOff(h, `${path}?_since=${since}`)
  await whileItRuns()
  const exported = await readExport(h, statusPath)
  expect(exported.deleted.filter((name) => exported.names.includes(name))).toEqual([])
  return {
    output: exported.names.filter((name) => !name.startsWith('Group/')).sort(),
    deleted: [...exported.deleted].sort(),
    next: exported.manifest.transactionTime,
  }
}

describe.each(levels)('%s', (path) => {
  test('tells once of a resource that was deleted since, and not again', async () => {
    const before = instantBefore()
    await h.remove('Observation/of-a')
    const { next, ...said } = await saidSince(path, before)
    expect(said).toEqual({ output: [], deleted: ['Observation/of-a'] })
    expect(await saidSince(path, next)).toMatchObject({ output: [], deleted: [] })
  })

  test('tells of a patient who was deleted, and of what was deleted with him', async () => {
    const before = instantBefore()
    for (const name of ['Observation/of-a', 'Patient/a']) await h.remove(name)
    const { next, ...said } = await saidSince(path, before)
    expect(said).toEqual({ output: [], deleted: ['Observation/of-a', 'Patient/a'] })
    expect(await saidSince(path, next)).toMatchObject({ output: [], deleted: [] })
  })

  test('says of what was deleted and written again only what it is now', async () => {
    const before = instantBefore()
    await h.remove('Observation/of-a')
    await h.load([observation('a')])
    const { next, ...said } = await saidSince(path, before)
    expect(said).toEqual({ output: ['Observation/of-a'], deleted: [] })
    expect(await saidSince(path, next)).toMatchObject({ output: [], deleted: [] })
  })

  test('leaves what is deleted while it runs to the next, and has it as it was', async () => {
    const before = instantBefore()
    await h.load([observation('a')])
    const { next, ...said } = await saidSince(path, before, () => h.remove('Observation/of-a'))
    expect(said).toEqual({ output: ['Observation/of-a'], deleted: [] })
    expect(await saidSince(path, next)).toMatchObject({ output: [], deleted: ['Observation/of-a'] })
  })

  test('does not tell of what came and went between two exports', async () => {
    const before = instantBefore()
    await h.load([{ ...observation('a'), id: 'short-lived' }])
    await h.remove('Observation/short-lived')
    expect(await saidSince(path, before)).toMatchObject({ output: [], deleted: [] })
  })

  test('tells of no type that was not asked for', async () => {
    const before = instantBefore()
    for (const name of ['Observation/of-a', 'Patient/a']) await h.remove(name)
    const { deleted } = await runExport(h, `${path}?_since=${before}&_type=Patient`)
    expect(deleted).toEqual(['Patient/a'])
  })

  test('writes of each a transaction Bundle of one DELETE, valid by the definitions of R4', async () => {
    const before = instantBefore()
    for (const name of ['Observation/of-a', 'Patient/a']) await h.remove(name)
    const { manifest, text } = await runExport(h, `${path}?_since=${before}`)
    expect(manifest.deleted).toMatchObject([{ type: 'Bundle', count: 2 }])
    const bundles = resourcesIn(text.get(nameOf(manifest.deleted?.[0]?.url ?? '')) ?? '')
    expect(bundles).toEqual(
      ['Observation/of-a', 'Patient/a'].map((url) => ({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ request: { method: 'DELETE', url } }],
      })),
    )
    expect(bundles.flatMap(problemsOf)).toEqual([])
  })

  test('has no deletions without `_since`', async () => {
    await h.remove('Observation/of-a')
    const { manifest, names } = await runExport(h, path)
    expect(manifest.deleted ?? []).toEqual([])
    expect(names).not.toContain('Observation/of-a')
  })
})

test('A patient who has left the Group is not told of as deleted', async () => {
  const before = instantBefore()
  await h.load([{ ...group, member: group.member.slice(0, 1) }])
  expect(await saidSince('Group/g/$export', before)).toMatchObject({ output: [], deleted: [] })
})
