import { type Client, createClient, type InStatement } from '@libsql/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHarness, type Harness } from '../support/harness.ts'

/** A client that notes the statements that go through it. */
const listening = (client: Client, sent: InStatement[]): Client =>
  new Proxy(client, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        const [given] = args as [InStatement]
        if (name === 'execute') sent.push(given)
        return Reflect.apply(member, target, args)
      }
    },
  })

const client = createClient({ url: ':memory:', intMode: 'number', concurrency: 1 })
const sent: InStatement[] = []
let h: Harness
beforeAll(async () => {
  h = await createHarness({}, undefined, { client: listening(client, sent), pages: 'blob' })
  await h.load([
    { resourceType: 'Patient', id: 'p' },
    { resourceType: 'Observation', id: 'o', subject: { reference: 'Patient/p' } },
  ])
})
afterAll(() => h.close())

/** How the candidates of a search are found. */
const planOf = async (query: string): Promise<readonly string[]> => {
  sent.length = 0
  expect((await h.request(`/fhir/${query}`)).status).toBe(200)
  const statement = sent.find((one) => typeof one !== 'string' && one.sql.includes('as isShown'))
  if (statement === undefined || typeof statement === 'string') throw new Error('no candidates are asked for')
  const { rows } = await client.execute({ ...statement, sql: `explain query plan ${statement.sql}` })
  return rows.map(({ detail }) => String(detail))
}

const version = 'SEARCH v USING INTEGER PRIMARY KEY (rowid=?)'
const versions = 'SEARCH v USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'
const resource = 'SEARCH r USING INTEGER PRIMARY KEY (rowid=?)'
const byName = 'SEARCH k USING COVERING INDEX sqlite_autoindex_resource_1 (type_id=? AND id=?)'
const byTarget =
  'SEARCH f USING COVERING INDEX reference_by_target (target_key=? AND path_id=? AND position>? AND position<?)'
const path = 'SEARCH p USING COVERING INDEX sqlite_autoindex_reference_path_1 (path=?)'

describe('The candidates of a search', () => {
  test.each(['Patient', 'Patient?gender=male', 'Patient?_sort=-_lastUpdated', 'Patient?_id:not=p'])(
    'of %s are a range of the primary key, in its order',
    async (query) => {
      expect(await planOf(query)).toEqual([versions, resource])
    },
  )

  test.each(['Patient?_sort=_id', 'Patient?_sort=-_id', 'Observation?patient=p&_sort=_id'])(
    'of %s come in the order of the index of names',
    async (query) => {
      const plan = await planOf(query)
      expect(plan[0]).toMatch(/^SEARCH r USING COVERING INDEX sqlite_autoindex_resource_1 \(type_id=\?/)
      expect(plan).not.toContain('USE TEMP B-TREE FOR ORDER BY')
    },
  )

  test.each(['Patient?_id=p', 'Patient?_id=p,q&gender=male', 'Patient?gender=male&_id=p'])(
    'of %s are found by their names',
    async (query) => {
      const plan = await planOf(query)
      expect(plan).toContain(byName)
      expect(plan).toContain('SEARCH v USING INDEX sqlite_autoindex_resource_version_1 (resource_key=?)')
    },
  )

  test('of a few ids in their order are found by their names too', async () => {
    expect((await planOf('Patient?_id=p,q&_sort=_id'))[0]).toBe(
      'SEARCH r USING COVERING INDEX sqlite_autoindex_resource_1 (type_id=? AND id=?)',
    )
  })

  // What is sorted is no more than one page, which comes in order already.
  test.each([
    'Observation?patient=p',
    'Observation?patient=Patient/p&date=gt2000',
    'Observation?subject=Patient/p&_sort=-_lastUpdated',
    'Observation?subject:Patient=p',
    'Observation?subject=http://127.0.0.1:8080/fhir/Patient/p',
    'Observation?code=x&patient=p',
  ])('of %s are what refers to the resource at that place, as many as a page takes', async (query) => {
    const plan = await planOf(query)
    expect(plan.slice(0, 2)).toEqual(['CO-ROUTINE f', byTarget])
    for (const line of [byName, path, version, resource]) expect(plan).toContain(line)
    expect(plan.filter((line) => line.includes('TEMP B-TREE'))).toEqual(['USE TEMP B-TREE FOR ORDER BY'])
    expect(plan.at(-1)).toBe('USE TEMP B-TREE FOR ORDER BY')
  })

  test('of a reference that stands at one of several places are found by each of them', async () => {
    const plan = await planOf('AuditEvent?patient=p')
    for (const line of [byName, path, byTarget, version, resource]) expect(plan).toContain(line)
  })

  test.each([
    'Observation?subject=p',
    'Observation?subject=Patient/p,Patient/q',
    'Observation?subject:identifier=p',
    'Observation?subject:missing=true',
    'Observation?subject=http://other.org/fhir/Patient/p',
    'ActivityDefinition?depends-on=Library/l',
  ])('of %s, of which no key says where they are, are all of the type', async (query) => {
    expect(await planOf(query)).toEqual([versions, resource])
  })

  test('are found without building an index, or reading a table whole', async () => {
    for (const query of [
      'Patient',
      'Patient?_sort=_id',
      'Patient?_id=p',
      'Observation?patient=p',
      'AuditEvent?patient=p',
    ])
      for (const line of await planOf(query)) {
        expect(line).not.toMatch(/AUTOMATIC|BLOOM/)
        // A list in the request, or the coroutine of another search.
        if (line.startsWith('SCAN')) expect(line).toMatch(/^SCAN (?:f$|\w+ VIRTUAL TABLE)/)
      }
  })
})
