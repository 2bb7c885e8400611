import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { editMembers } from '../fhir/edit-members.ts'
import { isOutOfUse } from '../fhir/group-member.ts'
import type { MemberParameters, MemberPeriod } from '../fhir/member-parameters.ts'
import { firstInstant, lastInstant } from '../fhir/period.ts'
import { type ResourceLine, readResourceLine } from '../fhir/resource-line.ts'
import { patientTypeId } from '../fhir/resource-type.ts'
import type { Grants } from '../fhir/scope/grants.ts'
import { lacksRight, type ReachFilter, type ReachOf } from '../fhir/scope/reach-filter.ts'
import { type GroupAndPatients, type Membership, readGroupAndPatients } from '../store/read-members.ts'
import { readVersion, type StoredVersion } from '../store/read-resource.ts'
import { type DraftMember, type WrittenVersion, writeVersions } from '../store/write-versions.ts'
import { draftOfMemberChange } from './draft.ts'
import { outside } from './guard.ts'
import { notExpected } from './not-expected.ts'
import { reachWithin } from './reach.ts'
import { keepsChanging, lineOfDraft, maxAttempts } from './write-within.ts'

/** What has become of the Group: its version now, and for how many patients something changed. */
export type MembersChanged = Pick<WrittenVersion, 'versionId' | 'lastUpdated'> & { readonly changed: number }

/**
 * Makes patients members of a Group, or no longer, in a new version of it and in one transaction, whatever its size. Who is what was asked for
 * already changes nothing; where that is everyone, there is no new version. A Group that others change meanwhile is read again, so that
 * both changes take effect; with `expected` (`If-Match`) it must be that version. It takes the right to update the Group. Of patients who are not
 * there only he is told who may read all Patients; for others they become members like any.
 */
export const addMembers = async (
  deps: Deps,
  grants: Grants,
  groupId: string,
  { patientIds, period }: MemberParameters,
  expected?: number,
): Promise<MembersChanged> => {
  const reach = reachWithin(deps, grants)
  const mayKnowMissing = reach('Patient', 'r')?.isWhole === true
  return change(deps, reach, groupId, { patientIds, expected }, ({ memberships, missing }) => {
    if (mayKnowMissing) refuseMissing(groupId, missing)
    const wanted = membershipIn(period)
    const changing = patientIds.filter((id) => !isAlready(memberships.get(id) ?? [], wanted))
    return { ended: changing.filter((id) => memberships.has(id)), begun: changing, period, wanted }
  })
}

export const removeMembers = async (
  deps: Deps,
  grants: Grants,
  groupId: string,
  { patientIds }: MemberParameters,
  expected?: number,
): Promise<MembersChanged> =>
  change(deps, reachWithin(deps, grants), groupId, { patientIds, expected }, ({ memberships }) => ({
    ended: [...memberships.keys()],
    begun: [],
    period: undefined,
    wanted: membershipIn(undefined),
  }))

/** Patients whose membership ends, and those who get the wanted one. */
type Change = {
  readonly ended: readonly string[]
  readonly begun: readonly string[]
  readonly period: MemberPeriod | undefined
  readonly wanted: Membership
}
type Decide = (found: GroupAndPatients) => Change

const change = async (
  deps: Deps,
  reach: ReachOf,
  groupId: string,
  { patientIds, expected }: { readonly patientIds: readonly string[]; readonly expected: number | undefined },
  decide: Decide,
): Promise<MembersChanged> => {
  const updates = reach('Group', 'u')
  if (updates === undefined) throw lacksRight('update', 'Group', 'u')
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const found = await readGroupAndPatients(deps.db, groupId, patientIds)
    const group = await groupOf(deps, updates, found, groupId)
    if (expected !== undefined && expected !== group.versionId) throw notExpected('Group', groupId)
    const decided = decide(found)
    const changed = new Set([...decided.ended, ...decided.begun]).size
    if (changed === 0) return { ...group, changed }
    const written = await writeChange(deps, updates, group, decided)
    if (written !== undefined) return { ...written, changed }
    await deps.clock.yield()
  }
  throw keepsChanging(`members of Group/${groupId}`)
}

const groupOf = async (
  { db }: Deps,
  updates: ReachFilter,
  { group }: GroupAndPatients,
  groupId: string,
): Promise<StoredVersion> => {
  const refuse = (code: 'not-found' | 'deleted' | 'invalid', reason: string) =>
    new SluiceError(code, `Cannot change members of Group/${groupId}: ${reason}`)
  const last = group?.deleted ? await readVersion(db, 'Group', groupId, group.versionId - 1) : group
  if (group === undefined || !updates.holds(last?.line ?? ''))
    throw refuse('not-found', 'there is no such Group')
  if (group.deleted) throw refuse('deleted', 'it was deleted')
  return group
}

const writeChange = async (
  deps: Deps,
  updates: ReachFilter,
  group: StoredVersion,
  { ended, begun, period, wanted }: Change,
): Promise<WrittenVersion | undefined> => {
  const { db, clock, config } = deps
  const base = fhirBase(config)
  const before = readResourceLine(group.line)
  refuseUnchangeable(before)
  const entries = begun.map((id) => JSON.stringify({ entity: { reference: `Patient/${id}` }, period }))
  const text = editMembers(group.line, before.resource, { removed: new Set(ended), entries }, base)
  const draft = draftOfMemberChange(readResourceLine(text), base, {
    ended,
    begun: begun.map((id) => draftMember(id, wanted)),
  })
  if (!updates.isWhole && !updates.holds(lineOfDraft(deps, draft))) throw outside({ type: 'Group' }, 'u')
  const options = { now: clock.now(), maxClockSkewMs: config.limits.maxClockSkewMs }
  const [written] = await writeVersions(db, [{ ...draft, expected: group.versionId }], options)
  return written
}

const refuseUnchangeable = ({ id, resource }: ResourceLine): void => {
  const refuse = (reason: string) =>
    new SluiceError('invalid', `Cannot change members of Group/${id}: ${reason}`)
  if (resource.actual === false) throw refuse('it is descriptive (its "actual" is false) and has none')
  if (isOutOfUse(resource)) throw refuse('it is out of use (its "active" is false)')
}

const draftMember = (id: string, { isActive, periodStart, periodEnd }: Membership): DraftMember => ({
  typeId: patientTypeId,
  id,
  inactive: !isActive,
  periodStart,
  periodEnd,
})

const membershipIn = (period: MemberPeriod | undefined): Membership => ({
  isActive: true,
  periodStart: firstInstant(period?.start) ?? null,
  periodEnd: lastInstant(period?.end) ?? null,
})

const isAlready = (memberships: readonly Membership[], wanted: Membership): boolean =>
  memberships.length === 1 &&
  memberships.every(
    ({ isActive, periodStart, periodEnd }) =>
      isActive && periodStart === wanted.periodStart && periodEnd === wanted.periodEnd,
  )

/** A member that is not there would be exported as nothing, and nobody would be told. */
const refuseMissing = (groupId: string, missing: readonly string[]): void => {
  const [first, ...others] = missing
  if (first === undefined) return
  const more = others.length === 0 ? '' : `, nor are ${others.length} others of them`
  throw new SluiceError(
    'invalid',
    `Cannot add members to Group/${groupId}: Patient/${first} is not on this server${more}; none was added`,
  )
}
