import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { finished, saidBy } from '../export/history.ts'
import { createHarness, type Harness, linesOf, pathOf } from '../support/harness.ts'

/** `includeAssociatedData=_history` and `_deleted`. */
let h: Harness
beforeEach(async () => {
  h = await createHarness({ pageRows: 2, tickRows: 20 })
  await h.load(['a', 'b', 'gone'].map((id) => patient(id)))
  await h.load(['a', 'b', 'gone'].map((id) => observation(`of-${id}`, id)))
  await h.load([patient('a'), observation('of-a', 'a'), observation('moved', 'b'), group('a', 'b')])
  await h.load([observation('of-a', 'a'), observation('moved', 'gone'), observation('dropped', 'a')])
  await h.remove('Observation/dropped')
  await h.remove('Patient/gone')
})
afterEach(() => h.close())

const patient = (id: string) => ({ resourceType: 'Patient', id })
const observation = (id: string, of: string) => ({
  resourceType: 'Observation',
  id,
  subject: { reference: `Patient/${of}` },
})
const group = (...ids: readonly string[]) => ({
  resourceType: 'Group',
  id: 'g',
  member: ids.map((id) => ({ entity: { reference: `Patient/${id}` } })),
})

const exported = async (path: string) => {
  const response = await h.request(`/fhir/${path}`)
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202/)
  const files = await finished(h, pathOf(response.headers.get('content-location') ?? ''))
  const { output, deleted } = saidBy(files)
  const versions = Object.values(output)
    .flatMap((text) => linesOf(text))
    .map(({ id, meta }) => `${id}.${(meta as { versionId: string }).versionId}`)
  return { versions: versions.sort(), deleted, manifest: files.manifest }
}
const history = 'includeAssociatedData=_history'

describe('With _history', () => {
  test('every version comes, of what is deleted too', async () => {
    expect((await exported(`$export?${history}`)).versions).toEqual(
      [
        ...['a.1', 'a.2', 'b.1', 'gone.1', 'g.1'],
        ...['of-a.1', 'of-a.2', 'of-a.3', 'of-b.1', 'of-gone.1', 'moved.1', 'moved.2', 'dropped.1'],
      ].sort(),
    )
  })

  test('each version comes with the patients that it belongs to, if they are there', async () => {
    const ofLevel = ['a.1', 'a.2', 'b.1', 'of-a.1', 'of-a.2', 'of-a.3', 'of-b.1', 'moved.1', 'dropped.1']
    expect((await exported(`Patient/$export?${history}`)).versions).toEqual([...ofLevel, 'g.1'].sort())
    expect((await exported(`Group/g/$export?${history}`)).versions).toEqual([...ofLevel].sort())
  })

  test.each(['$export', 'Patient/$export', 'Group/g/$export'])(
    'and _since %s brings the versions written since, in their order, and tells what is gone',
    async (path) => {
      const { manifest } = await exported(path)
      h.clock.advance(1000)
      await h.load([observation('new', 'a')])
      await h.load([observation('new', 'a'), observation('of-b', 'b')])
      await h.remove('Observation/new')
      const since = `_since=${manifest.transactionTime}`
      const { versions, deleted } = await exported(`${path}?${history}&${since}`)
      expect(versions).toEqual(['new.1', 'new.2', 'of-b.2'])
      expect(deleted).toEqual(['Observation/new'])
      expect((await exported(`${path}?${since}`)).deleted).toEqual([])
    },
  )

  test('a Group comes in the versions that held no stranger', async () => {
    await h.load([group('a', 'b', 'c')])
    await h.load([group('a')])
    const path = `Group/g/$export?_type=Group&${history}`
    expect((await exported(path)).versions).toEqual(['g.3'])
    await h.load([group('a', 'b')])
    expect((await exported(path)).versions).toEqual(['g.1', 'g.3', 'g.4'])
  })

  test('has as many lines as the manifest says', async () => {
    const { manifest, versions } = await exported(`$export?${history}`)
    expect(manifest.output.reduce((sum, { count }) => sum + count, 0)).toBe(versions.length)
  })
})

describe('With _deleted', () => {
  test('all that is gone is told without _since, of the level that is asked', async () => {
    const deletedOf = async (path: string) => (await exported(path)).deleted
    const all = ['Observation/dropped', 'Patient/gone']
    expect(await deletedOf('$export?includeAssociatedData=_deleted')).toEqual(all)
    expect(await deletedOf('Patient/$export?includeAssociatedData=_deleted')).toEqual(all)
    expect(await deletedOf('Group/g/$export?includeAssociatedData=_deleted')).toEqual(all.slice(0, 1))
    expect(await deletedOf('$export?includeAssociatedData=_deleted&_type=Patient')).toEqual(all.slice(1))
  })

  test('the manifest has it, and without it and _since not', async () => {
    expect((await exported('$export')).manifest.deleted).toBeUndefined()
    expect((await exported('$export?includeAssociatedData=_deleted&_type=Basic')).manifest.deleted).toEqual(
      [],
    )
  })
})
