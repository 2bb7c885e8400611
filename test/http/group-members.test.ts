import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { maxGrowingBytes } from '../../worker/fhir/edit-members.ts'
import { createHarness, type Harness, type TestDatabase } from '../support/harness.ts'
import { isSqldMissing, type SqldServer, startSqld } from '../support/sqld-server.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness()
})
afterEach(() => h.close())

type Parameter = { readonly name: string; readonly [value: string]: unknown }
const patientReferences = (ids: readonly string[]): readonly Parameter[] =>
  ids.map((id) => ({ name: 'patientReference', valueReference: { reference: `Patient/${id}` } }))
const post = (path: string, parameter: readonly Parameter[], headers: Record<string, string> = {}) =>
  h.request(`/fhir/${path}`, {
    method: 'POST',
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
    headers: { 'content-type': 'application/fhir+json', ...headers },
  })
const add = (ids: readonly string[], more: readonly Parameter[] = [], headers = {}) =>
  post('Group/g/$member-add', [...patientReferences(ids), ...more], headers)
const remove = (ids: readonly string[], headers = {}) =>
  post('Group/g/$member-remove', patientReferences(ids), headers)
const period = (start?: string, end?: string): readonly Parameter[] => [
  { name: 'attributionPeriod', valuePeriod: { start, end } },
]
const bodyOf = async (response: Response) => (await response.json()) as Record<string, unknown>
const readGroup = async () => bodyOf(await h.request('/fhir/Group/g'))
const versionOf = async () => (await h.request('/fhir/Group/g')).headers.get('etag')

type Group = { resourceType: string; id: string; [name: string]: unknown }

/** Who is a member now, by the rows that exports go by. */
const members = async (): Promise<readonly string[]> => {
  const rows = await h.deps.db.query
    .selectFrom('group_member as g')
    .innerJoin('resource as m', 'm.resource_key', 'g.member_key')
    .select('m.id')
    .where('g.removed_seq', 'is', null)
    .orderBy('m.id')
    .execute()
  return rows.map(({ id }) => id)
}
const entry = (id: string) => ({ entity: { reference: `Patient/${id}` } })
const group = (...ids: readonly string[]): Group => ({
  resourceType: 'Group',
  id: 'g',
  type: 'person',
  actual: true,
  ...(ids.length === 0 ? {} : { member: ids.map(entry) }),
})
const putText = (text: string, headers: Record<string, string> = {}) =>
  h.request('/fhir/Group/g', {
    method: 'PUT',
    body: text,
    headers: { 'content-type': 'application/fhir+json', ...headers },
  })
const put = (resource: Group) => h.put(resource)
const patients = (...ids: readonly string[]) => h.load(ids.map((id) => ({ resourceType: 'Patient', id })))
const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }

/** So many patients that a list of them is too long to grow. */
const manyIds = Array.from(
  { length: 4_000 },
  (_, n) => `member-whose-id-is-rather-long-${String(n).padStart(5, '0')}`,
)
const addMany = async (ids = manyIds) => {
  await patients(...ids)
  for (let at = 0; at < ids.length; at += 5_000)
    expect((await add(ids.slice(at, at + 5_000))).status).toBe(200)
}

describe('$member-add', () => {
  test('makes patients members in a new version of the Group, which lists them', async () => {
    await patients('a', 'b', 'c')
    await put(group('a'))
    h.clock.advance(1000)
    const response = await add(['b', 'c'])

    expect(response.status).toBe(200)
    expect(response.headers.get('etag')).toBe('W/"2"')
    expect(response.headers.get('last-modified')).toBe('Thu, 01 Jan 2026 00:00:01 GMT')
    expect(await bodyOf(response)).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'information', diagnostics: 'Members added: 2; Group/g has version 2' }],
    })
    expect(await readGroup()).toEqual({
      ...group('a', 'b', 'c'),
      meta: { versionId: '2', lastUpdated: '2026-01-01T00:00:01.000Z' },
    })
    expect(await members()).toEqual(['a', 'b', 'c'])
  })

  test('touches nothing else of the Group: numbers, escapes and the order of its elements stay', async () => {
    await patients('a', 'b')
    await putText(
      String.raw`{"resourceType":"Group","member":[{"id":"1","entity":{"reference":"Patient\/a"},"extension":[{"url":"x","valueDecimal":1.00}]}],"id":"g","name":"\u00e9"}`,
    )
    await add(['b'])
    expect(await (await h.request('/fhir/Group/g')).text()).toBe(
      String.raw`{"resourceType":"Group","member":[{"id":"1","entity":{"reference":"Patient\/a"},"extension":[{"url":"x","valueDecimal":1.00}]},{"entity":{"reference":"Patient/b"}}],"id":"g","meta":{"versionId":"2","lastUpdated":"2026-01-01T00:00:00.000Z"},"name":"\u00e9"}`,
    )
  })

  test('gives a Group that has none its first member, and counts them where the Group does', async () => {
    await patients('a')
    await put({ ...group(), quantity: 0 })
    await add(['a'])
    expect(await readGroup()).toMatchObject({ member: [entry('a')], quantity: 1 })
  })

  test('changes nothing for who is a member already, and writes no version where that is everyone', async () => {
    await patients('a', 'b')
    await put(group('a'))
    expect(await bodyOf(await add(['a', 'a']))).toMatchObject({
      issue: [{ diagnostics: 'Members added: 0; Group/g has version 1' }],
    })
    expect(await versionOf()).toBe('W/"1"')
    expect(await bodyOf(await add(['a', 'b']))).toMatchObject({
      issue: [{ diagnostics: 'Members added: 1; Group/g has version 2' }],
    })
    expect(await readGroup()).toMatchObject({ member: [entry('a'), entry('b')] })
    const rows = await h.deps.db.query
      .selectFrom('group_member')
      .select(['added_seq', 'removed_seq'])
      .execute()
    expect(rows.map(({ added_seq, removed_seq }) => [added_seq, removed_seq])).toEqual([
      [3, null],
      [4, null],
    ])
  })

  test('puts an attributionPeriod with each, and another one in the place of what was there', async () => {
    await patients('a', 'b')
    await put({ ...group(), member: [{ ...entry('a'), inactive: true }] })
    await add(['a', 'b'], period('2025-01-01', '2025-12'))
    expect((await readGroup()).member).toEqual([
      { ...entry('a'), period: { start: '2025-01-01', end: '2025-12' } },
      { ...entry('b'), period: { start: '2025-01-01', end: '2025-12' } },
    ])
    await add(['b'], period('2025-01-01', '2025-12'))
    expect(await versionOf()).toBe('W/"2"')
    await add(['b'], period(undefined, '2026'))
    expect(await versionOf()).toBe('W/"3"')
    const rows = await h.deps.db.query
      .selectFrom('group_member')
      .select(['inactive', 'period_start', 'period_end'])
      .where('removed_seq', 'is', null)
      .orderBy('member_key')
      .execute()
    expect(rows).toEqual([
      { inactive: 0, period_start: Date.UTC(2025, 0), period_end: Date.UTC(2026, 0) - 1 },
      { inactive: 0, period_start: null, period_end: Date.UTC(2027, 0) - 1 },
    ])
  })

  test('takes a reference below the base URL, and its version for the patient', async () => {
    await patients('a', 'b')
    await put(group())
    const references = ['http://127.0.0.1:8080/fhir/Patient/a', 'Patient/b/_history/1']
    await post(
      'Group/g/$member-add',
      references.map((reference) => ({ name: 'patientReference', valueReference: { reference } })),
    )
    expect(await members()).toEqual(['a', 'b'])
  })

  test('refuses patients that are not there or deleted, and then adds none', async () => {
    await patients('a', 'gone')
    await h.remove('Patient/gone')
    await put(group())
    for (const [ids, words] of [
      [['a', 'gone'], 'Patient/gone is not on this server; none was added'],
      [['a', 'x', 'gone', 'y'], 'nor are 2 others of them'],
    ] as const)
      expect(await expectOutcome(await add(ids), 400, 'invalid')).toContain(words)
    expect(await members()).toEqual([])
    expect(await versionOf()).toBe('W/"1"')
  })

  test('refuses a Group that is not there, deleted or descriptive, and an id that is none', async () => {
    await patients('a')
    await expectOutcome(await add(['a']), 404, 'not-found')
    await put({ ...group(), actual: false })
    expect(await expectOutcome(await add(['a']), 400, 'invalid')).toContain('descriptive')
    await h.remove('Group/g')
    await expectOutcome(await add(['a']), 410, 'deleted')
    await expectOutcome(await post('Group/_/$member-add', patientReferences(['a'])), 400, 'invalid')
  })

  test.each([
    [[{ name: 'memberId', valueIdentifier: { value: '1' } }], 'not-supported', '"memberId"'],
    [[{ name: 'providerNpi', valueIdentifier: { value: '1' } }], 'not-supported', '"providerNpi"'],
    [[{ name: 'providerReference' }], 'not-supported', '"providerReference"'],
    [[{ name: 'coverageReference' }], 'not-supported', '"coverageReference"'],
    [[{ name: 'other' }], 'not-supported', '"other"'],
    [[{ name: 'patientReference', valueReference: { reference: 'Practitioner/a' } }], 'invalid', 'Patient'],
    [[{ name: 'patientReference', valueReference: { identifier: {} } }], 'invalid', 'Patient'],
    [[{ name: 'patientReference', valueString: 'Patient/a' }], 'invalid', 'Patient'],
    [[{ name: 'attributionPeriod', valuePeriod: {} }], 'invalid', 'neither'],
    [period('x'), 'invalid', 'dateTime'],
    [period('2026', '2025'), 'invalid', 'ends before'],
    [[...period('2026'), ...period('2026')], 'invalid', 'more than one'],
  ])('refuses %j', async (parameter, code, words) => {
    await patients('a')
    await put(group())
    const response = await post('Group/g/$member-add', [...patientReferences(['a']), ...parameter])
    expect(await expectOutcome(response, 400, code)).toContain(words)
    expect(await members()).toEqual([])
  })

  test('refuses a body that is no Parameters, names nobody, or is none', async () => {
    await put(group())
    const send = (body: string) =>
      h.request('/fhir/Group/g/$member-add', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/fhir+json' },
      })
    for (const body of ['', '{', '[]', '{"resourceType":"Group"}', '{"resourceType":"Parameters"}'])
      await expectOutcome(await send(body), 400, 'invalid')
    expect((await h.request('/fhir/Group/g/$member-add')).status).toBe(405)
  })

  test('takes If-Match: the version that is current, and no other, even where nothing would change', async () => {
    await patients('a', 'b')
    await put(group('a'))
    await expectOutcome(await add(['b'], [], { 'if-match': 'W/"2"' }), 412, 'conflict')
    await expectOutcome(await add(['a'], [], { 'if-match': 'W/"2"' }), 412, 'conflict')
    await expectOutcome(await add(['a'], [], { 'if-match': 'x' }), 400, 'invalid')
    expect((await add(['b'], [], { 'if-match': 'W/"1"' })).headers.get('etag')).toBe('W/"2"')
    await expectOutcome(await remove(['b'], { 'if-match': 'W/"1"' }), 412, 'conflict')
  })

  test('takes effect beside others that change the Group at the same time', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => `p${n}`)
    await patients(...ids, 'out')
    await put(group('out'))
    const answers = await Promise.all([...ids.map((id) => add([id])), remove(['out'])])
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(await versionOf()).toBe('W/"14"')
    expect(await members()).toEqual([...ids].sort())
    const { member } = await readGroup()
    expect(member).toHaveLength(12)
  })
})

describe('$member-remove', () => {
  test('takes patients out, with every entry they have, and leaves the others as they stand', async () => {
    await patients('a', 'b')
    await put({
      ...group(),
      member: [
        entry('a'),
        entry('b'),
        { ...entry('a'), period: { start: '2030' } },
        { entity: { display: 'x' } },
      ],
      quantity: 4,
    })
    const response = await remove(['a', 'nobody'])
    expect(await bodyOf(response)).toMatchObject({
      issue: [{ diagnostics: 'Members removed: 1; Group/g has version 2' }],
    })
    expect(await readGroup()).toMatchObject({
      member: [entry('b'), { entity: { display: 'x' } }],
      quantity: 2,
    })
    expect(await members()).toEqual(['', 'b']) // the first stands for the one who is no resource of this server
  })

  test('leaves no empty list behind, and changes nothing for who is no member', async () => {
    await patients('a')
    await put(group('a'))
    await remove(['a'])
    expect(await readGroup()).not.toHaveProperty('member')
    expect((await remove(['a'])).headers.get('etag')).toBe('W/"2"')
  })

  test('works for patients that were deleted, and takes no attributionPeriod', async () => {
    await patients('a')
    await put(group('a'))
    await h.remove('Patient/a')
    const both = [...patientReferences(['a']), ...period('2026')]
    await expectOutcome(await post('Group/g/$member-remove', both), 400, 'not-supported')
    expect((await remove(['a'])).status).toBe(200)
    expect(await members()).toEqual([])
  })

  test('leaves the interval of the membership behind, so that earlier snapshots still have it', async () => {
    await patients('a')
    await put(group())
    await add(['a'])
    await remove(['a'])
    await add(['a'])
    const rows = await h.deps.db.query
      .selectFrom('group_member')
      .select(['added_seq', 'removed_seq'])
      .orderBy('added_seq')
      .execute()
    expect(rows).toEqual([
      { added_seq: 3, removed_seq: 4 },
      { added_seq: 5, removed_seq: null },
    ])
  })
})

describe('A Group too large to list all its members', () => {
  test('says how many it has, and that they are not all in its list', async () => {
    await patients('a')
    await put({ ...group('a'), meta: { tag: [{ code: 'mine' }] } })
    await addMany()
    const { member, quantity, meta } = await readGroup()
    expect(member).toEqual([entry('a')])
    expect(quantity).toBe(4_001)
    expect(meta).toMatchObject({ versionId: '2', tag: [{ code: 'mine' }, subsetted] })
    expect(await members()).toHaveLength(4_001)

    await remove([...manyIds.slice(0, 10), 'a'])
    expect(await readGroup()).toMatchObject({ quantity: 3_990, meta: { tag: [{ code: 'mine' }, subsetted] } })
    expect(await members()).toHaveLength(3_990)
  })

  test('takes new members into its list while that has room, and counts both', async () => {
    await patients('a', 'b')
    await put(group())
    await addMany()
    await add(['a', 'b', manyIds[0] ?? ''])
    expect(await readGroup()).toMatchObject({ member: [entry('a'), entry('b')], quantity: 4_002 })
    await add(['a', manyIds[0] ?? ''], period('2026'))
    expect(await readGroup()).toMatchObject({ quantity: 4_002, member: [entry('b'), {}, {}] })
  })

  test('loses the tag when it lists all that are left', async () => {
    await patients('a')
    await put(group('a'))
    await addMany()
    await remove(manyIds)
    const { meta, member, quantity } = await readGroup()
    expect({ meta, member, quantity }).toEqual({
      meta: { versionId: '3', lastUpdated: '2026-01-01T00:00:00.000Z' },
      member: [entry('a')],
      quantity: 1,
    })
  })

  test('is not overwritten by a copy that is not whole, and by one that is, only what it lists are members', async () => {
    await put(group())
    await addMany()
    const copy = await (await h.request('/fhir/Group/g')).text()
    expect(await expectOutcome(await putText(copy), 400, 'invalid')).toContain('SUBSETTED')
    const report = await h.load([JSON.parse(copy)])
    expect(report).toMatchObject({ stored: 0, refused: 1 })
    expect(await members()).toHaveLength(4_000)

    expect((await put(group(manyIds[7] ?? '', manyIds[8] ?? ''))).status).toBe(200)
    expect(await members()).toEqual([manyIds[7], manyIds[8]])
    expect((await readGroup()).quantity).toBeUndefined()
  })

  test('has no members left when it is deleted', async () => {
    await put(group())
    await addMany()
    await h.remove('Group/g')
    expect(await members()).toEqual([])
  })

  test('lists what a PUT listed, however long, and new ones beside it', async () => {
    await patients(...manyIds, 'a')
    await put(group(...manyIds))
    expect((await (await h.request('/fhir/Group/g')).text()).length).toBeGreaterThan(maxGrowingBytes)
    await add(['a'])
    const { member, quantity } = await readGroup()
    expect(member).toHaveLength(4_000)
    expect(quantity).toBe(4_001)
    await remove(manyIds.slice(0, 3_000))
    expect(await readGroup()).toMatchObject({ quantity: 1_001 })
    expect(await members()).toHaveLength(1_001)
  })
})

const hundredThousand = async () => {
  const ids = Array.from(
    { length: 100_000 },
    (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  )
  for (let at = 0; at < ids.length; at += 25_000) await patients(...ids.slice(at, at + 25_000))
  await put(group())
  const times: number[] = []
  const timed = async (call: () => Promise<Response>) => {
    const start = performance.now()
    expect((await call()).status).toBe(200)
    times.push(performance.now() - start)
  }
  for (let at = 0; at < ids.length; at += 10_000) await timed(() => add(ids.slice(at, at + 10_000)))
  await timed(() => remove(ids.slice(0, 1)))
  await timed(() => add(ids.slice(0, 1)))
  await timed(() => remove(ids.slice(50_000, 60_000)))
  expect(await readGroup()).toMatchObject({ quantity: 90_000 })
  const rows = await h.deps.db.query
    .selectFrom('group_member')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('removed_seq', 'is', null)
    .execute()
  expect(rows).toEqual([{ count: 90_000 }])
  return times
}

describe('A hundred thousand members', () => {
  test('are added by ten requests, of which the last takes no longer than the first', async () => {
    h.close()
    h = await createHarness({ maxRequestBytes: 2 ** 21 })
    const times = await hundredThousand()
    const fastest = (from: number) => Math.min(...times.slice(from, from + 3))
    expect(fastest(7)).toBeLessThan(5 * fastest(0) + 200)
  }, 120_000)
})

describe.skipIf(isSqldMissing)('On a libSQL server', () => {
  let sqld: SqldServer
  beforeAll(async () => {
    sqld = await startSqld()
  })
  afterAll(() => sqld.stop())
  const onServer = async (database: TestDatabase) => {
    h.close()
    h = await createHarness({ maxRequestBytes: 2 ** 21 }, undefined, database)
  }

  test('a hundred thousand members are added by ten requests', async () => {
    await onServer(await sqld.emptied())
    await hundredThousand()
  }, 180_000)

  test('two that are added at the same time are both members', async () => {
    await onServer(await sqld.emptied())
    await patients('a', 'b', 'c')
    await put(group())
    const answers = await Promise.all([add(['a']), add(['b']), add(['c'])])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await members()).toEqual(['a', 'b', 'c'])
    expect(await versionOf()).toBe('W/"4"')
  })
})
