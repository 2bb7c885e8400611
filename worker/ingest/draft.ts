import { readMembers } from '../fhir/group-member.ts'
import { patientsOf } from '../fhir/patient-compartment.ts'
import { firstInstant, lastInstant } from '../fhir/period.ts'
import { readReferences } from '../fhir/reference.ts'
import type { ResourceLine } from '../fhir/resource-line.ts'
import { type ResourceType, typeIdOf } from '../fhir/resource-type.ts'
import type { Draft } from '../store/write-versions.ts'

/** Everything the store writes for a resource: its line to be, and the rows that index it. */
export const draftOf = (line: ResourceLine, serverBase: string): Draft => ({
  typeId: typeIdOf(line.type),
  id: line.id,
  deleted: false,
  head: line.head,
  tail: line.tail,
  patientIds: patientsOf(line.resource, serverBase),
  // A name may hold half a surrogate pair, which no UTF-8 can: the client of libSQL ends the process over such a text.
  references: readReferences(line.resource, serverBase).map(({ path, type, id }) => ({
    path: path.toWellFormed(),
    typeId: typeIdOf(type),
    id,
  })),
  members: line.type === 'Group' ? draftMembers(line, serverBase) : [],
})

export const draftOfDelete = (type: ResourceType, id: string): Draft => ({
  typeId: typeIdOf(type),
  id,
  deleted: true,
  head: '',
  tail: '',
  patientIds: [],
  references: [],
  members: [],
})

const draftMembers = (line: ResourceLine, serverBase: string): Draft['members'] =>
  readMembers(line.resource, serverBase).map(({ type, id, inactive, periodStart, periodEnd }) => ({
    typeId: typeIdOf(type),
    id,
    inactive,
    periodStart: firstInstant(periodStart) ?? null,
    periodEnd: lastInstant(periodEnd) ?? null,
  }))
