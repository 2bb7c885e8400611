import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Import, parseSource, readSource, type SourceFile } from './support/source-file.ts'

/** DESIGN section 3, kept by reading the import lines of `worker/` and `schema/`. */

const root = join(import.meta.dirname, '..')

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|svelte)$/.test(name) && !name.includes('node_modules'))
    .map((name) => `${folder}/${name}`)

const sources: readonly SourceFile[] = [...filesBelow('worker'), ...filesBelow('schema')].map((path) => ({
  ...readSource(join(root, path)),
  path,
}))

type Arrow = Import & { readonly from: string; readonly to: string }

/** Imports of our own files, as paths from the root. */
const arrows: readonly Arrow[] = sources.flatMap(({ path, imports }) =>
  imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map((found) => ({ ...found, from: path, to: join(dirname(path), found.specifier) })),
)
const packages: readonly Arrow[] = sources.flatMap(({ path, imports }) =>
  imports
    .filter(({ specifier }) => !specifier.startsWith('.'))
    .map((found) => ({ ...found, from: path, to: found.specifier })),
)

const show = ({ from, to, names, isType }: Arrow): string =>
  `${from} → ${to} (${isType ? 'type ' : ''}${names.join(', ')})`

/** The floors, the lowest first. A folder is `worker/export`; an entry is a file of its own, `worker/cli` or `worker/process`. */
const floors = [
  {
    name: 'bedrock',
    places: [
      'worker/errors.ts',
      'worker/version.ts',
      'worker/fhir',
      'worker/platform',
      'worker/config',
      'schema',
      'package.json',
    ],
  },
  { name: 'ground', places: ['worker/store', 'worker/storage'] },
  { name: 'composition', places: ['worker/config.ts', 'worker/deps.ts'] },
  { name: 'engine', places: ['worker/export', 'worker/ingest', 'worker/auth'] },
  { name: 'http', places: ['worker/http'] },
  {
    name: 'entry',
    places: [
      'worker/index.ts',
      'worker/deno.ts',
      'worker/node.ts',
      'worker/cli',
      'worker/process',
      'worker/deploy',
      'worker/open-storage.ts',
      'worker/sample',
    ],
  },
] as const

const isIn = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`)

const placeOf = (path: string): { readonly place: string; readonly floor: number } => {
  for (const [floor, { places }] of floors.entries()) {
    const place = places.find((each) => isIn(path, each))
    if (place !== undefined) return { place, floor }
  }
  throw new Error(`${path} stands on no floor`)
}

const isBelow = ({ from, to }: Arrow): boolean => placeOf(to).floor < placeOf(from).floor
const isWithin = ({ from, to }: Arrow): boolean => placeOf(to).place === placeOf(from).place

/** Arrows that point neither down nor stay within their folder, each with the reason why it may. */
const exceptions: readonly { readonly reason: string; readonly allows: (arrow: Arrow) => boolean }[] = [
  {
    reason: 'errors are what everything may speak of, on the lowest floor too',
    allows: ({ to }) => to === 'worker/errors.ts',
  },
  {
    reason: 'rows name parts by the type of the storage port, which has no code',
    allows: ({ from, to, isType }) =>
      isIn(from, 'worker/store') && to === 'worker/storage/storage.ts' && isType,
  },
  {
    reason: 'the composition type names the configuration, which the files of an entry load',
    allows: ({ from, to, isType }) => from === 'worker/deps.ts' && to === 'worker/config.ts' && isType,
  },
  {
    reason: 'a setting may name resource types, of which there is one list',
    allows: ({ from, to }) => isIn(from, 'worker/config') && to === 'worker/fhir/resource-type.ts',
  },
  {
    reason: 'the version stands in one place only',
    allows: ({ from, to }) => from === 'worker/version.ts' && to === 'package.json',
  },
  {
    reason: 'Node, Deno and the command line are processes with a disk, and share what makes one',
    allows: ({ from, to }) =>
      ['worker/node.ts', 'worker/deno.ts', 'worker/cli'].some((place) => isIn(from, place)) &&
      isIn(to, 'worker/process'),
  },
  {
    reason: 'the sample population is data that the command line hands out, and nothing else may know of it',
    allows: ({ from, to }) => isIn(from, 'worker/cli') && isIn(to, 'worker/sample'),
  },
  {
    reason: 'the demo is a server of Node and its client in one process',
    allows: ({ from, to }) => isIn(from, 'worker/cli/demo') && to === 'worker/node.ts',
  },
  {
    reason: '`sluice serve` is the server of Node',
    allows: ({ from, to }) => from === 'worker/cli/serve.ts' && to === 'worker/node.ts',
  },
  {
    reason: 'every entry opens object storage in the same way',
    allows: ({ from, to }) =>
      to === 'worker/open-storage.ts' && floors[placeOf(from).floor]?.name === 'entry',
  },
]

describe('The house', () => {
  test('has a floor for every file', () => {
    for (const { path } of sources) expect(() => placeOf(path)).not.toThrow()
    for (const { to } of arrows) expect(() => placeOf(to)).not.toThrow()
  })

  test('has imports that only ever point downwards', () => {
    const upwards = arrows.filter(
      (arrow) => !isBelow(arrow) && !isWithin(arrow) && !exceptions.some(({ allows }) => allows(arrow)),
    )
    expect(upwards.map(show)).toEqual([])
    const idle = exceptions.filter(
      ({ allows }) => !arrows.some((arrow) => !isBelow(arrow) && !isWithin(arrow) && allows(arrow)),
    )
    expect(idle.map(({ reason }) => reason)).toEqual([])
  })

  test('has no circle of imports, types aside', () => {
    const next = new Map<string, string[]>()
    for (const { from, to, isType } of arrows) if (!isType) next.set(from, [...(next.get(from) ?? []), to])
    const circles: string[] = []
    const walk = (path: string, way: readonly string[], done: Set<string>): void => {
      if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' → '))
      if (done.has(path)) return
      done.add(path)
      for (const to of next.get(path) ?? []) walk(to, [...way, path], done)
    }
    const done = new Set<string>()
    for (const { path } of sources) walk(path, [], done)
    expect(circles).toEqual([])
  })

  test('imports its own files by their full name', () => {
    const paths = new Set(sources.map(({ path }) => path))
    expect(arrows.filter(({ to }) => !paths.has(to) && to !== 'package.json').map(show)).toEqual([])
  })
})

describe('Bedrock', () => {
  test('imports nothing of ours but errors.ts: neither fhir/ nor platform/ do', () => {
    const others = arrows.filter(
      (arrow) =>
        (isIn(arrow.from, 'worker/fhir') || isIn(arrow.from, 'worker/platform')) &&
        !isWithin(arrow) &&
        arrow.to !== 'worker/errors.ts',
    )
    expect(others.map(show)).toEqual([])
  })

  test('of tables imports nothing of worker/', () => {
    expect(arrows.filter(({ from, to }) => isIn(from, 'schema') && !isIn(to, 'schema')).map(show)).toEqual([])
  })

  test('of errors imports nothing at all', () => {
    expect([...arrows, ...packages].filter(({ from }) => from === 'worker/errors.ts').map(show)).toEqual([])
  })
})

describe('The composition', () => {
  /** Names that may be imported from `deps.ts` as values: functions of the configuration, and of the time. */
  const valuesOfDeps = ['fhirBase', 'searchContextOf']

  test('is known above ground, and there as types only', () => {
    const wrong = arrows.filter(({ from, to, names, isType }) => {
      if (to !== 'worker/deps.ts' && to !== 'worker/config.ts') return false
      const { floor, place } = placeOf(from)
      if (floors[floor]?.name === 'entry' || from === 'worker/config/write-readme.ts') return false
      if (place === 'worker/deps.ts') return !isType
      if (floor < floors.findIndex(({ name }) => name === 'engine')) return true
      return !isType && !names.every((name) => valuesOfDeps.includes(name) || /^[A-Z]/.test(name))
    })
    expect(wrong.map(show)).toEqual([])
  })
})

describe('The engine', () => {
  test('sees the type of the storage, never an adapter', () => {
    const wrong = arrows.filter(
      ({ from, to, isType }) =>
        floors[placeOf(from).floor]?.name === 'engine' &&
        isIn(to, 'worker/storage') &&
        !(to === 'worker/storage/storage.ts' && isType),
    )
    expect(wrong.map(show)).toEqual([])
  })
})

describe('HTTP', () => {
  const fromHttp = arrows.filter(({ from }) => isIn(from, 'worker/http'))

  test('reads through the store and writes only through a verb: what it imports of the store reads, or is a type', () => {
    const wrong = fromHttp.filter(
      ({ to, names, isType }) =>
        isIn(to, 'worker/store') &&
        !isType &&
        !names.every((name) => /^(read|is|storeNow$|[A-Z])/.test(name)),
    )
    expect(wrong.map(show)).toEqual([])
  })

  test('imports of the storage nothing but types', () => {
    const wrong = fromHttp.filter(({ to, isType }) => isIn(to, 'worker/storage') && !isType)
    expect(wrong.map(show)).toEqual([])
  })
})

describe('SQL', () => {
  const isSql = ({ to, names, isType }: Arrow): boolean =>
    to.startsWith('@libsql/') || (to === 'kysely' && !(isType && !names.includes('sql')))

  test('stands in store/ and schema/ only; libSQL is a lock in one file besides', () => {
    const places = ['worker/store', 'schema', 'worker/process/file-lock.ts']
    const elsewhere = packages.filter(
      (arrow) => isSql(arrow) && !places.some((place) => isIn(arrow.from, place)),
    )
    expect(elsewhere.map(show)).toEqual([])
  })

  test('is nowhere written as a text for others to send', () => {
    const elsewhere = arrows.filter(
      ({ from, to }) => isIn(to, 'schema') && !isIn(from, 'schema') && !isIn(from, 'worker/store'),
    )
    expect(elsewhere.map(show)).toEqual([])
  })
})

describe('worker/', () => {
  /** Entry and adapter files of one runtime. */
  const ofOneRuntime = [
    'worker/index.ts',
    'worker/deno.ts',
    'worker/node.ts',
    'worker/cli',
    'worker/process',
    'worker/deploy',
    'worker/platform/node',
    'worker/config/write-readme.ts',
    'worker/fhir/r4/generate.ts',
  ]
  const isOfOneRuntime = (path: string): boolean =>
    ofOneRuntime.some((place) => isIn(path, place)) || /^worker\/storage\/disk[^/]*\.ts$/.test(path)

  test('uses web standards only, but for the files of one runtime', () => {
    const modules = packages.filter(
      ({ from, to }) => /^(node|cloudflare|jsr|bun):/.test(to) && !isOfOneRuntime(from),
    )
    expect(modules.map(show)).toEqual([])
    const named = sources.filter(({ path, globals }) => globals.length > 0 && !isOfOneRuntime(path))
    expect(named.map(({ path, globals }) => `${path}: ${globals.join(', ')}`)).toEqual([])
  })

  test('reaches a file of one runtime only from another such file, and on Workers none', () => {
    const wrong = arrows.filter(
      ({ from, to }) => isOfOneRuntime(to) && (!isOfOneRuntime(from) || from === 'worker/index.ts'),
    )
    expect(wrong.map(show)).toEqual([])
  })

  test('is not imported by web/, which knows the service by its OpenAPI document', () => {
    const wrong = filesBelow('web')
      .map((path) => ({ ...readSource(join(root, path)), path }))
      .flatMap(({ path, imports }) =>
        imports.map(({ specifier }) => ({ path, to: join(dirname(path), specifier) })),
      )
      .filter(({ to }) => isIn(to, 'worker') || isIn(to, 'schema'))
    expect(wrong).toEqual([])
  })
})

describe('The reader of import lines', () => {
  const importsOf = (text: string) => parseSource('x.ts', text).imports
  const globalsOf = (text: string) => parseSource('x.ts', text).globals

  test.each<[string, readonly Import[]]>([
    [`import 'a'`, [{ specifier: 'a', names: [], isType: false }]],
    [`import a from 'a'`, [{ specifier: 'a', names: ['default'], isType: false }]],
    [`import * as a from 'a'`, [{ specifier: 'a', names: ['*'], isType: false }]],
    [`import {\n  type A,\n  b as c,\n} from 'a'`, [{ specifier: 'a', names: ['A', 'b'], isType: false }]],
    [`import { type A, type B } from 'a'`, [{ specifier: 'a', names: ['A', 'B'], isType: true }]],
    [`import type { A } from 'a'`, [{ specifier: 'a', names: ['A'], isType: true }]],
    [`export * from 'a'`, [{ specifier: 'a', names: ['*'], isType: false }]],
    [`export { a as b } from 'a'`, [{ specifier: 'a', names: ['a'], isType: false }]],
    [`export const a = 1`, []],
    [`const a = await import('a')`, [{ specifier: 'a', names: ['*'], isType: false }]],
    [`type A = import('a').B`, [{ specifier: 'a', names: ['*'], isType: true }]],
    [`// import 'a'\nconst a = "import 'a'"`, []],
  ])('reads %s', (text, expected) => {
    expect(importsOf(text)).toEqual(expected)
  })

  test('tells the globals of a runtime from members and words of the same name', () => {
    expect(globalsOf('process.exit(1); globalThis.Deno.cron(); const a = Buffer.from("")')).toEqual([
      'process',
      'Deno',
      'Buffer',
    ])
    expect(globalsOf('a.process(); const b = { process: 1 } // process.exit\nconst c = "Buffer"')).toEqual([])
  })
})
