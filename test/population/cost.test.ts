import { createClient } from '@libsql/client'
import { describe, expect, test } from 'vitest'
import { createHarness, type Harness, pathOf } from '../support/harness.ts'

/** What an export of few out of many costs, without a look at the time: statements, and rows, of which a tick here has but ten. */
type Cost = { readonly statements: number; readonly ticks: number; readonly lines: number }

const members = Array.from({ length: 20 }, (_, n) => `member${n}`)
const limits = { tickRows: 10, pageRows: 7, sliceMs: 1e9 }

const patientWithObservations = (id: string): readonly object[] => [
  { resourceType: 'Patient', id },
  ...[1, 2, 3].map((n) => ({
    resourceType: 'Observation',
    id: `${id}-${n}`,
    subject: { reference: `Patient/${id}` },
    performer: [{ reference: 'Practitioner/r' }],
  })),
  { resourceType: 'Provenance', id, target: [{ reference: `Observation/${id}-2` }] },
]

/** A store in which the members are spread among `others` times as many patients who are none. */
const openStore = async (others: number) => {
  const client = createClient({ url: ':memory:', intMode: 'number', concurrency: 1 })
  let statements = 0
  const counting = new Proxy(client, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: readonly unknown[]) => {
        if (name === 'execute') statements++
        if (name === 'batch' && Array.isArray(args[0])) statements += args[0].length
        return Reflect.apply(member, target, args)
      }
    },
  })
  const harness = await createHarness(limits, undefined, { client: counting, pages: 'blob' })
  const load = async () => {
    await harness.load([{ resourceType: 'Practitioner', id: 'r' }])
    for (const [n, id] of members.entries()) {
      const strangers = Array.from({ length: others }, (_, m) => patientWithObservations(`other${n}-${m}`))
      await harness.load([...patientWithObservations(id), ...strangers.flat()])
    }
  }
  return { harness, load, statements: () => statements }
}

const costOf = async (
  { harness, statements }: { readonly harness: Harness; readonly statements: () => number },
  path: string,
  listed: readonly string[] = [],
): Promise<Cost> => {
  const before = statements()
  const parameter = listed.map((id) => ({ name: 'patient', valueString: id }))
  const response = await harness.request(`/fhir/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  })
  const statusPath = pathOf(response.headers.get('content-location') ?? '')
  let ticks = 0
  while (await harness.tick()) ticks++
  const spent = statements() - before
  const manifest: { output: readonly { count: number }[] } = await (await harness.request(statusPath)).json()
  return { statements: spent, ticks, lines: manifest.output.reduce((sum, { count }) => sum + count, 0) }
}

const costsAmong = async (others: number) => {
  const { harness, load, statements } = await openStore(others)
  await load()
  const member = members.map((id) => ({ entity: { reference: `Patient/${id}` } }))
  await harness.load([{ resourceType: 'Group', id: 'g', member }])
  const store = { harness, statements }
  const first = await costOf(store, 'Group/g/$export')
  const listed = await costOf(store, 'Patient/$export', members.slice(0, 5))
  const met = await costOf(store, 'Group/g/$export', members.slice(0, 5))
  // Everybody is written again, and of the Group half of the members go.
  const since = new Date(harness.clock.now()).toISOString()
  await harness.load([{ resourceType: 'Group', id: 'g', member: member.slice(10) }])
  harness.clock.advance(1000)
  await load()
  const changed = await costOf(store, `Group/g/$export?_since=${since}`)
  harness.close()
  return { first, listed, met, changed }
}

describe('An export of few patients', { timeout: 120_000 }, () => {
  test('costs the same, in statements and in rows, among ten times as many others', async () => {
    const few = await costsAmong(10)
    expect(few.first.lines).toBe(101)
    expect(few.listed.lines).toBe(26)
    expect(few.met.lines).toBe(26)
    expect(few.changed.lines).toBe(51)
    expect(few.first.ticks).toBeGreaterThanOrEqual(10)
    expect(await costsAmong(100)).toEqual(few)
  })
})
