import { type Client, createClient } from '@libsql/client'
import { describe, expect, test } from 'vitest'
import { createHarness, type Harness, type Manifest, pathOf, statusPathOf } from '../support/harness.ts'
import { administrator, clientWith, smartEnvironment } from '../support/principals.ts'

/** A database that counts what it is asked. */
const counted = () => {
  const client = createClient({ url: ':memory:', intMode: 'number', concurrency: 1 })
  const count = { requests: 0, statements: 0 }
  const execute = client.execute.bind(client)
  const batch = client.batch.bind(client)
  const executing: Client['execute'] = (...given: Parameters<Client['execute']>) => {
    count.requests++
    count.statements++
    return execute(...given)
  }
  const batching: Client['batch'] = (statements, mode) => {
    count.requests++
    count.statements += statements.length
    return batch(statements, mode)
  }
  return { client: Object.assign(client, { execute: executing, batch: batching }), count }
}

const resources = [
  ...['p', 'q'].map((id) => ({ resourceType: 'Patient', id })),
  { resourceType: 'Observation', id: 'o', status: 'final', subject: { reference: 'Patient/p' } },
  { resourceType: 'Group', id: 'g', member: [{ entity: { reference: 'Patient/p' } }] },
]

/** What a service asks of its database for an export, from kick-off to the last file, and for reading and writing by REST. */
const costOf = async (askerOf: (h: Harness) => Harness['request'], environment = {}) => {
  const { client, count } = counted()
  const h = await createHarness({}, undefined, { client, pages: 'blob' }, environment)
  await h.load(resources)
  const ask = askerOf(h)
  const costs: Record<string, typeof count> = {}
  const measure = async (what: string, run: () => Promise<unknown>) => {
    const before = { ...count }
    await run()
    costs[what] = {
      requests: count.requests - before.requests,
      statements: count.statements - before.statements,
    }
  }
  const get = async (path: string): Promise<Response> => {
    const answer = await ask(path)
    expect(`${answer.status} ${path}`).toMatch(/^20[02] /)
    return answer
  }
  const exporting = async (path: string) => {
    const status = statusPathOf(await get(path))
    while (await h.tick()) h.clock.advance(0)
    const manifest: Manifest = await (await get(status)).json()
    expect(manifest.output.length).toBeGreaterThan(0)
    for (const { url } of manifest.output) await (await get(pathOf(url))).text()
  }
  for (const path of ['$export', 'Patient/$export', 'Group/g/$export', '$export?organizeOutputBy=Patient'])
    await measure(path, () => exporting(`/fhir/${path}`))
  for (const path of ['Patient/p', 'Patient/p/_history', 'Patient/p/_history/1', 'Patient?_total=accurate'])
    await measure(path, () => get(`/fhir/${path}`))
  h.close()
  return costs
}

describe('Access control costs no statement', () => {
  test('where no token is asked for, nor where everything may be exported and read', async () => {
    const open = await costOf((h) => h.request)
    for (const principal of [clientWith('system/*.rs'), clientWith('system/*.read'), administrator()])
      expect(await costOf((h) => h.as(principal), smartEnvironment)).toEqual(open)
    expect(Object.values(open).every(({ statements }) => statements > 0)).toBe(true)
  })
})
