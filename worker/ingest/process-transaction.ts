import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { EntryText } from '../fhir/bundle.ts'
import { type ReadEntry, readEntry } from '../fhir/bundle-entry.ts'
import { linksOf } from '../fhir/bundle-links.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import type { ReachOf } from '../fhir/scope/reach-filter.ts'
import { readLinesAt } from '../store/read-lines-at.ts'
import { type AllVersions, type Hindrance, writeAllVersions } from '../store/write-all-versions.ts'
import {
  draftOfDeleteEntry,
  draftOfEntry,
  isStoring,
  type NamedEntry,
  nameEntry,
  storedVersion,
  toLinked,
} from './entry-draft.ts'
import { atEntry, type EntryResult, refusalOfEntry } from './entry-result.ts'
import {
  judgeTransaction,
  type Plan,
  type PlannedRead,
  type PlannedWrite,
  unreadable,
} from './judge-transaction.ts'
import { keepsChanging, maxAttempts } from './write-within.ts'

/**
 * Does all that the entries of a transaction ask for, or nothing (http://hl7.org/fhir/R4/http.html#trules): deletes, then creates, then updates,
 * in one batch of the database, then reads. The results are in the order of the entries. The first entry that cannot be done is named in
 * the error.
 */
export const processTransaction = async (
  deps: Deps,
  reach: ReachOf,
  entries: readonly EntryText[],
): Promise<readonly EntryResult[]> => {
  const { config, newId } = deps
  const serverBase = fhirBase(config)
  const named = entries.map((entry, index) =>
    atEntry(index, () => nameEntry(readEntry(entry, serverBase), newId)),
  )
  refuseRepeats(named)
  const plan = planOf(named, draftsOf(named, serverBase, config.limits.maxResourceBytes))
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const { plan: judged, looked } = await judgeTransaction(deps, reach, plan)
    const done = await writePlan(deps, judged)
    if (!('reason' in done)) return resultsOf(deps, named, judged, done)
    // What was looked at has changed since: it is to be looked at again.
    if (!isOfLooked(done, judged, looked)) throw explain(done, judged, config.limits.maxBundleBytes)
    await deps.clock.yield()
  }
  throw keepsChanging('what the transaction is about')
}

const writePlan = (
  { db, clock, config: { limits } }: Deps,
  { drafts, reads }: Plan,
): Promise<AllVersions | Hindrance> =>
  writeAllVersions(
    db,
    drafts.map(({ draft }) => draft),
    reads.map(toTarget),
    { now: clock.now(), maxClockSkewMs: limits.maxClockSkewMs, maxReadBytes: limits.maxBundleBytes },
  )

const isOfLooked = (hindrance: Hindrance, { drafts }: Plan, looked: ReadonlySet<number>): boolean => {
  if (hindrance.reason !== 'not-expected') return false
  return 'target' in hindrance || looked.has(drafts[hindrance.draft]?.index ?? -1)
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

const draftsOf = (
  named: readonly NamedEntry[],
  serverBase: string,
  maxBytes: number,
): readonly PlannedWrite[] => {
  const linked = named.map((entry, index) => (isStoring(entry) ? toLinked(entry, index) : undefined))
  const targetsFor = linksOf(
    linked.filter((entry) => entry !== undefined),
    serverBase,
  )
  return named.flatMap((entry, index): readonly PlannedWrite[] => {
    if (entry.method === 'DELETE') return [{ index, entry, draft: draftOfDeleteEntry(entry) }]
    const link = linked[index]
    if (!isStoring(entry) || link === undefined) return []
    const draft = atEntry(index, () => draftOfEntry(entry, targetsFor(link), { serverBase, maxBytes }))
    return [{ index, entry, draft }]
  })
}

const planOf = (named: readonly NamedEntry[], drafts: readonly PlannedWrite[]): Plan => ({
  drafts: (['DELETE', 'POST', 'PUT'] as const).flatMap((method) =>
    drafts.filter(({ entry }) => entry.method === method),
  ),
  reads: named.flatMap((entry, index) =>
    entry.method === 'GET' || entry.method === 'HEAD' ? [{ index, entry }] : [],
  ),
})

const toTarget = ({ entry: { type, id, versionId }, expected }: PlannedRead) => ({
  typeId: typeIdOf(type),
  id,
  versionId,
  expected,
})

const explain = (hindrance: Hindrance, { drafts, reads }: Plan, maxBytes: number): SluiceError => {
  if ('draft' in hindrance) {
    const reason = 'Cannot change it: its current version is not the one that the entry expects'
    return refusalOfEntry(drafts[hindrance.draft]?.index ?? 0, new SluiceError('precondition-failed', reason))
  }
  if ('target' in hindrance) {
    const code = hindrance.reason === 'deleted' ? 'deleted' : 'not-found'
    return refusalOfEntry(reads[hindrance.target]?.index ?? 0, unreadable(code))
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
