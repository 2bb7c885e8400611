import { type RawBuilder, sql } from 'kysely'
import type { Db } from './db.ts'
import type { Job } from './jobs.ts'
import { positionOf } from './position.ts'
import { isScanned } from './read-page.ts'

/** Positions of one type, `after` exclusive. */
export type ScanPiece = { readonly typeId: number; readonly after: number; readonly end: number }
/** What the first rows of a piece hold: `last` is the last position looked at. */
export type ScanCount = ScanPiece & {
  readonly rows: number
  readonly last: number
  readonly lines: number
  readonly bytes: number
}

/** Of each type that has versions with a seq in (`after`, `until`]: from before the first of them to the last. Two seeks a type. */
export const readScanPieces = async (
  db: Db,
  typeIds: readonly number[],
  after: number,
  until: number,
): Promise<readonly ScanPiece[]> => {
  const bounds = typeIds.map((typeId) => [typeId, positionOf(typeId, after), positionOf(typeId, until)])
  const inBounds = sql`position > (t.value ->> 1) and position <= (t.value ->> 2)`
  const { rows } = await sql<{ typeId: number; first: number | null; end: number | null }>`
    select t.value ->> 0 as typeId,
      (select position from resource_version where ${inBounds} order by position limit 1) as first,
      (select position from resource_version where ${inBounds} order by position desc limit 1) as end
    from json_each(${JSON.stringify(bounds)}) t`.execute(db.query)
  return rows.flatMap(({ typeId, first, end }) =>
    first === null || end === null ? [] : [{ typeId, after: first - 1, end }],
  )
}

/** What a scan would find in the first `maxRows` rows of each piece: a statement for all pieces of a type. */
export const countScans = async (
  db: Db,
  job: Job,
  pieces: readonly ScanPiece[],
  maxRows: number,
): Promise<readonly ScanCount[]> => {
  if (pieces.length === 0) return []
  const byType = [...Map.groupBy(pieces, ({ typeId }) => typeId)]
  const answers = await db.read(byType.map(([typeId, ofType]) => countPieces(job, typeId, ofType, maxRows)))
  return answers.flatMap(({ rows }, index) =>
    rows.flatMap(({ at, counts }) => {
      const piece = byType[index]?.[1][at]
      return piece === undefined ? [] : [toScanCount(piece, counts)]
    }),
  )
}

const countPieces = (
  job: Job,
  typeId: number,
  pieces: readonly ScanPiece[],
  maxRows: number,
): RawBuilder<{ at: number; counts: string }> =>
  sql<{ at: number; counts: string }>`select p.key as at, (
      select json_array(count(*), max(position), count(line_bytes), coalesce(sum(line_bytes), 0)) from (
        select v.position, case when ${isScanned(job, typeId)} then v.bytes end as line_bytes
        from resource_version v where v.position > (p.value ->> 0) and v.position <= (p.value ->> 1)
        order by v.position limit ${maxRows})) as counts
    from json_each(${JSON.stringify(pieces.map(({ after, end }) => [after, end]))}) p`

const toScanCount = (piece: ScanPiece, counts: string): ScanCount => {
  const [rows, last, lines, bytes]: readonly [number, number | null, number, number] = JSON.parse(counts)
  return { ...piece, rows, last: last ?? piece.end, lines, bytes }
}
