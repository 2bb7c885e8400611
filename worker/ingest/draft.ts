import { SluiceError } from '../errors.ts'
import { readAttachmentTargets } from '../fhir/attachment-targets.ts'
import { isSubset } from '../fhir/edit-members.ts'
import { hasMemberElsewhere, isOutOfUse, readMembers } from '../fhir/group-member.ts'
import { patientsOf } from '../fhir/patient-compartment.ts'
import { firstInstant, lastInstant } from '../fhir/period.ts'
import { readReferences } from '../fhir/reference.ts'
import type { ResourceLine } from '../fhir/resource-line.ts'
import { type ResourceType, typeIdOf } from '../fhir/resource-type.ts'
import type { Draft, MemberChange } from '../store/write-versions.ts'

/** Everything the store writes for a resource: its line to be, and the rows that index it. */
export const draftOf = (line: ResourceLine, serverBase: string): Draft => {
  if (line.type !== 'Group') return draftOfLine(line, serverBase)
  if (isSubset(line.resource)) throw incomplete(line.id)
  return { ...draftOfLine(line, serverBase), members: draftMembers(line, serverBase) }
}

/** A Group of which only this changes: whoever else is a member stays one, in its list or not. */
export const draftOfMemberChange = (line: ResourceLine, serverBase: string, change: MemberChange): Draft => ({
  ...draftOfLine(line, serverBase),
  memberChange: change,
})

/** What a Group lists becomes its membership, so one that says that it does not list all would lose the others (FHIR R4 search.html, _summary). */
const incomplete = (id: string): SluiceError =>
  new SluiceError(
    'invalid',
    `Cannot store Group/${id}: it is tagged SUBSETTED, so it does not list all its members; use $member-add and $member-remove, or list all and take the tag away`,
  )

const draftOfLine = (line: ResourceLine, serverBase: string): Draft => ({
  typeId: typeIdOf(line.type),
  id: line.id,
  deleted: false,
  head: line.head,
  tail: line.tail,
  marked: line.marked,
  patientIds: patientsOf(line.resource, serverBase),
  // A name may hold half a surrogate pair, which no UTF-8 can: the client of libSQL ends the process over such a text.
  references: readReferences(line.resource, serverBase).map(({ path, type, id }) => ({
    path: path.toWellFormed(),
    typeId: typeIdOf(type),
    id,
  })),
  attachments: readAttachmentTargets(line, serverBase),
  members: [],
})

export const draftOfDelete = (type: ResourceType, id: string): Draft => ({
  typeId: typeIdOf(type),
  id,
  deleted: true,
  head: '',
  tail: '',
  marked: false,
  patientIds: [],
  references: [],
  members: [],
})

const draftMembers = ({ resource }: ResourceLine, serverBase: string): Draft['members'] => [
  ...readMembers(resource, serverBase).map(({ type, id, inactive, periodStart, periodEnd }) => ({
    typeId: typeIdOf(type),
    id,
    inactive: inactive || isOutOfUse(resource),
    periodStart: firstInstant(periodStart) ?? null,
    periodEnd: lastInstant(periodEnd) ?? null,
  })),
  ...(hasMemberElsewhere(resource, serverBase) ? [memberElsewhere] : []),
]

/** Stands for all members of a Group that no row can stand for, so that it is seen to hold a stranger. No resource is of type 0. */
const memberElsewhere = { typeId: 0, id: '', inactive: false, periodStart: null, periodEnd: null }
