import { describe, expect, test } from 'vitest'
import { headerBytes } from '../../worker/fhir/block-header.ts'
import { resourceTypes } from '../../worker/fhir/r4/resource-types.generated.ts'
import {
  baseBehind,
  blockRow,
  endOfBlock,
  isInsideBlock,
  maxPatientsOfBlocks,
  placeAt,
  positionAt,
  slots,
} from '../../worker/store/block.ts'
import { positionOf } from '../../worker/store/position.ts'
import { spanOf } from '../../worker/store/walk.ts'
import fc from '../support/fast-check.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { blocksOf, expectWellFilled, exportedBlocks, namesIn } from './blocks.ts'

const reference = (id: string) => ({ reference: `Patient/${id}` })

/** As many bytes as asked for, its newline among them, once it is stored. */
const observation = (id: string, patient: string, bytes: number) => {
  const resource = { resourceType: 'Observation', id, subject: reference(patient), note: [{ text: '' }] }
  const meta = ',"meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00.000Z"}'
  const text = 'x'.repeat(bytes - JSON.stringify(resource).length - meta.length - 1)
  return { ...resource, note: [{ text }] }
}

const patients = ['p0', 'p1', 'p2', 'p3'] as const
const header = headerBytes('p0')

/** The bytes of each patient's Observations; what else he has is not wanted. */
const exportOf = async (sizes: readonly (readonly number[])[], fileBytes: number) => {
  const h = await createHarness({ fileBytes, partBytes: 100, pageRows: 3, tickRows: 7 })
  await h.load([
    ...patients.map((id) => ({ resourceType: 'Patient', id })),
    ...patients.flatMap((id, i) => (sizes[i] ?? []).map((bytes, n) => observation(`o${i}-${n}`, id, bytes))),
  ])
  const blocks = blocksOf(await exportedBlocks(h, { query: '&_type=Observation' }))
  expectWellFilled(blocks, fileBytes)
  h.close()
  return [...blocks.files.values()].map((pieces) =>
    pieces.map(({ id, lines }) => `${id}: ${lines.length - 1}`).join(', '),
  )
}

describe('Files of blocks', { timeout: 120_000 }, () => {
  test('have as many whole blocks as fit them to the last byte', async () => {
    const block = 3 * 300 + header
    const three = [300, 300, 300]
    expect(await exportOf([three, three, three, three], 2 * block)).toEqual(['p0: 3, p1: 3', 'p2: 3, p3: 3'])
    expect(await exportOf([three, three, three, three], 2 * block - 1)).toEqual(
      patients.map((id) => `${id}: 3`),
    )
    expect(await exportOf([three, three, [], three], 3 * block)).toEqual(['p0: 3, p1: 3, p3: 3'])
  })

  test('cut no block but one that no file can hold, and go on behind it in its last file', async () => {
    const fileBytes = 1000 + header
    expect(await exportOf([[500], [250, 250, 500, 500, 500, 300], [250], [500]], fileBytes)).toEqual([
      'p0: 1',
      'p1: 3',
      'p1: 2',
      'p1: 1, p2: 1',
      'p3: 1',
    ])
  })

  test('have a line that no file can hold alone behind its header', async () => {
    expect(await exportOf([[300], [700, 900, 250, 900], [900], [300]], 600)).toEqual([
      'p0: 1',
      ...['p1: 1', 'p1: 1', 'p1: 1', 'p1: 1'],
      'p2: 1',
      'p3: 1',
    ])
  })

  test('are one where FILE_BYTES is 0', async () => {
    expect(await exportOf([[300], [700, 900, 250, 900], [900], []], 0)).toEqual(['p0: 1, p1: 4, p2: 1'])
  })

  test('are cut in the same places whatever the size of pages, parts and slices', async () => {
    const sizes = [[300], [700, 900, 250, 900, 250, 250], [900], [300]]
    const filesWith = async (limits: object) => {
      const h = await createHarness({ fileBytes: 1300, ...limits })
      await h.load(patients.map((id) => ({ resourceType: 'Patient', id })))
      for (const [i, id] of patients.entries())
        await h.load((sizes[i] ?? []).map((bytes, n) => observation(`o${i}-${n}`, id, bytes)))
      const { manifest, text } = await exportedBlocks(h)
      h.close()
      return { files: manifest.output.map(({ extension: _, ...item }) => item), text: [...text] }
    }
    const whole = await filesWith({})
    const small = { tickRows: 1, tickBytes: 100, pageRows: 1, pageBytes: 50, partBytes: 33 }
    expect(await filesWith(small)).toEqual(whole)
    expect(await filesWith({ tickStatements: 3, pageBytes: 1000, partBytes: 200 })).toEqual(whole)
  })
})

/** More of one patient than a statement of the plan looks at. */
const loadLarge = async (h: Harness, id: string) => {
  const others = ['before', 'behind', 'last']
  await h.load(['before', id, 'behind', 'last'].map((patient) => ({ resourceType: 'Patient', id: patient })))
  await h.load(others.map((patient) => observation(`of-${patient}`, patient, 250)))
  await h.load(Array.from({ length: 12_000 }, (_, n) => observation(`o${n}`, id, 250)))
}

describe('A block of thousands', { timeout: 120_000 }, () => {
  test('is measured piece by piece, and stays whole where a file can hold it', async () => {
    const h = await createHarness({ fileBytes: 20_000_000, tickRows: 5_000 })
    await loadLarge(h, 'large')
    const { blocks, files } = blocksOf(await exportedBlocks(h))
    expect([...blocks].map(([id, lines]) => [id, lines.length])).toEqual([
      ['before', 2],
      ['large', 12_001],
      ['behind', 2],
      ['last', 2],
    ])
    expect(files.size).toBe(1)
    h.close()
  })

  test('is cut piece by piece', async () => {
    const h = await createHarness({ fileBytes: 1_000_000, tickRows: 5_000 })
    await loadLarge(h, 'large')
    const found = blocksOf(await exportedBlocks(h))
    expectWellFilled(found, 1_000_000)
    expect(new Set(found.blocks.get('large')).size).toBe(12_001)
    expect([...found.files.values()].map((pieces) => pieces.map(({ id }) => id))).toEqual([
      ['before'],
      ['large'],
      ['large'],
      ['large'],
      ['large', 'behind', 'last'],
    ])
    h.close()
  })
})

describe('Blocks of many patients', { timeout: 120_000 }, () => {
  const many = Array.from({ length: 4500 }, (_, n) => `p${n}`)

  test('are found among thousands who have none', async () => {
    const h = await createHarness({ tickRows: 10_000 })
    await h.load(many.map((id) => ({ resourceType: 'Patient', id })))
    await h.load([observation('o', 'p4400', 250), observation('p', 'p3', 250)])
    expect(namesIn(blocksOf(await exportedBlocks(h, { query: '&_type=Observation' })))).toEqual({
      p3: ['Observation/p'],
      p4400: ['Observation/o'],
    })
    h.close()
  })

  test('are the same in a store that has counted to the end of its numbers: each patient is a file', async () => {
    const load = async (h: Harness) => {
      await h.load(patients.map((id) => ({ resourceType: 'Patient', id })))
      await h.load(patients.map((id) => observation(`of-${id}`, id, 250)))
    }
    const usual = await createHarness()
    await load(usual)
    const expected = namesIn(blocksOf(await exportedBlocks(usual)))
    usual.close()
    const h = await createHarness({ fileBytes: 0 })
    await h.deps.db.query
      .updateTable('store_clock')
      .set({ next_seq: 2 ** 44 - 5000 })
      .execute()
    await load(h)
    const found = blocksOf(await exportedBlocks(h))
    expect(namesIn(found)).toEqual(expected)
    expect([...found.files.values()].map((pieces) => pieces.length)).toEqual([1, 1, 1, 1])
    h.close()
  })
})

describe('A row of blocks', () => {
  const seqArbitrary = fc.integer({ min: 1, max: 2 ** 44 - 1 })
  const placeArbitrary = fc.record({
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    slot: fc.nat({ max: slots - 1 }),
    seq: seqArbitrary,
  })

  test('says its place, in the order of places, and is an exact number', () => {
    fc.assert(
      fc.property(seqArbitrary, fc.nat(), placeArbitrary, placeArbitrary, (asOf, base, a, b) => {
        const rows = { base, span: spanOf(asOf) }
        const most = Math.min(1e6, maxPatientsOfBlocks(rows.span))
        const at = ({ share, slot, seq }: typeof a) => ({
          ordinal: base + 1 + Math.floor(share * (most - 1)),
          slot,
          seq: seq % rows.span,
        })
        const [one, other] = [at(a), at(b)]
        const row = blockRow(rows, one)
        expect(most).toBeGreaterThanOrEqual(1)
        expect(Number.isSafeInteger(row)).toBe(true)
        expect(placeAt(rows, row)).toEqual(one)
        const order = one.ordinal - other.ordinal || one.slot - other.slot || one.seq - other.seq
        expect(Math.sign(row - blockRow(rows, other))).toBe(Math.sign(order))
        expect(
          placeAt({ ...rows, base: baseBehind(one) }, blockRow({ ...rows, base: baseBehind(one) }, one)),
        ).toEqual(one)
      }),
    )
  })

  test('has room for every type there is, before the end of the block', () => {
    expect(resourceTypes.length + 1).toBeLessThan(slots - 1)
    const last = { ordinal: 1, slot: resourceTypes.length + 1, seq: 7 }
    expect(isInsideBlock(last)).toBe(true)
    expect(positionAt(last)).toBe(positionOf(resourceTypes.length, 7))
    expect(isInsideBlock(endOfBlock(1))).toBe(false)
  })
})
