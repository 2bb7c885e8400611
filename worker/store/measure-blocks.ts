import { sql } from 'kysely'
import { headerBytes } from '../fhir/block-header.ts'
import { type BlockRows, baseBehind, type Place, placeAt } from './block.ts'
import { blockRows } from './block-rows.ts'
import type { Db, Statement } from './db.ts'
import type { Job } from './jobs.ts'
import { holdsLease, type Lease } from './units.ts'
import { spanOf } from './walk.ts'

/** What has been counted of the block of one patient, up to a place. */
export type CountedBlock = {
  readonly ordinal: number
  readonly last: Place
  /** Without the header. */
  readonly lines: number
  readonly bytes: number
  /** Lines among them for which there is a block at all. */
  readonly news: number
  readonly headerBytes: number
}

/** Counts the next `maxRows` rows of the blocks of some patients, by patient: all who have any, in the order of their ordinals. */
export const countBlocks = async (
  db: Db,
  job: Job,
  after: Place,
  end: Place,
  maxRows: number,
): Promise<{ readonly rows: number; readonly blocks: readonly CountedBlock[] }> => {
  const places = placesFrom(job, after)
  const piece = blockRows(job, places, { after, end, isMeasured: false }, maxRows)
  const { rows } = await sql<CountRow>`
    with piece as materialized (${piece}),
      block as materialized (select ordinal, max(row_number) as last, count(*) as looked, count(line_bytes) as lines,
        coalesce(sum(line_bytes), 0) as bytes, count(case when is_news then line_bytes end) as news
        from piece group by ordinal)
    select b.ordinal, b.last, b.looked, b.lines, b.bytes, b.news, length(r.id) as idLength
    from block b
    cross join job_patient p on p.job_id = ${job.jobId} and p.ordinal = b.ordinal
    cross join resource r on r.resource_key = p.patient_key
    order by b.ordinal`.execute(db.query)
  return {
    rows: rows.reduce((sum, { looked }) => sum + looked, 0),
    blocks: rows.map(({ looked: _, last, idLength, ...block }) => ({
      ...block,
      last: placeAt(places, last),
      headerBytes: headerBytes('') + idLength,
    })),
  }
}

type CountRow = Omit<CountedBlock, 'last' | 'headerBytes'> & {
  readonly last: number
  readonly looked: number
  readonly idLength: number
}

/** A row of a block; `bytes` is null where it makes no line. */
export type BlockLine = { readonly place: Place; readonly bytes: number | null }

/** The next rows of a block, one by one, to find where it has to be cut. */
export const readBlockLines = async (
  db: Db,
  job: Job,
  after: Place,
  end: Place,
  maxRows: number,
): Promise<readonly BlockLine[]> => {
  const places = placesFrom(job, after)
  const piece = blockRows(job, places, { after, end, isMeasured: false }, maxRows)
  const { rows } = await sql<{ row: number; bytes: number | null }>`
    select row_number as row, line_bytes as bytes from (${piece})`.execute(db.query)
  return rows.map(({ row, bytes }) => ({ place: placeAt(places, row), bytes }))
}

const placesFrom = ({ asOf }: Job, after: Place): BlockRows => ({
  base: baseBehind(after),
  span: spanOf(asOf),
})

/** What a block came to, its header included. Who is not among them has none. */
export type MeasuredBlock = { readonly ordinal: number; readonly lines: number; readonly bytes: number }

export const saveBlocks = (lease: Lease, blocks: readonly MeasuredBlock[]): Statement => {
  const rows = JSON.stringify(blocks.map(({ ordinal, lines, bytes }) => [ordinal, lines, bytes]))
  return sql`insert into job_patient (job_id, ordinal, patient_key, after_seq, until_seq, block_lines, block_bytes)
    select p.job_id, p.ordinal, p.patient_key, p.after_seq, p.until_seq, b.value ->> 1, b.value ->> 2
    from json_each(${rows}) b
    cross join job_patient p on p.job_id = ${lease.jobId} and p.ordinal = b.value ->> 0
    where ${holdsLease(lease)}
    on conflict do update set block_lines = excluded.block_lines, block_bytes = excluded.block_bytes`
}
