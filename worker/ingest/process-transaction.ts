import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { EntryText } from '../fhir/bundle.ts'
import { type DeleteEntry, type ReadEntry, readEntry } from '../fhir/bundle-entry.ts'
import { linksOf } from '../fhir/bundle-links.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import { readLinesAt } from '../store/read-lines-at.ts'
import { type AllVersions, type Hindrance, writeAllVersions } from '../store/write-all-versions.ts'
import type { Draft } from '../store/write-versions.ts'
import {
  draftOfDeleteEntry,
  draftOfEntry,
  isStoring,
  type NamedEntry,
  nameEntry,
  type StoringEntry,
  storedVersion,
  toLinked,
} from './entry-draft.ts'
import { atEntry, type EntryResult, refusalOfEntry } from './entry-result.ts'

/**
 * Does all that the entries of a transaction ask for, or nothing (http://hl7.org/fhir/R4/http.html#trules): deletes, then creates, then updates,
 * in one batch of the database, then reads. The results are in the order of the entries. The first entry that cannot be done is named in
 * the error.
 */
export const processTransaction = async (
  deps: Deps,
  entries: readonly EntryText[],
): Promise<readonly EntryResult[]> => {
  const { config, db, clock, newId } = deps
  const serverBase = fhirBase(config)
  const named = entries.map((entry, index) =>
    atEntry(index, () => nameEntry(readEntry(entry, serverBase), newId)),
  )
  refuseRepeats(named)
  const plan = planOf(named, draftsOf(named, serverBase, config.limits.maxResourceBytes))
  const done = await writeAllVersions(
    db,
    plan.drafts.map(({ draft }) => draft),
    plan.reads.map(toTarget),
    {
      now: clock.now(),
      maxClockSkewMs: config.limits.maxClockSkewMs,
      maxReadBytes: config.limits.maxBundleBytes,
    },
  )
  if ('reason' in done) throw explain(done, plan, config.limits.maxBundleBytes)
  return resultsOf(deps, named, plan, done)
}

/** "If any resource identities overlap in steps 1 to 3, then the transaction SHALL fail." */
const refuseRepeats = (named: readonly NamedEntry[]): void => {
  const seen = new Map<string, number>()
  for (const [index, { method, type, id }] of named.entries()) {
    if (method === 'GET' || method === 'HEAD') continue
    const name = `${type}/${id}`
    const first = seen.get(name)
    if (first !== undefined)
      throw new SluiceError(
        'invalid',
        `Cannot process Bundle.entry[${index}]: Bundle.entry[${first}] changes ${name} already`,
      )
    seen.set(name, index)
  }
}

type Indexed<T> = { readonly index: number; readonly entry: T }
type Planned = Indexed<StoringEntry | DeleteEntry> & { readonly draft: Draft }
type Plan = { readonly drafts: readonly Planned[]; readonly reads: readonly Indexed<ReadEntry>[] }

const draftsOf = (named: readonly NamedEntry[], serverBase: string, maxBytes: number): readonly Planned[] => {
  const linked = named.map((entry, index) => (isStoring(entry) ? toLinked(entry, index) : undefined))
  const targetsFor = linksOf(
    linked.filter((entry) => entry !== undefined),
    serverBase,
  )
  return named.flatMap((entry, index): readonly Planned[] => {
    if (entry.method === 'DELETE') return [{ index, entry, draft: draftOfDeleteEntry(entry) }]
    const link = linked[index]
    if (!isStoring(entry) || link === undefined) return []
    const draft = atEntry(index, () => draftOfEntry(entry, targetsFor(link), { serverBase, maxBytes }))
    return [{ index, entry, draft }]
  })
}

const planOf = (named: readonly NamedEntry[], drafts: readonly Planned[]): Plan => ({
  drafts: (['DELETE', 'POST', 'PUT'] as const).flatMap((method) =>
    drafts.filter(({ entry }) => entry.method === method),
  ),
  reads: named.flatMap((entry, index) =>
    entry.method === 'GET' || entry.method === 'HEAD' ? [{ index, entry }] : [],
  ),
})

const toTarget = ({ entry: { type, id, versionId } }: Indexed<ReadEntry>) => ({
  typeId: typeIdOf(type),
  id,
  versionId,
})

const explain = (hindrance: Hindrance, { drafts, reads }: Plan, maxBytes: number): SluiceError => {
  if ('draft' in hindrance) {
    const reason = 'Cannot change it: its current version is not the one that the entry expects'
    return refusalOfEntry(drafts[hindrance.draft]?.index ?? 0, new SluiceError('precondition-failed', reason))
  }
  if ('target' in hindrance) {
    const reason = hindrance.reason === 'deleted' ? 'it was deleted' : 'there is none'
    return refusalOfEntry(
      reads[hindrance.target]?.index ?? 0,
      new SluiceError(hindrance.reason, `Cannot read it: ${reason}`),
    )
  }
  return new SluiceError(
    'too-large',
    `Cannot process the Bundle: what it reads has more than ${maxBytes} bytes`,
  )
}

const resultsOf = async (
  { db, config }: Deps,
  named: readonly NamedEntry[],
  { drafts, reads }: Plan,
  { written, found }: AllVersions,
): Promise<readonly EntryResult[]> => {
  const results = new Array<EntryResult>(named.length)
  for (const [place, { index, entry, draft }] of drafts.entries()) {
    const version = written[place]
    if (entry.method === 'DELETE') results[index] = { outcome: 'deleted' }
    else if (version === undefined) throw new SluiceError('internal', 'Cannot tell what a transaction wrote')
    else
      results[index] = {
        outcome: 'stored',
        name: `${entry.type}/${entry.id}`,
        isCreated: version.isCreated,
        version: storedVersion(draft, version),
      }
  }
  const wanted = found.filter((version, place) => wantsBody(reads[place]?.entry, version.versionId))
  const lines = await readLinesAt(db, wanted, config.limits.pageBytes)
  for (const [place, { index, entry }] of reads.entries()) {
    const version = found[place]
    if (version === undefined) throw new SluiceError('internal', 'Cannot tell what a transaction read')
    const { position, versionId, lastUpdated } = version
    const line = wantsBody(entry, versionId) ? (lines.get(position) ?? '') : ''
    const stored = { versionId, lastUpdated, deleted: false, line }
    results[index] =
      entry.seen === versionId
        ? { outcome: 'unchanged', version: stored }
        : { outcome: 'read', name: `${entry.type}/${entry.id}`, version: stored }
  }
  return results
}

const wantsBody = (entry: ReadEntry | undefined, versionId: number): boolean =>
  entry?.method === 'GET' && entry.seen !== versionId
