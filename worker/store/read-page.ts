import { type RawBuilder, sql } from 'kysely'
import { patientTypeId } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'
import { provenanceTypeId } from './exported-types.ts'
import type { Job } from './jobs.ts'
import { isLive, isShown } from './live.ts'
import { linesOf, type Page, type PageBounds, readBounded } from './page.ts'
import { typeIdAt } from './position.ts'
import { isAboutPopulation } from './provenance-targets.ts'

/** Of a scan: the last position, inclusive. Its type is that of the range. */
export type ScanRange = { readonly end: number }

/**
 * Reads the page after the position `after` of one type, in the order of positions. At Patient level only what belongs to a patient who
 * is there.
 */
export const readPage = (
  db: Db,
  job: Job,
  range: ScanRange,
  after: number,
  bounds: PageBounds,
): Promise<Page | undefined> =>
  readBounded(db, after, bounds, async (within) => {
    const { rows } = await linesOf(db, scan(job, range, after, within), within, job.baseUrl).execute(db.query)
    return rows[0]
  })

const scan = (job: Job, { end }: ScanRange, after: number, { maxRows }: PageBounds): RawBuilder<unknown> =>
  sql`select v.position as row_number, v.position, v.marked,
      case when ${isScanned(job, typeIdAt(end))} then v.bytes end as line_bytes
    from resource_version v where v.position > ${after} and v.position <= ${end} order by v.position limit ${maxRows}`

/**
 * SQL: the version `v` is one that a scan of its type brings. I1: it is in the snapshot when its `seq` is at most `asOf` (the range ends
 * there) and it is current by then, or with `_history` in any case.
 */
export const isScanned = (job: Job, typeId: number): RawBuilder<unknown> => {
  const shown = isShown(job, sql`v.deleted`, sql`v.superseded_by`)
  if (job.level === 'system') return shown
  const isOfPopulation =
    typeId === provenanceTypeId ? isAboutPopulation(job, sql`v.position`) : hasPatient(job, typeId)
  return sql`${shown} and ${isOfPopulation}`
}

/** SQL: the version `v` belongs to a patient who is there. */
export const hasPatient = (job: Job, typeId: number): RawBuilder<unknown> =>
  typeId === patientTypeId ? isPatientThere(job) : isInCompartment(job)

/** A Patient that is current is there itself; another one that it links to makes it no more or less so. */
export const isPatientThere = ({ shape, asOf }: Job): RawBuilder<unknown> =>
  shape.associated.history ? isLive(sql`v.resource_key`, asOf) : sql`true`

export const isInCompartment = ({ asOf }: Job): RawBuilder<unknown> =>
  sql`exists (select 1 from compartment c where c.position = v.position and ${isLive(sql`c.patient_key`, asOf)})`
