import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { ReachOf } from '../fhir/scope/reach-filter.ts'
import { type Latest, readLatest } from '../store/read-latest.ts'
import { type Draft, type WrittenVersion, writeVersions } from '../store/write-versions.ts'
import { assertAttachable } from './assert-attachable.ts'
import { assertNestable } from './assert-nestable.ts'
import { storedVersion } from './entry-draft.ts'
import { type Change, type Guard, guardOf } from './guard.ts'

/**
 * Writes one version, within somebody's reach; `undefined` when its `expected` version is not the current one. What there is may have to be looked at
 * first, and is then written only as long as it is that: where others come between, it is looked at again.
 */
export const writeWithin = async (
  deps: Deps,
  reach: ReachOf,
  change: Omit<Change, 'line' | 'expected'>,
  draft: Draft,
): Promise<WrittenVersion | undefined> => {
  const guard = guardOf(reach, changeOf(deps, change, draft))
  await assertAttachable(deps, reach, draft, [])
  await assertNestable(deps, reach, draft, [])
  return guard === undefined ? writeOne(deps, draft) : writeGuarded(deps, change, draft, guard)
}

export const changeOf = (
  deps: Deps,
  { method, type, id }: Omit<Change, 'line' | 'expected'>,
  draft: Draft,
): Change => ({
  method,
  type,
  id,
  expected: draft.expected,
  line: () => lineOfDraft(deps, draft),
})

/** The draft as somebody's reach is asked about it: with the instant of now, and a version id, which nothing is searched by. */
export const lineOfDraft = ({ clock }: Deps, draft: Draft): string =>
  storedVersion(draft, { versionId: 1, lastUpdated: clock.now() }).line

/** As often as others may come between reading and writing; at each, one of them has succeeded. */
export const maxAttempts = 30

const writeGuarded = async (
  deps: Deps,
  { method, type, id }: Omit<Change, 'line' | 'expected'>,
  draft: Draft,
  guard: Guard,
): Promise<WrittenVersion | undefined> => {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const expected = guard(await latestOf(deps, draft))
    const written = await writeOne(deps, { ...draft, expected })
    if (written !== undefined || (method === 'DELETE' && expected === 0)) return written
    await deps.clock.yield()
  }
  throw keepsChanging(`${type}/${id}`)
}

export const keepsChanging = (what: string): SluiceError =>
  new SluiceError('database-unavailable', `Cannot change ${what}: others keep changing it`, {
    retryAfterSeconds: 1,
  })

const latestOf = async ({ db, config }: Deps, { typeId, id }: Draft): Promise<Latest | undefined> => {
  const target = { typeId, id, versionId: undefined }
  for await (const latest of readLatest(db, [target], config.limits.pageBytes)) return latest
  return undefined
}

const writeOne = async ({ db, clock, config }: Deps, draft: Draft): Promise<WrittenVersion | undefined> => {
  const options = { now: clock.now(), maxClockSkewMs: config.limits.maxClockSkewMs }
  const [written] = await writeVersions(db, [draft], options)
  return written
}
