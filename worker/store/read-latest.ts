import { sql } from 'kysely'
import type { Db } from './db.ts'
import { readLinesAt } from './read-lines-at.ts'
import { type ReadTarget, targetRows } from './write-all-versions.ts'

/** A version by what stands in it; a delete by what stood in the version before, the last that had anything. */
export type Latest = {
  readonly versionId: number
  readonly deleted: boolean
  readonly line: string
}

/**
 * The versions of these targets, in their order; `undefined` of what there is not. For those who must look at them before they let anybody know of
 * them: lines are held a few at a time, of at most `maxBytes` unless one is longer.
 */
export async function* readLatest(
  db: Db,
  targets: readonly ReadTarget[],
  maxBytes: number,
): AsyncGenerator<Latest | undefined> {
  const { rows } = await sql<Row>`select d.key as i, v.version_id as versionId, v.deleted, b.position, b.bytes
    from ${targetRows(targets)}
    left join resource_version b on b.resource_key = v.resource_key and b.version_id = v.version_id - v.deleted`.execute(
    db.query,
  )
  const byPlace = new Map(rows.map((row) => [Number(row.i), row]))
  const ordered = targets.map((_, place) => byPlace.get(place))
  for (let from = 0; from < ordered.length; ) {
    const to = endOfGroup(ordered, from, maxBytes)
    const group = ordered.slice(from, to)
    const lines = await readLinesAt(db, group.filter(hasBody), maxBytes)
    for (const row of group) yield latestOf(row, lines)
    from = to
  }
}

type Row = {
  i: number
  versionId: number | null
  deleted: 0 | 1 | null
  position: number | null
  bytes: number | null
}
type WithBody = Row & { position: number; bytes: number }

const hasBody = (row: Row | undefined): row is WithBody =>
  row !== undefined && row.position !== null && row.bytes !== null

const endOfGroup = (rows: readonly (Row | undefined)[], from: number, maxBytes: number): number => {
  let [to, bytes] = [from, 0]
  for (; to < rows.length; to++) {
    bytes += rows[to]?.bytes ?? 0
    if (to > from && bytes > maxBytes) break
  }
  return to
}

const latestOf = (row: Row | undefined, lines: ReadonlyMap<number, string>): Latest | undefined => {
  if (row === undefined || row.versionId === null) return undefined
  const line = row.position === null ? '' : (lines.get(row.position) ?? '')
  return { versionId: row.versionId, deleted: row.deleted === 1, line }
}
