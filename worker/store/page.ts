import { type RawBuilder, sql } from 'kysely'
import { attachmentMark, markReplacement } from '../fhir/attachment-urls.ts'
import { type Db, isOnServer } from './db.ts'
import { markWeight } from './write-versions.ts'

/** A bounded piece of a unit's rows, as bytes: finished lines, each with its newline (DESIGN I6). */
export type Page = {
  /** What the page was read after, and the last row it looked at: its cursor, though nothing in it matched. */
  readonly after: number
  readonly last: number
  /** Rows looked at, and lines among them that belong in the output. */
  readonly rows: number
  readonly lines: number
  readonly bytes: Uint8Array
  /** Of a page with one row: the version it is of. */
  readonly position?: number | undefined
  /** Lines that belong in the output and are not among those of `bytes`: their bodies are missing, or not as they were written. */
  readonly missing?: number
  /** Of blocks: what stands at its beginning and is of no row. */
  readonly lead?: { readonly lines: number; readonly bytes: Uint8Array }
}
export type PageBounds = { readonly maxRows: number; readonly maxBytes: number }

/** What a query tells of the rows it looked at; `page` is null when it has no lines, or more bytes than asked for. */
export type PageRow = {
  readonly rows: number
  readonly last: number
  readonly lines: number
  readonly size: number
  readonly position?: number | null
  /** As of `pageOf`. */
  readonly page: ArrayBuffer | string | null
}

/**
 * A page after `after`: at most `maxRows` rows, and as many lines as fit `maxBytes` (a longer line comes alone). `undefined` when
 * `query` finds no row. How large a page is never shows in the bytes: pages laid end to end are the same.
 */
export const readBounded = async (
  db: Db,
  after: number,
  wanted: PageBounds,
  query: (bounds: PageBounds) => Promise<PageRow | undefined>,
): Promise<Page | undefined> => {
  const bounds = isOnServer(db) ? withinServer(wanted) : wanted
  for (let { maxRows } = bounds; ; ) {
    const row = await query({ ...bounds, maxRows })
    if (row === undefined || row.rows === 0) return undefined
    if (row.size > bounds.maxBytes && row.rows > 1) {
      maxRows = Math.min(row.rows - 1, rowsThatFit(row.rows, row.size, bounds))
      continue
    }
    return toPage(after, row)
  }
}

const toPage = (after: number, { rows, last, lines: wanted, position, page }: PageRow): Page => {
  const { bytes, lines } = splitPage(page)
  const missing = wanted - lines
  return {
    after,
    last,
    rows,
    lines,
    bytes,
    missing,
    position: rows === 1 ? (position ?? undefined) : undefined,
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
/** The largest value it answers. */
const maxServerValue = 5_000_000

/** The lines of a page, and how many there are, which stands behind the last newline. */
const splitPage = (page: PageRow['page']): Pick<Page, 'bytes' | 'lines'> => {
  if (page === null) return { bytes: new Uint8Array(0), lines: 0 }
  const all = typeof page === 'string' ? encoder.encode(page) : new Uint8Array(page)
  const end = all.lastIndexOf(newline) + 1
  return { bytes: all.subarray(0, end), lines: Number(decoder.decode(all.subarray(end))) }
}
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const newline = 0x0a

/**
 * SQL for the lines of a page as one value: each with its newline, and behind them how many there are. To answer that number in a column of
 * its own would take a table for the page in between, and a tenth more of the time (measured).
 */
export const pageOf = (
  db: Db,
  line: RawBuilder<unknown>,
  lines: RawBuilder<unknown> = sql`count(*)`,
): RawBuilder<unknown> => {
  const text = sql`group_concat(${line}, char(10)) || (char(10) || ${lines})`
  return isOnServer(db) ? text : sql`cast(${text} as blob)`
}

/**
 * SQL for the page of what `scanned` selects, in its order: `row_number`, `position`, and `line_bytes` and `marked` of what belongs in
 * the output, else null. The bodies are joined by key and concatenated inside the database: measured, the fastest way out of it.
 */
export const linesOf = (
  db: Db,
  scanned: RawBuilder<unknown>,
  bounds: PageBounds,
  baseUrl: string,
): RawBuilder<PageRow> =>
  pageRowOf(
    scanned,
    bounds,
    sql`select ${pageOf(db, lineWithUrls(baseUrl))}
      from (select marked, line_bytes, case when line_bytes is not null then position end as position from scanned) s
      cross join resource_body b on b.position = s.position and ${isReadable(db, baseUrl)}`,
  )

/** SQL for what `scanned` selects, and the `page` that is made of it. The `case` keeps a page over the limit from being built at all. */
export const pageRowOf = (
  scanned: RawBuilder<unknown>,
  { maxBytes }: PageBounds,
  page: RawBuilder<unknown>,
): RawBuilder<PageRow> => sql<PageRow>`
    with scanned as materialized (${scanned}),
      total as materialized (select count(*) as rows, max(row_number) as last, count(line_bytes) as lines,
        coalesce(sum(line_bytes), 0) as size, max(case when line_bytes is not null then position end) as position from scanned)
    select rows, last, lines, size, position, case when size <= ${maxBytes} or rows = 1 then (${page}) end as page
    from total`

/** The line of `b`, with the base URL where `s` says that there are marks for it (`fhir/attachment-urls.ts`). */
export const lineWithUrls = (baseUrl: string): RawBuilder<unknown> =>
  sql`case when s.marked = 1 then replace(b.line, ${attachmentMark}, ${markReplacement(baseUrl)}) else b.line end`

/**
 * The line of `b` has the length that `s` says it was written with; and, with base URLs in the place of its marks, it is none that a server
 * would refuse to answer. How many marks it has follows from what they count beyond their one byte.
 */
export const isReadable = (db: Db, baseUrl: string): RawBuilder<unknown> => {
  const surplus = sql`(s.line_bytes - 1 - octet_length(b.line))`
  const isMarked = sql`s.marked = 1 and ${surplus} > 0 and ${surplus} % ${markWeight - 1} = 0`
  const urlBytes = encoder.encode(markReplacement(baseUrl)).length
  const fits = isOnServer(db)
    ? sql`s.line_bytes + ${surplus} / ${markWeight - 1} * ${urlBytes - markWeight} <= ${maxServerValue}`
    : sql`true`
  return sql`(octet_length(b.line) + 1 = s.line_bytes and s.marked = 0 or ${isMarked} and ${fits})`
}
