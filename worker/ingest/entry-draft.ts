import { SluiceError } from '../errors.ts'
import { assignId } from '../fhir/assign-id.ts'
import { stripMarks } from '../fhir/attachment-urls.ts'
import type { BundleEntry, CreateEntry, DeleteEntry, ReadEntry, UpdateEntry } from '../fhir/bundle-entry.ts'
import type { LinkedEntry } from '../fhir/bundle-links.ts'
import { replaceLinks, type TargetOf } from '../fhir/replace-links.ts'
import { readResourceLine } from '../fhir/resource-line.ts'
import type { StoredVersion } from '../store/read-resource.ts'
import type { Draft, WrittenVersion } from '../store/write-versions.ts'
import { draftOf, draftOfDelete } from './draft.ts'

/** An entry whose resource has the id under which it will be stored. */
export type NamedEntry = (CreateEntry & { readonly id: string }) | UpdateEntry | DeleteEntry | ReadEntry
export type StoringEntry = Extract<NamedEntry, { readonly resource: unknown }>

/** The server chooses the id of what a POST creates; whatever id the resource has is of no account (FHIR R4 http.html, "create"). */
export const nameEntry = (entry: BundleEntry, newId: () => string): NamedEntry =>
  entry.method === 'POST' ? { ...entry, id: newId() } : entry

export const isStoring = (entry: NamedEntry): entry is StoringEntry =>
  entry.method === 'POST' || entry.method === 'PUT'

export const toLinked = (
  { fullUrl, type, method, id, resource }: StoringEntry,
  index: number,
): LinkedEntry => ({ index, fullUrl, type, isCreated: method === 'POST', id, resource })

/** What the store writes for a POST or a PUT, once its links are replaced. `maxBytes` is of the resource as it was sent, as for a PUT by itself. */
export const draftOfEntry = (
  entry: StoringEntry,
  targetOf: TargetOf,
  { serverBase, maxBytes }: { readonly serverBase: string; readonly maxBytes: number },
): Draft => {
  const linked = replaceLinks(entry.json, targetOf)
  const line = readResourceLine(entry.method === 'POST' ? assignId(linked, entry.id) : linked)
  if (line.id !== entry.id)
    throw new SluiceError(
      'invalid',
      'Cannot store the resource: its id is another than the one in request.url',
    )
  const bytes = new TextEncoder().encode(linked).length
  if (bytes > maxBytes)
    throw new SluiceError('too-large', `Cannot store the resource: it has more than ${maxBytes} bytes`)
  const expected = entry.method === 'PUT' ? entry.expected : undefined
  return { ...draftOf(line, serverBase), expected }
}

export const draftOfDeleteEntry = ({ type, id, expected }: DeleteEntry): Draft => ({
  ...draftOfDelete(type, id),
  expected,
})

/** The version as the store now has it: what the SQL that wrote made of the draft, without the marks. */
export const storedVersion = (
  { head, tail }: Draft,
  written: Pick<WrittenVersion, 'versionId' | 'lastUpdated'>,
): StoredVersion => {
  const { versionId, lastUpdated } = written
  const line = stripMarks(`${head}${versionId}","lastUpdated":"${new Date(lastUpdated).toISOString()}${tail}`)
  return { versionId, lastUpdated, deleted: false, line }
}
