import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { DeleteEntry, ReadEntry } from '../fhir/bundle-entry.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import { lacksRight, type ReachOf } from '../fhir/scope/reach-filter.ts'
import { type Latest, readLatest } from '../store/read-latest.ts'
import type { ReadTarget } from '../store/write-all-versions.ts'
import type { Draft } from '../store/write-versions.ts'
import { assertAttachable } from './assert-attachable.ts'
import { assertNestable } from './assert-nestable.ts'
import type { StoringEntry } from './entry-draft.ts'
import { atEntry, atEntryLater } from './entry-result.ts'
import { guardOf } from './guard.ts'
import { isReachable } from './read-within.ts'
import { takeTurns } from './take-turns.ts'
import { changeOf, lineOfDraft } from './write-within.ts'

type Indexed<T> = { readonly index: number; readonly entry: T }
export type PlannedWrite = Indexed<StoringEntry | DeleteEntry> & { readonly draft: Draft }
export type PlannedRead = Indexed<ReadEntry> & {
  /** Which version was looked at, where one had to be. */
  readonly expected?: number | undefined
}
export type Plan = { readonly drafts: readonly PlannedWrite[]; readonly reads: readonly PlannedRead[] }

export type Judged = {
  /** With the versions that were looked at as those that must be current when the transaction takes place. */
  readonly plan: Plan
  /** Which entries have such a version. */
  readonly looked: ReadonlySet<number>
}

/** Whether a transaction stays within somebody's reach: throws for the first entry that does not. Where all is his, nothing is looked at. */
export const judgeTransaction = async (deps: Deps, reach: ReachOf, plan: Plan): Promise<Judged> => {
  const looks = await looksOf(deps, reach, plan)
  const drafts = plan.drafts.map(({ draft }) => draft)
  for (const { index, draft } of plan.drafts)
    await atEntryLater(index, async () => {
      await assertAttachable(deps, reach, draft, drafts)
      await assertNestable(deps, reach, draft, drafts)
    })
  const expected = new Map<number, number>()
  if (looks.length === 0) return { plan, looked: new Set() }
  const found = readLatest(
    deps.db,
    looks.map(({ target }) => target),
    deps.config.limits.pageBytes,
  )
  let place = 0
  for await (const latest of found) {
    await takeTurns(deps.clock, place)
    const look = looks[place++]
    if (look === undefined) throw new SluiceError('internal', 'Cannot tell what a transaction depends on')
    const version = await atEntryLater(look.index, async () => look.judge(latest))
    if (version !== undefined) expected.set(look.index, version)
  }
  return { plan: expecting(plan, expected), looked: new Set(expected.keys()) }
}

/** Something in the store that an entry depends on. `judge` says which version it must stay; `undefined` is one that never changes. */
type Look = {
  readonly index: number
  readonly target: ReadTarget
  readonly judge: (latest: Latest | undefined) => number | undefined | Promise<number | undefined>
}

const looksOf = async (deps: Deps, reach: ReachOf, { drafts, reads }: Plan): Promise<readonly Look[]> => {
  const stored = new Map(
    drafts.flatMap(({ entry, draft }) => (entry.method === 'DELETE' ? [] : [[nameOf(entry), draft]])),
  )
  const inOrder = [...drafts, ...reads].sort((one, other) => one.index - other.index)
  const looks: Look[] = []
  for (const [place, planned] of inOrder.entries()) {
    await takeTurns(deps.clock, place) // a resource that many scopes are asked about takes its time
    const look = atEntry(planned.index, () =>
      'draft' in planned
        ? lookAtWrite(deps, reach, planned)
        : lookAtRead(deps, reach, planned, stored.get(nameOf(planned.entry))),
    )
    if (look !== undefined) looks.push(look)
  }
  return looks
}

const nameOf = ({ type, id }: { readonly type: string; readonly id: string }): string => `${type}/${id}`

const lookAtWrite = (deps: Deps, reach: ReachOf, { index, entry, draft }: PlannedWrite): Look | undefined => {
  const judge = guardOf(reach, changeOf(deps, entry, draft))
  return judge && { index, target: { typeId: draft.typeId, id: draft.id, versionId: undefined }, judge }
}

/** What the transaction itself stores under that name is `stored`, and is what will be read. */
const lookAtRead = (
  deps: Deps,
  reach: ReachOf,
  { index, entry }: PlannedRead,
  stored: Draft | undefined,
): Look | undefined => {
  const { type, id, versionId } = entry
  const reads = reach(type, 'r')
  if (reads?.isWhole) return undefined
  const refuse = () => (reads === undefined ? lacksRight('read', type, 'r') : unreadable('not-found'))
  if (reads === undefined && type !== 'Binary') throw refuse()
  if (stored !== undefined && versionId === undefined) {
    if (reads?.holds(lineOfDraft(deps, stored))) return undefined
    throw refuse()
  }
  const judge = async (latest: Latest | undefined): Promise<number | undefined> => {
    if (!(await isReachable(deps, reach, entry, latest?.line))) throw refuse()
    if (latest === undefined) throw unreadable('not-found')
    if (latest.deleted) throw unreadable('deleted')
    return versionId === undefined ? latest.versionId : undefined
  }
  return { index, target: { typeId: typeIdOf(type), id, versionId }, judge }
}

export const unreadable = (code: 'not-found' | 'deleted'): SluiceError =>
  new SluiceError(code, `Cannot read it: ${code === 'deleted' ? 'it was deleted' : 'there is none'}`)

const expecting = ({ drafts, reads }: Plan, expected: ReadonlyMap<number, number>): Plan => ({
  drafts: drafts.map((write) => {
    const version = expected.get(write.index) ?? write.draft.expected
    return { ...write, draft: { ...write.draft, expected: version } }
  }),
  reads: reads.map((read) => ({ ...read, expected: expected.get(read.index) })),
})
