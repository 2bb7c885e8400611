import { SluiceError } from '../errors.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { lacksRight, type ReachFilter, type ReachOf } from '../fhir/scope/reach-filter.ts'
import type { Right } from '../fhir/scope/scope.ts'
import type { Latest } from '../store/read-latest.ts'
import { notExpected } from './not-expected.ts'

/** Something that is to be done with a resource. */
export type Change = {
  readonly method: 'POST' | 'PUT' | 'DELETE'
  readonly type: ResourceType
  readonly id: string
  /** As the client has it: the version that must be current, 0 for none, `undefined` for whatever there is. */
  readonly expected?: number | undefined
  /** What it will be; made when somebody looks at it. */
  readonly line: () => string
}

/**
 * Looks at what there is, before anything is done with it: says which version must be current for the change to be made, 0 for none, and
 * throws where it may not be made. What is out of reach gets the answers of what is not there.
 */
export type Guard = (latest: Latest | undefined) => number

/**
 * Whether somebody may make a change: throws where he may not, whatever there is; `undefined` where he may, whatever there is. What is
 * written must be within reach when it is written, and so must be what was there before.
 */
export const guardOf = (reach: ReachOf, change: Change): Guard | undefined => {
  switch (change.method) {
    case 'POST':
      return guardOfCreate(reach(change.type, 'c'), change)
    case 'PUT':
      return guardOfUpdate(reach(change.type, 'u'), reach(change.type, 'c'), change)
    case 'DELETE':
      return guardOfDelete(reach(change.type, 'd'), change)
    default:
      return change.method satisfies never
  }
}

const guardOfCreate = (creates: ReachFilter | undefined, change: Change): undefined => {
  if (creates === undefined) throw lacksRight('create', change.type, 'c')
  if (!holdsNew(creates, change)) throw outside(change, 'c')
}

const guardOfUpdate = (
  updates: ReachFilter | undefined,
  creates: ReachFilter | undefined,
  change: Change,
): Guard | undefined => {
  if (updates === undefined && (creates === undefined || isUpdate(change)))
    throw lacksRight('update', change.type, 'u')
  if (updates?.isWhole && creates?.isWhole) return undefined
  const mayUpdate = holdsNew(updates, change)
  const mayCreate = holdsNew(creates, change)
  if (!mayUpdate && !mayCreate) throw updates === undefined ? outside(change, 'c') : outside(change, 'u')
  return (latest) => {
    if (latest === undefined || latest.deleted)
      return versionToCreate(change, { latest, mayCreate, updates, creates })
    if (updates === undefined) throw lacksRight('update', change.type, 'u')
    if (!updates.holds(latest.line)) throw unchangeable(change)
    if (!mayUpdate) throw outside(change, 'u')
    return asExpected(change, latest.versionId)
  }
}

type Creation = {
  readonly latest: Latest | undefined
  readonly mayCreate: boolean
  readonly updates: ReachFilter | undefined
  readonly creates: ReachFilter | undefined
}

/** Who may not update everything must not learn from a refusal whether there is something that he may not update. */
const versionToCreate = (change: Change, { latest, mayCreate, updates, creates }: Creation): number => {
  const hides = updates !== undefined && !updates.isWhole
  if (isUpdate(change)) throw hides ? unchangeable(change) : notExpected(change.type, change.id)
  if (creates === undefined) throw hides ? unchangeable(change) : lacksRight('create', change.type, 'c')
  if (mayCreate && (latest === undefined || creates.holds(latest.line))) return 0
  throw hides || latest !== undefined ? unchangeable(change) : outside(change, 'c')
}

const guardOfDelete = (deletes: ReachFilter | undefined, change: Change): Guard | undefined => {
  if (deletes === undefined) throw lacksRight('delete', change.type, 'd')
  if (deletes.isWhole) return undefined
  return (latest) => {
    if (latest === undefined || !deletes.holds(latest.line)) throw unchangeable(change)
    return asExpected(change, latest.deleted ? 0 : latest.versionId)
  }
}

/** It names a version that it is to follow. */
const isUpdate = ({ expected }: Change): boolean => expected !== undefined && expected > 0

const holdsNew = (filter: ReachFilter | undefined, { line }: Change): boolean =>
  filter !== undefined && (filter.isWhole || filter.holds(line()))

const asExpected = ({ type, id, expected }: Change, current: number): number => {
  if (expected !== undefined && expected !== current) throw notExpected(type, id)
  return current
}

const unchangeable = ({ type, id }: Change): SluiceError =>
  new SluiceError('not-found', `Cannot change ${type}/${id}: there is none`)

export const outside = ({ type }: Pick<Change, 'type'>, right: Right): SluiceError =>
  new SluiceError(
    'insufficient-scope',
    `Cannot store the ${type}: what would be stored is outside what system/${type}.${right} opens to this client`,
  )
