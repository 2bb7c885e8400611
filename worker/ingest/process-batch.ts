import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { EntryText } from '../fhir/bundle.ts'
import { type ReadEntry, readEntry } from '../fhir/bundle-entry.ts'
import type { TargetOf } from '../fhir/replace-links.ts'
import { isResourceType } from '../fhir/resource-type.ts'
import type { ReachOf } from '../fhir/scope/reach-filter.ts'
import { type Draft, writeVersions } from '../store/write-versions.ts'
import { nestedGroupsOf } from './assert-nestable.ts'
import {
  draftOfDeleteEntry,
  draftOfEntry,
  isStoring,
  type NamedEntry,
  nameEntry,
  type StoringEntry,
  storedVersion,
} from './entry-draft.ts'
import type { EntryResult } from './entry-result.ts'
import { guardOf } from './guard.ts'
import { notExpected } from './not-expected.ts'
import { readWithin } from './read-within.ts'
import { takeTurns } from './take-turns.ts'
import { changeOf, writeWithin } from './write-within.ts'

/**
 * Does what each entry of a batch asks for, as if they came one after another: some may fail, and the others do not care. Writes that
 * follow each other share a transaction of the database, for speed, and no more than that: each still stands for itself. A link to the URN
 * by which another entry is known is refused, as only a transaction resolves it (http://hl7.org/fhir/R4/http.html#brules).
 */
export const processBatch = async (
  deps: Deps,
  reach: ReachOf,
  entries: readonly EntryText[],
): Promise<readonly EntryResult[]> => {
  const serverBase = fhirBase(deps.config)
  const results = new Array<EntryResult>(entries.length)
  const targetOf = refuseUrns(entries)
  const options = { serverBase, maxBytes: deps.config.limits.maxResourceBytes }
  const writes = createWrites(deps, results)
  const budget: ReadBudget = { bytes: deps.config.limits.maxBundleBytes }
  for (const [index, text] of entries.entries()) {
    await takeTurns(deps.clock, index) // what is not gathered goes to the database one by one
    const done = await attempt(async () => {
      const entry = nameEntry(readEntry(text, serverBase), deps.newId)
      if (isWriting(entry)) {
        const draft = isStoring(entry) ? draftOfEntry(entry, targetOf, options) : draftOfDeleteEntry(entry)
        const write: Write = { index, entry, draft }
        if (!needsLook(deps, reach, write)) return writes.add(write)
        await writes.flush()
        return resultOf(write, await writeWithin(deps, reach, entry, draft))
      }
      await writes.flush()
      return readOne(deps, reach, entry, budget)
    })
    if (done !== undefined) results[index] = done
  }
  await writes.flush()
  return results
}

const isWriting = (entry: NamedEntry): entry is Write['entry'] =>
  entry.method !== 'GET' && entry.method !== 'HEAD'

/** Whether the store must be looked at before somebody may write this, so that it cannot be gathered. */
const needsLook = (deps: Deps, reach: ReachOf, { entry, draft }: Write): boolean =>
  guardOf(reach, changeOf(deps, entry, draft)) !== undefined ||
  ((draft.attachments ?? []).length > 0 && reach('Binary', 'r')?.isWhole !== true) ||
  (nestedGroupsOf(draft).length > 0 && reach('Group', 'r')?.isWhole !== true)

const attempt = async (work: () => Promise<EntryResult | undefined>): Promise<EntryResult | undefined> => {
  try {
    return await work()
  } catch (error) {
    return { outcome: 'failed', error: toFailure(error) }
  }
}

/** What is our bug stays one: whoever answers knows not to show it. */
const toFailure = (error: unknown): SluiceError =>
  error instanceof SluiceError
    ? error
    : new SluiceError('internal', error instanceof Error ? error.message : 'unknown', { cause: error })

const refuseUrns = (entries: readonly EntryText[]): TargetOf => {
  const urns = new Set<unknown>()
  for (const { value } of entries) {
    const fullUrl =
      typeof value === 'object' && value !== null && 'fullUrl' in value ? value.fullUrl : undefined
    if (typeof fullUrl === 'string' && fullUrl.startsWith('urn:')) urns.add(fullUrl)
  }
  return (link, isReference) => {
    const [name = ''] = link.split('#', 1)
    if (urns.has(name))
      throw new SluiceError(
        'invalid',
        'Cannot resolve the references: one is the URN of an entry, which only a transaction resolves',
      )
    if (isReference && isResourceType(/^([A-Za-z]+)\?/.exec(link)?.[1] ?? ''))
      throw new SluiceError(
        'not-supported',
        'Cannot resolve the references: one is a search, which comes in a later version',
      )
    return undefined
  }
}

type Write = {
  readonly index: number
  readonly entry: Exclude<NamedEntry, ReadEntry>
  readonly draft: Draft
}

/** Gathers writes for one transaction; a second one of the same resource has to wait for the next. */
const createWrites = ({ db, clock, config: { limits } }: Deps, results: EntryResult[]) => {
  let writes: Write[] = []
  let names = new Set<string>()
  let length = 0

  const flush = async (): Promise<void> => {
    const writing = writes
    writes = []
    names = new Set()
    length = 0
    if (writing.length === 0) return
    try {
      const options = { now: clock.now(), maxClockSkewMs: limits.maxClockSkewMs }
      const written = await writeVersions(
        db,
        writing.map(({ draft }) => draft),
        options,
      )
      for (const [place, write] of writing.entries()) results[write.index] = resultOf(write, written[place])
    } catch (error) {
      const failed = { outcome: 'failed', error: toFailure(error) } as const
      for (const { index } of writing) results[index] = failed
    }
    await clock.yield() // as `ingestNdjson` does: let requests in between the transactions
  }

  return {
    flush,
    add: async (write: Write): Promise<undefined> => {
      const { typeId, id, head, tail } = write.draft
      const name = `${typeId}/${id}`
      const added = head.length + tail.length
      const isFull = writes.length >= limits.ingestChunkRows || length + added > limits.ingestChunkBytes
      if (writes.length > 0 && (isFull || names.has(name))) await flush()
      writes.push(write)
      names.add(name)
      length += added
    },
  }
}

const resultOf = (
  { entry, draft }: Write,
  written: Awaited<ReturnType<typeof writeVersions>>[number],
): EntryResult => {
  if (written === undefined && draft.expected !== undefined)
    return { outcome: 'failed', error: notExpected(entry.type, entry.id) }
  if (!isStored(entry) || written === undefined) return { outcome: 'deleted' }
  const version = storedVersion(draft, written)
  return { outcome: 'stored', name: `${entry.type}/${entry.id}`, isCreated: written.isCreated, version }
}

const isStored = (entry: Write['entry']): entry is StoringEntry => entry.method !== 'DELETE'

/** What a Bundle may still read. Whatever it answers, the resource was read; but for what is out of reach, whose size is nobody's business. */
type ReadBudget = { bytes: number }

const readOne = async (
  deps: Deps,
  reach: ReachOf,
  entry: ReadEntry,
  budget: ReadBudget,
): Promise<EntryResult> => {
  const { method, type, id, seen } = entry
  const name = `${type}/${id}`
  const spent = () =>
    new SluiceError('too-large', `Cannot read ${name}: the Bundle has read as many bytes as it may`)
  if (budget.bytes <= 0) throw spent()
  const version = await readWithin(deps, reach, entry)
  budget.bytes -= version.line.length
  if (seen === version.versionId) return { outcome: 'unchanged', version }
  if (method === 'HEAD') return { outcome: 'read', name, version: { ...version, line: '' } }
  if (budget.bytes < 0) throw spent()
  return { outcome: 'read', name, version }
}
