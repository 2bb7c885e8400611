import { type RawBuilder, sql } from 'kysely'
import type { UnitKind } from '../../schema/tables.ts'
import type { Db } from './db.ts'

/** A bounded piece of a unit's rows, as bytes: finished lines, each with its newline (DESIGN I6). */
export type Page = {
  /** What the page was read after, and the last row it looked at: its cursor, though nothing in it matched. */
  readonly after: number
  readonly last: number
  /** Rows looked at, and lines among them that belong in the output. */
  readonly rows: number
  readonly lines: number
  readonly bytes: Uint8Array
}
export type PageRange = {
  readonly kind: Extract<UnitKind, 'output' | 'deleted'>
  readonly end: number
  readonly asOf: number
  /** Only for `deleted`: the snapshot the client has seen, and the types it asked for (all when empty). */
  readonly sinceSeq: number
  readonly typeIds: readonly number[]
}
export type PageBounds = { readonly maxRows: number; readonly maxBytes: number }

/**
 * Reads the page after `after`: at most `maxRows` rows, and as many lines as fit `maxBytes` (a longer line comes alone).
 * `undefined` at the end of the range. How large a page is never shows in the bytes: pages laid end to end are the same.
 */
export const readPage = async (
  db: Db,
  range: PageRange,
  after: number,
  wanted: PageBounds,
): Promise<Page | undefined> => {
  const bounds = db.pages === 'blob' ? wanted : withinServer(wanted)
  for (let { maxRows } = bounds; ; ) {
    const row = await (range.kind === 'output' ? readVersions : readDeletions)(db, range, after, {
      ...bounds,
      maxRows,
    })
    if (row === undefined || row.rows === 0) return undefined
    if (row.size > bounds.maxBytes && row.rows > 1) {
      maxRows = Math.min(row.rows - 1, rowsThatFit(row.rows, row.size, bounds))
      continue
    }
    return { after, last: row.last, rows: row.rows, lines: row.lines, bytes: bytesOf(row.page) }
  }
}

/** As many rows as should fit, judged by others that took so many bytes; with some room, for they are not all the same. */
export const rowsThatFit = (rows: number, bytes: number, { maxRows, maxBytes }: PageBounds): number =>
  bytes === 0 ? maxRows : Math.max(1, Math.min(maxRows, Math.floor((0.8 * rows * maxBytes) / bytes)))

/**
 * A server refuses a value over 5,000,000 bytes, and an answer over 10,000,000. A line that is longer than the bound comes alone, and no
 * resource is stored that would not pass.
 */
const withinServer = ({ maxRows, maxBytes }: PageBounds): PageBounds => ({
  maxRows,
  maxBytes: Math.min(maxBytes, maxServerBytes),
})
const maxServerBytes = 2 * 1024 * 1024

type PageRow = { rows: number; last: number; lines: number; size: number; page: ArrayBuffer | string | null }

const bytesOf = (page: PageRow['page']): Uint8Array => {
  if (page === null) return new Uint8Array(0)
  return typeof page === 'string' ? encoder.encode(page) : new Uint8Array(page)
}
const encoder = new TextEncoder()

/** SQL for the lines of a page as one value. */
const pageOf = ({ pages }: Db, line: RawBuilder<unknown>): RawBuilder<unknown> => {
  const text = sql`group_concat(${line}, char(10)) || char(10)`
  return pages === 'blob' ? sql`cast(${text} as blob)` : text
}

/**
 * I1: a version is in the snapshot when its `seq` is at most `asOf` (the range ends there) and it is neither a delete nor
 * superseded by then. The bodies are joined by key and concatenated inside the database: measured, the fastest way out of it.
 * The `case` keeps a page over the limit from being built at all.
 */
const readVersions = async (
  db: Db,
  { end, asOf }: PageRange,
  after: number,
  { maxRows, maxBytes }: PageBounds,
): Promise<PageRow | undefined> => {
  const scanned = sql`select position, case when deleted = 0 and (superseded_by is null or superseded_by > ${asOf})
      then bytes end as line_bytes
    from resource_version where position > ${after} and position <= ${end} order by position limit ${maxRows}`
  const { rows } = await sql<PageRow>`
    with scanned as (${scanned}),
      total as materialized (select count(*) as rows, max(position) as last, count(line_bytes) as lines,
        coalesce(sum(line_bytes), 0) as size from scanned)
    select rows, last, lines, size, case when size <= ${maxBytes} or rows = 1 then (
      select ${pageOf(db, sql`b.line`)}
      from (select case when line_bytes is not null then position end as position from scanned) s
      cross join resource_body b on b.position = s.position) end as page
    from total`.execute(db.query)
  return rows[0]
}

/**
 * Deletions the client has to hear of: of resources that were there in the snapshot it has (`sinceSeq`) and are not in this one.
 * One transaction Bundle a line (Bulk Data IG, "deleted" of the manifest).
 */
const readDeletions = async (
  db: Db,
  { end, asOf, sinceSeq, typeIds }: PageRange,
  after: number,
  { maxRows }: PageBounds,
): Promise<PageRow | undefined> => {
  const wanted = JSON.stringify(typeIds)
  const { rows } = await sql<PageRow>`
    with scanned as (select seq, position, resource_key, superseded_by from resource_version
        where deleted = 1 and seq > ${after} and seq <= ${end} order by seq limit ${maxRows}),
      line as (select s.seq, case when (s.superseded_by is null or s.superseded_by > ${asOf})
          and (${typeIds.length} = 0 or t.type_id in (select value from json_each(${wanted})))
          and (select v.deleted from resource_version v where v.resource_key = s.resource_key
            and v.seq <= ${sinceSeq} order by v.version_id desc limit 1) = 0
        then '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"'
          || t.name || '/' || r.id || '"}}]}' end as line
        from scanned s
        cross join resource r on r.resource_key = s.resource_key
        cross join resource_type t on t.type_id = r.type_id)
    select count(*) as rows, max(seq) as last, count(line) as lines, 0 as size,
      ${pageOf(db, sql`line`)} as page from line`.execute(db.query)
  return rows[0]
}
