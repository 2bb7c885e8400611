import { type RawBuilder, sql } from 'kysely'
import { headerLine } from '../fhir/block-header.ts'
import { blockRow, endOfBlock, isInsideBlock, placeAt } from './block.ts'
import { blockRows } from './block-rows.ts'
import type { Db } from './db.ts'
import type { Job } from './jobs.ts'
import {
  isReadable,
  lineWithUrls,
  type Page,
  type PageBounds,
  pageOf,
  pageRowOf,
  readBounded,
} from './page.ts'
import { spanOf } from './walk.ts'

/** Of blocks: the ordinal before the first patient, the row behind which the file begins, and its last one, inclusive. */
export type BlockFile = { readonly base: number; readonly begin: number; readonly end: number }

/** Patients one query looks at, though none of them had anything. */
const maxPatients = 2000

/** Reads the page after the row `after` of a file of blocks. A file that begins inside a block begins with its header once more. */
export const readBlockPage = async (
  db: Db,
  job: Job,
  { base, begin, end }: BlockFile,
  after: number,
  bounds: PageBounds,
): Promise<Page> => {
  const rows = { base, span: spanOf(job.asOf) }
  const [first, last] = [placeAt(rows, after), placeAt(rows, end)]
  const furthest = endOfBlock(first.ordinal + maxPatients)
  const range = { after: first, end: last.ordinal < furthest.ordinal ? last : furthest, isMeasured: true }
  const page = await readBounded(db, after, bounds, async (within) => {
    const scanned = blockRows(job, rows, range, within.maxRows)
    const answer = await pageRowOf(scanned, within, blockLines(db, job.baseUrl)).execute(db.query)
    return answer.rows[0]
  })
  const found = page ?? {
    after,
    last: blockRow(rows, range.end),
    rows: 1,
    lines: 0,
    bytes: new Uint8Array(0),
  }
  const isContinued = after === begin && isInsideBlock(first)
  return isContinued ? behind(await readHeader(db, job, first.ordinal), found) : found
}

const blockLines = (db: Db, baseUrl: string): RawBuilder<unknown> =>
  sql`select ${pageOf(db, sql`coalesce(s.header, ${lineWithUrls(baseUrl)})`)}
    from (select marked, line_bytes, header, case when line_bytes is not null then position end as position from scanned) s
    left join resource_body b on b.position = s.position and ${isReadable(db, baseUrl)}
    where s.header is not null or b.line is not null`

const behind = (header: string, page: Page): Page => {
  const line = new TextEncoder().encode(`${header}\n`)
  const bytes = new Uint8Array(line.length + page.bytes.length)
  bytes.set(line)
  bytes.set(page.bytes, line.length)
  return { ...page, lines: page.lines + 1, bytes, lead: { lines: 1, bytes: line } }
}

const readHeader = async (db: Db, { jobId }: Job, ordinal: number): Promise<string> => {
  const { rows } = await sql<{ id: string }>`select r.id from job_patient p
    cross join resource r on r.resource_key = p.patient_key
    where p.job_id = ${jobId} and p.ordinal = ${ordinal}`.execute(db.query)
  return headerLine(rows[0]?.id ?? '')
}
