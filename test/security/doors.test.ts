import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSource } from '../support/source-file.ts'

/**
 * Whoever reads or writes resources for a request goes through a verb that is told how far the request may go: there is no other way in, so that a new
 * route cannot forget it. Kept by reading the import lines.
 */

const worker = join(import.meta.dirname, '../../worker')
const filesOf = (folder: string) => readdirSync(join(worker, folder)).filter((name) => name.endsWith('.ts'))
const importsOf = (folder: string) =>
  filesOf(folder).flatMap((name) =>
    readSource(join(worker, folder, name))
      .imports.filter(({ isType }) => !isType)
      .map(({ specifier, names }) => ({
        name,
        from: specifier.replace(/^.*\/(\w+\/[\w-]+\.ts)$/, '$1'),
        names,
      })),
  )

/** What of the store gives or takes resources. */
const doors = [
  'store/read-resource.ts',
  'store/read-target.ts',
  'store/read-latest.ts',
  'store/read-history.ts',
  'store/read-lines-at.ts',
  'store/read-members.ts',
  'store/search-rows.ts',
  'store/attachments.ts',
  'store/write-versions.ts',
  'store/write-all-versions.ts',
]

describe('The way to resources', () => {
  test('leads http/ through verbs only', () => {
    const isDoor = (from: string, names: readonly string[]) =>
      doors.includes(from) && names.some((name) => !/^[A-Z]/.test(name))
    expect(importsOf('http').filter(({ from, names }) => isDoor(from, names))).toEqual([])
  })

  test('leads through verbs that ask how far somebody may go', () => {
    const verbs = new Set(
      importsOf('ingest').flatMap(({ name, from }) => (doors.includes(from) ? [name] : [])),
    )
    /** They look at what somebody may, or work for those who are told: each is given what was asked. */
    const asking = filesOf('ingest').filter((name) => {
      const { imports } = readSource(join(worker, 'ingest', name))
      return imports.some(({ specifier }) => /fhir\/scope\/(?:reach-filter|grants)\.ts$/.test(specifier))
    })
    const others = [...verbs].filter((name) => !asking.includes(name)).sort()
    expect(others).toEqual([
      'ingest-ndjson.ts', // for administrators
    ])
  })

  test('is asked for by every route of resources', () => {
    const verbs = importsOf('http').filter(
      ({ name, from }) => from.startsWith('ingest/') && name !== 'ingest.ts',
    )
    const tellers = new Set(
      importsOf('http').flatMap(({ name, from }) => (from === './asker.ts' ? [name] : [])),
    )
    expect(verbs.filter(({ name }) => !tellers.has(name))).toEqual([])
    expect(verbs.length).toBeGreaterThan(7)
  })
})
