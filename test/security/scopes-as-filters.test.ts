import { describe, expect, test } from 'vitest'
import {
  type AssociatedWrite,
  associatedWriteArbitrary,
  createAssociatedWorld,
  nameOfAnyArbitrary,
} from '../population/associated-world.ts'
import fc from '../support/fast-check.ts'
import {
  createHarness,
  type Harness,
  type Manifest,
  nameOf,
  pathOf,
  statusPathOf,
} from '../support/harness.ts'
import { administrator, clientWith } from '../support/principals.ts'

type Event = AssociatedWrite | { readonly gone: string } | 'since'
const eventArbitrary: fc.Arbitrary<Event> = fc.oneof(
  { weight: 10, arbitrary: associatedWriteArbitrary },
  { weight: 3, arbitrary: fc.record({ gone: nameOfAnyArbitrary }) },
  { weight: 1, arbitrary: fc.constant('since' as const) },
)

/** By type, ids of which one must be that of the resource; each scope has its own. */
const constraints: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Observation: [['o'], ['o', 'p'], ['p']],
  Patient: [['a'], ['a', 'b'], ['b', 'c']],
  Provenance: [['v'], ['v', 'w'], ['w', 'x']],
  Organization: [['k'], ['l']],
}
const free = ['Coverage', 'Device', 'Group', 'Practitioner']
const searches = (type: string): fc.Arbitrary<readonly string[]> =>
  fc
    .subarray([...(constraints[type] ?? [])], { minLength: 0, maxLength: 2 })
    .map((some) => some.map((ids) => `_id=${ids.join(',')}`))

type Wish = {
  readonly path: string
  readonly asked: Readonly<Record<string, readonly string[]>>
  readonly allowed: Readonly<Record<string, readonly string[]>>
  readonly data: readonly string[]
  readonly isSince: boolean
  readonly isOrganized: boolean
}
const byType = fc.record(Object.fromEntries(Object.keys(constraints).map((type) => [type, searches(type)])))
const wishArbitrary: fc.Arbitrary<Wish> = fc.record({
  path: fc.constantFrom('$export', 'Patient/$export', 'Group/g/$export'),
  asked: byType,
  allowed: byType,
  data: fc.subarray(['_history', '_deleted', 'RelevantProvenanceResources', 'LatestProvenanceResources'], {
    maxLength: 2,
  }),
  isSince: fc.boolean(),
  isOrganized: fc.boolean(),
})

/** Files by name, as text. */
const run = async (
  h: Harness,
  request: Harness['request'],
  wish: Wish,
  since: string,
  filters: readonly string[],
) => {
  const query = new URLSearchParams([
    ['_type', [...Object.keys(constraints), ...free].join(',')],
    ...filters.map((filter) => ['_typeFilter', filter]),
    ...wish.data.map((value) => ['includeAssociatedData', value]),
    ...(wish.isSince ? [['_since', since]] : []),
    ...(wish.isOrganized ? [['organizeOutputBy', 'Patient']] : []),
  ])
  const accepted = await request(`/fhir/${wish.path}?${query}`)
  if (accepted.status !== 202) return { refused: accepted.status }
  const status = statusPathOf(accepted)
  while (await h.tick()) h.clock.advance(0)
  const manifest: Manifest = await (await request(status)).json()
  const files: Record<string, string> = {}
  for (const { url } of [...manifest.output, ...(manifest.deleted ?? []), ...manifest.error])
    files[nameOf(url)] = await (await request(pathOf(url))).text()
  return { files }
}

/** The same as one list of searches on a type: each that was asked for together with each that is allowed. */
const crossed = (asked: readonly string[], allowed: readonly string[]): readonly string[] => {
  if (asked.length === 0 || allowed.length === 0) return [...asked, ...allowed]
  return asked.flatMap((one) => allowed.map((other) => `${one}&${other}`))
}

describe('Scopes with constraints', { timeout: 240_000 }, () => {
  test('bring, byte for byte, what _typeFilter brings whoever may have everything, over any history', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(eventArbitrary, { minLength: 15, maxLength: 50, size: 'max' }),
        fc.array(wishArbitrary, { minLength: 3, maxLength: 5 }),
        async (events, wishes) => {
          const h = await createHarness()
          const world = createAssociatedWorld(h)
          let since = new Date(h.clock.now() - 1000).toISOString()
          for (const event of events) {
            if (event === 'since') {
              h.clock.advance(1000)
              since = new Date(h.clock.now()).toISOString()
              h.clock.advance(1000)
            } else if ('name' in event) await world.write(event)
            else await world.remove(event.gone)
          }
          for (const wish of wishes) {
            const scopes = [
              ...free.map((type) => `system/${type}.rs`),
              'system/Group.r',
              ...Object.keys(constraints).flatMap((type) => {
                const queries = wish.allowed[type] ?? []
                return queries.length === 0
                  ? [`system/${type}.rs`]
                  : queries.map((query) => `system/${type}.rs?${query}`)
              }),
            ]
            const filtersOf = (of: (type: string) => readonly string[]) =>
              Object.keys(constraints).flatMap((type) => of(type).map((query) => `${type}?${query}`))
            const own = filtersOf((type) => wish.asked[type] ?? [])
            const all = filtersOf((type) => crossed(wish.asked[type] ?? [], wish.allowed[type] ?? []))
            const mine = await run(h, h.as(clientWith(scopes.join(' '))), wish, since, own)
            expect(mine).toEqual(await run(h, h.as(administrator()), wish, since, all))
          }
          h.close()
        },
      ),
      { numRuns: 12 },
    )
  })
})
