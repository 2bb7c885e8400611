import { describe, expect, test } from 'vitest'
import { maxPatientsOfWalk, ordinalAt, seqAt, spanOf, walkRow } from '../../worker/store/walk.ts'
import { finished } from '../export/history.ts'
import fc from '../support/fast-check.ts'
import { createHarness, type Harness, pathOf } from '../support/harness.ts'
import { saidLines } from './ask.ts'

const patients = Array.from({ length: 450 }, (_, n) => `p${n}`)
const reference = (id: string) => ({ reference: `Patient/${id}` })

/** Everybody with an Observation of his own, and some that he shares with patients far away. */
const load = (h: Harness) =>
  h.load([
    ...patients.map((id) => ({ resourceType: 'Patient', id })),
    ...patients.map((id) => ({ resourceType: 'Observation', id: `of-${id}`, subject: reference(id) })),
    ...patients
      .filter((_, n) => n % 50 === 0)
      .map((id, n) => ({
        resourceType: 'Observation',
        id: `shared-${n}`,
        subject: reference(id),
        performer: [reference('p449'), reference('p1'), reference('p200')],
      })),
    { resourceType: 'Condition', id: 'last', subject: reference('p449') },
    { resourceType: 'Group', id: 'g', member: patients.map((id) => ({ entity: reference(id) })) },
  ])

const exported = async (h: Harness, path: string) => {
  const response = await h.request(`/fhir/${path}`)
  const files = await finished(h, pathOf(response.headers.get('content-location') ?? ''))
  const names = saidLines(files)
    .lines.map((line) => JSON.parse(line))
    .map(({ resourceType, id }) => `${resourceType}/${id}`)
  return { names: names.sort(), files: [...files.text.keys()] }
}

const expected = [
  'Condition/last',
  ...patients.map((id) => `Observation/of-${id}`),
  ...Array.from({ length: 9 }, (_, n) => `Observation/shared-${n}`),
  ...patients.map((id) => `Patient/${id}`),
].sort()

describe('A walk in several ranges of patients', { timeout: 120_000 }, () => {
  test('has everything once, also what patients of different ranges share', async () => {
    const h = await createHarness({
      rangeBytes: 1,
      pageRows: 40,
      tickRows: 100,
      partBytes: 1000,
      fileBytes: 9000,
    })
    await load(h)
    const { names, files } = await exported(h, 'Group/g/$export')
    expect(names).toEqual(expected)
    expect(files).toEqual(
      expect.arrayContaining(['Patient-1-1.ndjson', 'Patient-2-1.ndjson', 'Patient-3-1.ndjson']),
    )
    h.close()
  })

  test('is one file a type where FILE_BYTES is 0', async () => {
    const h = await createHarness({ rangeBytes: 1, fileBytes: 0, pageRows: 40, tickRows: 100 })
    await load(h)
    const { names, files } = await exported(h, 'Group/g/$export')
    expect(names).toEqual(expected)
    expect(files.sort()).toEqual(['Condition-1.ndjson', 'Observation-1.ndjson', 'Patient-1.ndjson'])
    h.close()
  })

  test('is the same in a store that has counted to the end of its numbers', async () => {
    const h = await createHarness({ pageRows: 40, tickRows: 100 })
    await h.deps.db.query
      .updateTable('store_clock')
      .set({ next_seq: 2 ** 44 - 5000 })
      .execute()
    await load(h)
    const { names, files } = await exported(h, 'Group/g/$export')
    expect(names).toEqual(expected)
    // So few patients fit one range that there are two of them.
    expect(files).toEqual(expect.arrayContaining(['Patient-1-1.ndjson', 'Patient-2-1.ndjson']))
    h.close()
  })

  test('goes on over thousands of patients who have nothing', async () => {
    const h = await createHarness({ tickRows: 10 })
    const many = Array.from({ length: 4500 }, (_, n) => `p${n}`)
    await h.load(many.map((id) => ({ resourceType: 'Patient', id })))
    await h.load([
      { resourceType: 'Group', id: 'g', member: many.map((id) => ({ entity: reference(id) })) },
      { resourceType: 'Observation', id: 'o', subject: reference('p4400') },
    ])
    expect((await exported(h, 'Group/g/$export?_type=Observation')).names).toEqual(['Observation/o'])
    h.close()
  })
})

describe('A row of a walk', () => {
  test('says its patient and its seq, in their order, and is an exact number', () => {
    const seq = fc.integer({ min: 0, max: 2 ** 44 - 1 })
    const place = fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), seq })
    fc.assert(
      fc.property(seq, fc.nat(), place, place, (asOf, base, a, b) => {
        const walk = { base, span: spanOf(asOf) }
        const at = ({ share, seq: of }: typeof a) => ({
          ordinal: base + 1 + Math.floor(share * Math.min(1e6, maxPatientsOfWalk(asOf) - 1)),
          seq: of % (asOf + 1),
        })
        const [one, other] = [at(a), at(b)]
        const row = walkRow(walk, one.ordinal, one.seq)
        expect(Number.isSafeInteger(row)).toBe(true)
        expect({ ordinal: ordinalAt(walk, row), seq: seqAt(walk, row) }).toEqual(one)
        const order = one.ordinal - other.ordinal || one.seq - other.seq
        expect(Math.sign(row - walkRow(walk, other.ordinal, other.seq))).toBe(Math.sign(order))
      }),
    )
  })
})
