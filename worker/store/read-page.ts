import { type RawBuilder, sql } from 'kysely'
import { patientTypeId } from '../fhir/resource-type.ts'
import type { Db } from './db.ts'
import type { Job } from './jobs.ts'
import { isLive, isShown } from './live.ts'
import { linesOf, type Page, type PageBounds, readBounded } from './page.ts'
import { typeIdAt } from './position.ts'

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

/** I1: a version is in the snapshot when its `seq` is at most `asOf` (the range ends there) and it is current by then, or with `_history` in any case. */
const scan = (job: Job, { end }: ScanRange, after: number, { maxRows }: PageBounds): RawBuilder<unknown> => {
  const wanted = isScanned(job, typeIdAt(end))
  return sql`select v.position as row_number, v.position, v.marked, case when ${wanted} then v.bytes end as line_bytes
    from resource_version v where v.position > ${after} and v.position <= ${end} order by v.position limit ${maxRows}`
}

/** SQL: the version `v`, of this type, belongs in the output of a scan. */
export const isScanned = (job: Job, typeId: number): RawBuilder<unknown> => {
  const shown = isShown(job, sql`v.deleted`, sql`v.superseded_by`)
  return job.level === 'system' ? shown : sql`${shown} and ${hasPatient(typeId, job.asOf)}`
}

/** A Patient that is current is there itself; another one that it links to makes it no more or less so. */
const hasPatient = (typeId: number, asOf: number): RawBuilder<unknown> =>
  typeId === patientTypeId
    ? sql`true`
    : sql`exists (select 1 from compartment c where c.position = v.position and ${isLive(sql`c.patient_key`, asOf)})`
