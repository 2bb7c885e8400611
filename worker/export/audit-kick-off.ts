import { formatInstant } from '../fhir/instant.ts'
import type { AuditEvent } from '../store/audit.ts'
import type { NewJob } from '../store/insert-job.ts'
import type { KickOff } from './kick-off.ts'

/**
 * What the audit keeps of a kick-off. Filters only by number, and the URL not at all: they may hold what a patient is called. Of patients
 * that are listed, the number too; of a Group the id, without which nobody could tell whose data was asked for.
 */
export const kickOffEvent = (
  { request, groupId, asker }: KickOff,
  { jobId, level, sinceMs, untilMs, patientKeys, clientId }: NewJob,
  at: number,
): AuditEvent => ({
  at,
  action: 'export.kick-off',
  outcome: 'success',
  actor: asker.actor,
  jobId,
  target: groupId === undefined ? undefined : `Group/${groupId}`,
  detail: {
    level,
    types: request.types,
    filters: request.shape.typeFilters.length === 0 ? undefined : request.shape.typeFilters.length,
    since: sinceMs === undefined ? undefined : formatInstant(sinceMs),
    until: untilMs === undefined ? undefined : formatInstant(untilMs),
    patients: patientKeys?.length,
    organizedBy: request.shape.organizedBy,
    client: clientId,
  },
})
