import { type RawBuilder, sql } from 'kysely'
import type { Db } from './db.ts'
import { groupTypeId, isOfAll, listsPatients, provenanceTypeId } from './exported-types.ts'
import type { Job } from './jobs.ts'
import { isCurrent, isShown, passesFilters } from './live.ts'
import { lastPosition, positionOf } from './position.ts'
import { isAboutPopulation, targetPath, wasAboutPatient, wasAboutPopulation } from './provenance-targets.ts'
import { type SourceRange, type Sources, sourceRows } from './source-page.ts'

type Sql = RawBuilder<unknown>

/**
 * Which Provenance of a source is found: all there is of it, as it is at `asOf`; the same with when it was recorded; by the default rule
 * what the population has and the client has not; or of that only what was there at `_since` already.
 */
export type ProvenanceRule = 'relevant' | 'latest' | 'news' | 'older news'

/** A Provenance and the row of the source that it is about. */
export type FoundProvenance = {
  readonly row: number
  readonly ordinal: number
  readonly position: number
  /** Of the rule `latest`: `Provenance.recorded`, as it was written. */
  readonly recorded: string | null
}
/** Where to go on inside the row behind `after`, which has more Provenance than one page takes. */
export type Resume = { readonly position: number }

export type ProvenancePage = {
  /** Sources looked at, and the last of them. */
  readonly rows: number
  readonly last: number
  /** References looked at: as many as the bound when there may be more. */
  readonly pairs: number
  readonly lastPair: { readonly row: number; readonly position: number } | undefined
  readonly found: readonly FoundProvenance[]
}
export type ProvenanceBounds = { readonly maxRows: number; readonly maxPairs: number }

/** What is about the next sources. Each statement is bounded by the sources and by the references to them. */
export const findProvenance = async (
  db: Db,
  job: Job,
  {
    sources,
    range,
    rule,
  }: { readonly sources: Sources; readonly range: SourceRange; readonly rule: ProvenanceRule },
  { after, resume }: { readonly after: number; readonly resume: Resume | undefined },
  { maxRows, maxPairs }: ProvenanceBounds,
): Promise<ProvenancePage> => {
  const first = positionOf(provenanceTypeId, 0)
  const from =
    resume === undefined
      ? sql`${first}`
      : sql`case s.row_number when ${after + 1} then ${resume.position} else ${first} end`
  const { rows } = await sql<{ rows: number; last: number | null; found: string }>`
    with page as materialized (${sourceRows(job, sources, range, after, maxRows)}),
      pair as materialized (select s.row_number, s.ordinal, s.patient_key, s.after_seq, s.position as source, r.position from page s
        cross join reference r on r.target_key = s.resource_key and r.path_id = ${targetPath}
          and r.position > ${from} and r.position <= ${positionOf(provenanceTypeId, lastSeq(job, rule))}
        where s.wanted = 1 limit ${maxPairs})
    select (select count(*) from page) as rows, (select max(row_number) from page) as last,
      (select json_group_array(json_array(f.row_number, f.ordinal, f.position, ${isFound(job, rule, range.typeId)}, ${recordedOf(job, rule)}))
        from pair f cross join resource_version v on v.position = f.position) as found`.execute(db.query)
  const [row = { rows: 0, last: null, found: '[]' }] = rows
  return toPage(row.rows, row.last ?? after, JSON.parse(row.found))
}

type PairRow = readonly [
  row: number,
  ordinal: number,
  position: number,
  isFound: 0 | 1,
  recorded: string | null,
]

const toPage = (rows: number, last: number, pairs: readonly PairRow[]): ProvenancePage => {
  const lastPair = pairs.at(-1)
  return {
    rows,
    last,
    pairs: pairs.length,
    lastPair: lastPair && { row: lastPair[0], position: lastPair[2] },
    found: pairs
      .filter(([, , , isThere]) => isThere === 1)
      .map(([row, ordinal, position, , recorded]) => ({ row, ordinal, position, recorded })),
  }
}

const lastSeq = ({ asOf, sinceSeq, untilSeq }: Job, rule: ProvenanceRule): number => {
  switch (rule) {
    case 'relevant':
    case 'latest':
      return asOf
    case 'news':
      return untilSeq
    case 'older news':
      return Math.min(sinceSeq, untilSeq)
    default:
      return rule satisfies never
  }
}

/** Of the Provenance `v`, found by way of `f`. What is about a source of the population is about the population. */
const isFound = (job: Job, rule: ProvenanceRule, sourceTypeId: number): Sql => {
  if (rule === 'relevant' || rule === 'latest')
    return sql`(${isCurrent(sql`v.deleted`, sql`v.superseded_by`, job.asOf)} and ${passesFilters(job, sql`v.position`)})`
  const shown = isShown(job, sql`v.deleted`, sql`v.superseded_by`)
  return job.hasSince
    ? sql`(${shown} and (v.seq > ${job.sinceSeq} or ${isUnknown(job, sourceTypeId)}))`
    : shown
}

/**
 * The client does not have it, though it was there at `_since`: of nobody who was there, and of this patient only now, or all of his comes now.
 * A Group of some makes it so only where it has changed itself. A block has what is new to its own patient, whoever else has had it.
 */
const isUnknown = (job: Job, sourceTypeId: number): Sql => {
  const wasHis = wasAboutPatient(job, sql`v.position`, sql`f.patient_key`)
  const isNewSource =
    sourceTypeId === groupTypeId && !isOfAll(job)
      ? sql`f.source > ${positionOf(groupTypeId, job.sinceSeq)}`
      : sql`true`
  const isNewToPatient = sql`(f.after_seq = 0 or (${isNewSource} and not ${wasHis}))`
  const isNew = sql`not ${wasAboutPopulation(job, sql`v.position`)}`
  if (job.shape.organizedBy !== undefined) return isNewToPatient
  return listsPatients(job) ? sql`${isNew} and ${isNewToPatient}` : isNew
}

/** A line has marks where it has attachments, which no reader of JSON takes. */
const recordedOf = ({ asOf }: Job, rule: ProvenanceRule): Sql =>
  rule !== 'latest'
    ? sql`null`
    : sql`case when ${isCurrent(sql`v.deleted`, sql`v.superseded_by`, asOf)} then (
        select substr(replace(b.line, char(1), '') ->> 'recorded', 1, 64) from resource_body b where b.position = v.position) end`

/** How many versions of Provenance have been written since `_since`, or `most` when they are more. */
export const countChangedProvenance = async (
  db: Db,
  { sinceSeq, untilSeq }: Job,
  most: number,
): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from (select 1 from resource_version
    where position > ${positionOf(provenanceTypeId, sinceSeq)} and position <= ${positionOf(provenanceTypeId, untilSeq)}
    limit ${most})`.execute(db.query)
  return rows[0]?.n ?? most
}

/** Provenance that was written since `_since` and is about the population: the other way round, for when it is little. */
export const findChangedProvenance = async (
  db: Db,
  job: Job,
  after: number,
  maxRows: number,
): Promise<{ readonly rows: number; readonly last: number; readonly positions: readonly number[] }> => {
  const end = Math.min(positionOf(provenanceTypeId, job.untilSeq), lastPosition(provenanceTypeId))
  const shown = isShown(job, sql`v.deleted`, sql`v.superseded_by`)
  const { rows } = await sql<{ rows: number; last: number | null; positions: string }>`
    with page as materialized (select v.position,
        case when ${shown} and ${isAboutPopulation(job, sql`v.position`)} then 1 end as wanted
      from resource_version v where v.position > ${after} and v.position <= ${end} order by v.position limit ${maxRows})
    select (select count(*) from page) as rows, (select max(position) from page) as last,
      (select json_group_array(position) from page where wanted = 1) as positions`.execute(db.query)
  const [row = { rows: 0, last: null, positions: '[]' }] = rows
  return { rows: row.rows, last: row.last ?? after, positions: JSON.parse(row.positions) }
}
