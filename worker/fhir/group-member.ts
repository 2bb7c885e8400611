import { isJsonObject, type JsonObject } from './json.ts'
import { parseReference } from './reference.ts'
import type { ResourceType } from './resource-type.ts'

/** One `Group.member` (http://hl7.org/fhir/R4/group-definitions.html#Group.member). */
export type GroupMember = {
  readonly type: ResourceType
  readonly id: string
  readonly inactive: boolean
  /** FHIR dateTimes as they stand: what they cover is decided where the population is resolved. */
  readonly periodStart: string | undefined
  readonly periodEnd: string | undefined
}

/** The members of a Group in order of appearance, without those that are not resources of this server. */
export const readMembers = (group: JsonObject, serverBase: string): readonly GroupMember[] =>
  Array.isArray(group.member) ? group.member.flatMap((member) => readMember(member, serverBase) ?? []) : []

/**
 * Whether a Group is out of use, "retained for historical purposes" (http://hl7.org/fhir/R4/group-definitions.html#Group.active). Then
 * each of its members counts as inactive: nobody's data is exported because of it, by its own URL or by a Group around it.
 */
export const isOutOfUse = ({ active }: JsonObject): boolean => active === false

/** Whether a Group names as a member what is no resource of this server: elsewhere, contained, by identifier, or unreadable. */
export const hasMemberElsewhere = (group: JsonObject, serverBase: string): boolean => {
  const { member } = group
  if (!Array.isArray(member)) return member !== undefined && member !== null
  return readMembers(group, serverBase).length < member.length
}

const readMember = (member: unknown, serverBase: string): GroupMember | undefined => {
  if (!isJsonObject(member) || !isJsonObject(member.entity)) return undefined
  const entity = stringOrUndefined(member.entity.reference)
  const target = entity === undefined ? undefined : parseReference(entity, serverBase)
  if (target === undefined) return undefined
  const period = isJsonObject(member.period) ? member.period : {}
  return {
    ...target,
    inactive: member.inactive === true,
    periodStart: stringOrUndefined(period.start),
    periodEnd: stringOrUndefined(period.end),
  }
}

const stringOrUndefined = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined
