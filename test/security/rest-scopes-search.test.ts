import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { expectOutcome } from '../http/expect-outcome.ts'
import { damageLine, damagesOfLines } from '../support/damage.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { clientWith } from '../support/principals.ts'

/** A search within a constraint is a search of a store that has nothing else, in all that it says. */

const limits = { pageRows: 5 }
let h: Harness
/** The same store without what is out of reach. */
let bare: Harness
beforeEach(async () => {
  h = await createHarness(limits)
  bare = await createHarness(limits)
})
afterEach(() => {
  h.close()
  bare.close()
})

const canary = 'canary-4711'
const observation = (id: string, code: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [{ coding: [{ code }] }],
  code: { text: code === 'laboratory' ? 'Glucose' : canary },
  subject: { reference: 'Patient/p' },
  ...more,
})
const scopes = 'system/Observation.rs?category=laboratory'

type Bundle = {
  readonly total?: number
  readonly link: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly {
    readonly fullUrl: string
    readonly search: { readonly mode: string }
    readonly resource: { readonly id: string; readonly resourceType: string; readonly meta: object }
  }[]
}
const search = async (of: Harness, query: string, scope = scopes): Promise<Bundle> => {
  const response = await of.as(clientWith(scope))(`/fhir/${query}`)
  const text = await response.text()
  expect(`${response.status} ${text}`).toMatch(/^200 /)
  const bundle: Bundle = JSON.parse(text)
  // What the client has said itself stands in the links.
  expect(JSON.stringify([bundle.entry, query.includes('canary') ? '' : bundle.link])).not.toContain('canary')
  return bundle
}
const namesOf = ({ entry = [] }: Bundle) =>
  entry.map(({ resource, search }) => `${search.mode} ${resource.resourceType}/${resource.id}`)
const nextOf = ({ link }: Bundle) => link.find(({ relation }) => relation === 'next')?.url
const pathOf = (url: string) => url.slice(url.indexOf('/fhir/') + 6)
const pagesOf = async (of: Harness, query: string, scope = scopes) => {
  const pages: (readonly string[])[] = []
  for (let next: string | undefined = query; next !== undefined; ) {
    const page: Bundle = await search(of, next, scope)
    pages.push(namesOf(page))
    const url = nextOf(page)
    next = url === undefined ? undefined : pathOf(url)
  }
  return pages
}

const load = async () => {
  const patient = { resourceType: 'Patient', id: 'p' }
  const mixed = ['in-1', 'canary-1', 'in-2', 'canary-2', 'canary-3', 'in-3', 'canary-4'].map((id) =>
    observation(id, id.startsWith('in') ? 'laboratory' : 'social-history'),
  )
  await h.load([patient, ...mixed])
  await bare.load([patient, ...mixed.filter(({ id }) => id.startsWith('in'))])
}

describe('A search within a constraint', () => {
  test.each([
    'Observation',
    'Observation?_count=1',
    'Observation?_count=2&_sort=_id',
    'Observation?_count=1&_sort=-_id',
    'Observation?_count=2&_sort=-_lastUpdated',
    'Observation?patient=Patient/p&_count=1',
    'Observation?category=social-history',
    'Observation?category:not=laboratory',
    'Observation?_id=canary-1,in-1',
    'Observation?code:text=canary',
    'Observation?_elements=code&_count=2',
    'Observation?_total=accurate',
    'Observation?_summary=count',
    'Observation?category=social-history&_summary=count',
    'Observation?patient=Patient/p&_total=accurate&_count=1',
    'Observation?_include=Observation:subject',
  ])('answers %s as if nothing else were there', async (query) => {
    await load()
    expect(await pagesOf(h, query)).toEqual(await pagesOf(bare, query))
    expect((await search(h, query)).total).toBe((await search(bare, query)).total)
  })

  test.each(damagesOfLines)('hears nothing of a stored line that is damaged: %s', async (damage) => {
    await load()
    await damageLine(h.deps.db, 'Observation/canary-2', damage)
    for (const query of ['', '?_id=canary-2', '?_total=accurate', '?code:missing=true', '?status:not=x'])
      expect(await pagesOf(h, `Observation${query}`)).toEqual(await pagesOf(bare, `Observation${query}`))
  })

  test('ends a page at what was found, so that no link tells of what lies behind it', async () => {
    await load()
    const page = await search(h, 'Observation?patient=Patient/p&_count=1')
    const after = new URL(nextOf(page) ?? '').searchParams.get('_after')
    const inOne = await search(h, 'Observation?_id=in-1,in-2&_count=1')
    expect(after).toBe(new URL(nextOf(inOne) ?? '').searchParams.get('_after'))
  })

  test('goes by the query of the client too, and by all scopes of the type', async () => {
    await load()
    expect(namesOf(await search(h, 'Observation?_id=in-2'))).toEqual(['match Observation/in-2'])
    const two = `${scopes} system/Observation.rs?_id=in-1,in-2`
    expect(namesOf(await search(h, 'Observation', two))).toHaveLength(3)
    const one = 'system/Observation.rs?category=laboratory&_id=in-1,canary-1'
    expect(namesOf(await search(h, 'Observation', one))).toEqual(['match Observation/in-1'])
  })

  test('goes on over many that are out of reach, and names none of them', async () => {
    const many = Array.from({ length: 130 }, (_, i) => observation(`canary-${1000 + i}`, 'social-history'))
    await h.load([observation('a-in', 'laboratory'), ...many, observation('z-in', 'laboratory')])
    expect((await pagesOf(h, 'Observation?_count=1')).flat()).toEqual([
      'match Observation/a-in',
      'match Observation/z-in',
    ])
    expect((await pagesOf(h, 'Observation?_sort=-_lastUpdated')).flat()).toHaveLength(2)
    const first = await search(h, 'Observation?_sort=_id')
    expect(nextOf(first)).toMatch(/_after=a-in$/)
    const refused = await h.as(clientWith(scopes))(`/fhir/${pathOf(nextOf(first) ?? '')}`)
    expect(await expectOutcome(refused, 400, 'not-supported')).not.toContain('canary')
  })

  test('shows the past as it was then: each version is judged by itself', async () => {
    await h.load([observation('o', 'laboratory')])
    await h.load([observation('other', 'laboratory')])
    const first = await search(h, 'Observation?_count=1')
    const asOf = new URL(nextOf(first) ?? '').searchParams.get('_asOf')
    await h.load([observation('o', 'social-history')])
    expect(namesOf(await search(h, 'Observation?_id=o'))).toEqual([])
    expect(namesOf(await search(h, `Observation?_id=o&_asOf=${asOf}`))).toEqual(['match Observation/o'])
  })
})

describe('_include', () => {
  const query = 'Observation?_include=Observation:subject'
  beforeEach(async () => {
    await h.load([
      { resourceType: 'Patient', id: 'p', active: true },
      { resourceType: 'Patient', id: 'q', active: false, name: [{ text: canary }] },
      observation('one', 'laboratory'),
      observation('two', 'laboratory', { subject: { reference: 'Patient/q' } }),
      observation('three', 'laboratory', { subject: { reference: 'Patient/never' } }),
    ])
  })
  const included = async (more: string) =>
    namesOf(await search(h, query, `${scopes} ${more}`.trim())).filter((name) => name.startsWith('include'))

  test('brings of each type what may be both read and found, within its own constraint', async () => {
    expect(await included('')).toEqual([])
    expect(await included('system/Patient.r')).toEqual([])
    expect(await included('system/Patient.s')).toEqual([])
    expect(await included('system/Patient.rs?active=true')).toEqual(['include Patient/p'])
  })

  test('brings everything to who may have all of the type', async () => {
    const response = await h.as(clientWith(`${scopes} system/Patient.rs`))(`/fhir/${query}`)
    expect(namesOf(await response.json()).filter((name) => name.startsWith('include'))).toHaveLength(2)
  })
})

describe('Of statements to the database', () => {
  const countOf = async (run: () => Promise<unknown>) => {
    const { db } = h.deps
    let count = 0
    const executor = db.query.getExecutor()
    const original = executor.executeQuery.bind(executor)
    executor.executeQuery = async (...args) => {
      count++
      return original(...args)
    }
    await run()
    return count
  }

  test('no more are sent for who may reach all of a type than where no token is asked for', async () => {
    await load()
    const ask = h.as(clientWith('system/*.cruds'))
    for (const path of ['Observation/in-1', 'Observation/in-1/_history/1', 'Observation?_total=accurate']) {
      const open = await countOf(() => h.request(`/fhir/${path}`))
      expect(open).toBeGreaterThan(0)
      expect(await countOf(() => ask(`/fhir/${path}`))).toBe(open)
    }
  })
})
