import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { adminSchemas } from '../../worker/http/admin-schemas.ts'
import { group, observation, patient } from '../store/open-store.ts'
import { type Harness, statusPathOf } from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'
import { createSmartHarness } from '../support/smart.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
let asAdmin: Harness['request']
beforeEach(async () => {
  h = await createSmartHarness()
  asAdmin = h.as(administrator('viewer'))
  await h.load([patient('p1'), observation('o1', 'p1'), group('g', ['p1']), group('other', ['p1'])])
})
afterEach(() => h.close())

const list = async (query: string) => {
  const response = await asAdmin(`/admin/api/jobs${query}`)
  expect(response.status).toBe(200)
  return adminSchemas.JobList.strict().parse(await response.json())
}
const kickOff = async (path: string, by = clientWith('system/*.rs')): Promise<string> => {
  const response = await h.as(by)(`/fhir${path}`)
  expect(response.status).toBe(202)
  h.clock.advance(1000)
  const at = statusPathOf(response)
  return at.slice(at.lastIndexOf('/') + 1)
}
const idsOf = async (query: string) => (await list(query)).jobs.map(({ id }) => id)

describe('A filter of the list of jobs', () => {
  test.each([
    ['level=system', ['some', 'all']],
    ['level=patient', ['patients']],
    ['level=group', ['of another', 'of g']],
    ['group=g', ['of g']],
    ['group=nobody', []],
    ['type=Observation', ['of another', 'of g', 'patients', 'all']],
    ['type=Patient', ['of another', 'of g', 'some', 'all']],
    ['client=registry', ['patients']],
    ['client=nobody', []],
    ['state=accepted&client=registry', ['patients']],
    ['state=failed&client=registry', []],
    ['text=%24EXPORT%3F_type%3Dpatient', ['some']],
    ['text=GROUP%2Fother', ['of another']],
    ["text='%20or%201%3D1%20--", []],
    ['text=%25', []],
    ['createdAfter=2026-01-01T00:00:02Z', ['of another', 'of g', 'patients']],
    ['createdBefore=2026-01-01T00:00:02Z', ['some', 'all']],
    ['createdAfter=2026-01-01T00:00:01Z&createdBefore=2026-01-01T00:00:04Z', ['of g', 'patients', 'some']],
    ['createdAfter=2026-01-01T00:00:01Z&level=group&type=Patient&group=g', ['of g']],
  ])('%s shows those, and no others', async (query, expected) => {
    const ids = new Map([
      [await kickOff('/$export'), 'all'],
      [await kickOff('/$export?_type=Patient'), 'some'],
      [
        await kickOff(
          '/Patient/$export?_type=Observation',
          clientWith('system/*.rs', { clientId: 'registry', name: 'The registry' }),
        ),
        'patients',
      ],
      [await kickOff('/Group/g/$export'), 'of g'],
      [await kickOff('/Group/other/$export'), 'of another'],
    ])
    expect((await idsOf(`?${query}`)).map((id) => ids.get(id))).toEqual(expected)
    // Page by page it is the same.
    const paged: (string | undefined)[] = []
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page = await list(`?${query}&count=1${next === '' ? '' : `&after=${next}`}`)
      paged.push(...page.jobs.map(({ id }) => ids.get(id)))
      next = page.next
    }
    expect(paged).toEqual(expected)
  })

  test('by the id finds a job', async () => {
    const id = await kickOff('/$export')
    await kickOff('/$export')
    expect(await idsOf(`?text=${id.slice(3).toUpperCase()}`)).toEqual([id])
  })

  test('that nothing meets looks at 2000 jobs at a time, and says where to go on', async () => {
    const id = await kickOff('/Group/g/$export')
    await h.deps.db.query.deleteFrom('work_unit').execute()
    const columns = Object.keys(
      (await h.deps.db.query.selectFrom('job').selectAll().executeTakeFirst()) ?? {},
    )
    const values = columns.map((name) =>
      name === 'job_id' || name === 'folder'
        ? `'a' || value`
        : name === 'created_at'
          ? `${h.clock.now()} + (value / 3)`
          : name === 'level'
            ? `'system'`
            : name,
    )
    await sql
      .raw(
        `insert into job (${columns}) select ${values.join(', ')} from job, (with n(value) as (select 1 union all select value + 1 from n where value < 4999) select value from n)`,
      )
      .execute(h.deps.db.query)
    const pages: number[] = []
    let next: string | undefined
    const seen: string[] = []
    do {
      const page = await list(`?level=group${next === undefined ? '' : `&after=${next}`}`)
      pages.push(page.jobs.length)
      seen.push(...page.jobs.map((job) => job.id))
      next = page.next
    } while (next !== undefined)
    expect(pages).toEqual([0, 0, 1])
    expect(seen).toEqual([id])
  })

  test.each([
    ['State=failed', 'Cannot process parameter'],
    ['_count=5', 'Cannot process parameter'],
    ['state=failed&state=completed', 'Cannot use state'],
    ['level=all', 'Cannot use level'],
    ['type=Unicorn', 'Cannot use type'],
    ['type=__proto__', 'Cannot use type'],
    ['group=a%20b', 'Cannot use group'],
    ['client=', 'Cannot use client'],
    [`text=${'x'.repeat(201)}`, 'Cannot use text'],
    ['createdAfter=yesterday', 'Cannot use createdAfter'],
    ['createdBefore=2026-13-01', 'Cannot use createdBefore'],
  ])('%s is refused', async (query, words) => {
    const response = await asAdmin(`/admin/api/jobs?${query}`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(words)
  })
})

describe('A listed job', () => {
  test('tells whose it is', async () => {
    await kickOff('/$export')
    await kickOff('/$export', clientWith('system/*.rs', { clientId: 'registry', name: 'The registry' }))
    const [registry, one] = (await list('')).jobs
    expect(registry).toMatchObject({ clientId: 'registry', askedBy: 'The registry' })
    expect(one).toMatchObject({ clientId: 'client-1', askedBy: 'Client One' })
    const response = await h.as(administrator())('/fhir/$export')
    expect(response.status).toBe(202)
    const [own] = (await list('')).jobs
    expect(own?.askedBy).toBe('Ada')
    expect(own).not.toHaveProperty('clientId')
  })

  test('is shown to administrators only', async () => {
    await expectOutcome(await h.as(clientWith('system/*.rs'))('/admin/api/jobs'), 403, 'forbidden')
    await expectOutcome(await h.request('/admin/api/jobs'), 401, 'login')
  })
})
