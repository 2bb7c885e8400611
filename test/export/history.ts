import fc from '../support/fast-check.ts'
import type { ExportedFiles, Harness, Manifest } from '../support/harness.ts'
import { linesOf, nameOf } from '../support/harness.ts'

/** What has been written through a harness, in order: the model that exports are compared with. */
export type History = {
  /** How many writes there were: a point in the history. */
  readonly length: number
  /** A new version of `Type/id`, with something in it that no other version has. */
  put(name: string): Promise<void>
  remove(name: string): Promise<void>
  write(write: Write): Promise<void>
  /** What an export at point `end` has to say to a client who has seen everything up to `since`. */
  expected(range: {
    readonly since?: number
    readonly end?: number
    readonly types?: readonly string[]
  }): Said
}
export type Write = { readonly name: string; readonly isDelete: boolean }
/** By type, all lines of its files as one text; and the names in the `deleted` Bundles, in order. */
export type Said = { readonly output: Readonly<Record<string, string>>; readonly deleted: readonly string[] }

type Version = { readonly name: string; readonly line: string | undefined }

export const createHistory = (harness: Pick<Harness, 'put' | 'remove'>): History => {
  const versions: Version[] = []
  const isThere = (name: string, end: number) =>
    versions.slice(0, end).findLast((version) => version.name === name)?.line !== undefined

  const put = async (name: string): Promise<void> => {
    const [resourceType = '', id = ''] = name.split('/')
    // Of very different lengths, so that files and parts end everywhere in them.
    const text = 'x'.repeat((versions.length * 37) % 150)
    const response = await harness.put({
      resourceType,
      id,
      ...{ note: [{ text: `${versions.length} ${text}` }] },
    })
    if (!response.ok) throw new Error(`PUT ${name} answered ${response.status}: ${await response.text()}`)
    versions.push({ name, line: await response.text() })
  }
  const remove = async (name: string): Promise<void> => {
    const response = await harness.remove(name)
    if (response.status !== 204) throw new Error(`DELETE ${name} answered ${response.status}`)
    if (isThere(name, versions.length)) versions.push({ name, line: undefined })
  }

  return {
    get length() {
      return versions.length
    },
    put,
    remove,
    write: ({ name, isDelete }) => (isDelete ? remove(name) : put(name)),
    expected: ({ since = 0, end = versions.length, types }) => {
      const current = versions
        .slice(0, end)
        .filter(
          ({ name }, at) => versions.slice(0, end).findLastIndex((version) => version.name === name) === at,
        )
      const news = current.filter(
        (version) => versions.indexOf(version) >= since && (types?.includes(typeOf(version.name)) ?? true),
      )
      const output: Record<string, string> = {}
      for (const { name, line } of news) {
        if (line !== undefined) output[typeOf(name)] = `${output[typeOf(name)] ?? ''}${line}\n`
      }
      const deleted = news.filter(({ name, line }) => line === undefined && isThere(name, since))
      return { output, deleted: deleted.map(({ name }) => name) }
    },
  }
}

const typeOf = (name: string): string => name.slice(0, name.indexOf('/'))

/** What the files of an export say, in the order of the manifest. */
export const saidBy = ({ manifest, text }: ExportedFiles): Said => {
  const output: Record<string, string> = {}
  for (const { type = '', url } of manifest.output) {
    output[type] = `${output[type] ?? ''}${text.get(nameOf(url)) ?? ''}`
  }
  const deleted = (manifest.deleted ?? []).flatMap(({ url }) => linesOf(text.get(nameOf(url)) ?? ''))
  return { output, deleted: deleted.map(deletedName) }
}

const deletedName = (bundle: Readonly<Record<string, unknown>>): string => {
  const { entry } = bundle as { entry: readonly { request: { method: string; url: string } }[] }
  const [only, ...others] = entry
  if (only?.request.method !== 'DELETE' || others.length > 0) throw new Error('not a Bundle of one DELETE')
  return only.request.url
}

/** Finishes an export that has been kicked off, and reads its files. */
export const finished = async (harness: Harness, statusPath: string): Promise<ExportedFiles> => {
  const response = await harness.finish(statusPath)
  if (response.status !== 200)
    throw new Error(`the export ended ${response.status}: ${await response.text()}`)
  return harness.files((await response.json()) as Manifest)
}

/** Few resources of three types, so that the same one is often written again. */
export const writeArbitrary: fc.Arbitrary<Write> = fc.record({
  name: fc.constantFrom(
    ...['Basic', 'Observation', 'Patient'].flatMap((type) => ['a', 'b', 'c'].map((id) => `${type}/${id}`)),
  ),
  isDelete: fc.boolean(),
})

/** Limits so small that everything ends in the middle of something. */
export const limitsArbitrary = fc.record({
  partBytes: fc.integer({ min: 20, max: 400 }),
  fileBytes: fc.oneof(fc.constant(0), fc.integer({ min: 50, max: 800 })),
  rangeBytes: fc.integer({ min: 1, max: 1_500 }),
  pageRows: fc.integer({ min: 1, max: 5 }),
  pageBytes: fc.integer({ min: 1, max: 800 }),
  partsInFlight: fc.integer({ min: 1, max: 3 }),
  tickRows: fc.integer({ min: 1, max: 8 }),
  tickBytes: fc.oneof(fc.constant(1e9), fc.integer({ min: 1, max: 500 })),
  tickStatements: fc.oneof(fc.constant(1e9), fc.integer({ min: 1, max: 30 })),
  tickSubrequests: fc.oneof(fc.constant(1e9), fc.integer({ min: 1, max: 10 })),
})
