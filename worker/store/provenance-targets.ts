import { type RawBuilder, sql } from 'kysely'
import { patientTypeId } from '../fhir/resource-type.ts'
import { groupTypeId, isOfAll, listsPatients, typesOfLevel } from './exported-types.ts'
import type { Job } from './jobs.ts'
import { holdsNoStranger, isLive, isOfType, positionAt } from './live.ts'

type Sql = RawBuilder<unknown>

/** SQL: the path of `Provenance.target`; null while no such element was ever written. */
export const targetPath: Sql = sql`(select path_id from reference_path where path = 'target')`

/**
 * SQL: the Provenance of this position is about something of the population: one of its targets is there at `asOf` and in the compartment
 * of one of the patients. HL7's compartment has Provenance only of the Patient himself, the rule of the IG that of all that is his.
 */
export const isAboutPopulation = (job: Job, position: Sql): Sql => {
  const isPatient = listsPatients(job)
    ? sql`exists (select 1 from job_patient q where q.job_id = ${job.jobId} and q.patient_key = c.patient_key)
        and ${isHisTarget(job, target)}`
    : isLive(sql`c.patient_key`, job.asOf)
  return hasTarget(position, job.asOf, isPatient)
}

/** SQL: it was so at `_since`, of those who belong now: the client has it. */
export const wasAboutPopulation = (job: Job, position: Sql): Sql => {
  const wasThere = isLive(sql`c.patient_key`, job.sinceSeq)
  const wasPatient = listsPatients(job)
    ? sql`exists (select 1 from job_member m where m.job_id = ${job.jobId} and m.patient_key = c.patient_key
        and m.added_seq <= ${job.sinceSeq}) and ${wasThere} and ${isHis(target)} and ${countedThen(job)}`
    : wasThere
  return hasTarget(position, job.sinceSeq, wasPatient)
}

/** SQL: at `_since` one of its targets was in the compartment of this patient. */
export const wasAboutPatient = (job: Job, position: Sql, patientKey: Sql): Sql => {
  return hasTarget(
    position,
    job.sinceSeq,
    sql`c.patient_key = ${patientKey} and ${isHis(target)} and ${countedThen(job)}`,
  )
}

/** A Group of some patients may have held strangers then, if only a newcomer: nobody need have anything by it. */
const countedThen = (job: Job): Sql =>
  isOfAll(job) ? sql`true` : sql`not ${isOfType(target.position, groupTypeId)}`

/** `isPatient` is asked of the target `t` and a patient in whose compartment it is, `c`. */
const hasTarget = (position: Sql, seq: number, isPatient: Sql): Sql =>
  sql`exists (select 1 from reference o
    cross join resource_version t on t.position = ${positionAt(sql`o.target_key`, seq)}
    cross join compartment c on c.position = t.position
    where o.position = ${position} and o.path_id = ${targetPath} and t.deleted = 0 and ${isPatient})`

/** A version that a Provenance is about. */
type Target = { readonly position: Sql; readonly resourceKey: Sql }
const target: Target = { position: sql`t.position`, resourceKey: sql`t.resource_key` }

/** A Patient who merely links to him is somebody else. */
const isHis = ({ position, resourceKey }: Target): Sql =>
  sql`(${resourceKey} = c.patient_key or not ${isOfType(position, patientTypeId)})`

/** SQL: of listed patients, the target counts as what `c`, one of them, has; a Group if its like are wanted and it holds no stranger. */
export const isHisTarget = (job: Job, of: Target): Sql =>
  sql`case when ${isOfType(of.position, groupTypeId)} then ${isOurGroup(job, of)} else ${isHis(of)} end`

const isOurGroup = (job: Job, { resourceKey }: Target): Sql => {
  if (isOfAll(job)) return sql`true`
  return typesOfLevel(job).includes(groupTypeId)
    ? holdsNoStranger(job, 'job_patient', resourceKey, job.asOf)
    : sql`false`
}
