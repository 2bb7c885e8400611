import { type RawBuilder, sql } from 'kysely'
import { hasCode, SluiceError } from '../errors.ts'
import { batchByClock, type WriteOptions } from './clock-skew.ts'
import type { BatchResult, Db, Statement } from './db.ts'
import { type Draft, readWritten, versionStatements, type WrittenVersion } from './write-versions.ts'

/** A resource to be read behind the writes; with `versionId`, that version of it. */
export type ReadTarget = {
  readonly typeId: number
  readonly id: string
  readonly versionId: number | undefined
  /** Which version must be current before the writes, because it is the one that was looked at. */
  readonly expected?: number | undefined
}

/** A version that is there: it never changes, so its body can be fetched at leisure. */
export type FoundVersion = {
  readonly position: number
  readonly versionId: number
  readonly lastUpdated: number
  readonly bytes: number
}

/** Why nothing was written: which draft or which target did not hold. */
export type Hindrance =
  | { readonly draft: number; readonly reason: 'not-expected' }
  | { readonly target: number; readonly reason: 'not-found' | 'deleted' | 'not-expected' }
  | { readonly reason: 'too-much-to-read' }

export type AllVersions = {
  /** Undefined for a delete of what is not there. */
  readonly written: readonly (WrittenVersion | undefined)[]
  readonly found: readonly FoundVersion[]
}

/**
 * `writeVersions` for a transaction: where one `expected` version is not the current one, or one of the targets is not there once
 * everything is written, or they have more than `maxReadBytes`, nothing is written at all. It is one batch, and the targets are
 * looked up in it, so that they are what the transaction left.
 */
export const writeAllVersions = async (
  db: Db,
  drafts: readonly Draft[],
  targets: readonly ReadTarget[],
  options: WriteOptions & { readonly maxReadBytes: number },
): Promise<AllVersions | Hindrance> => {
  refuseManyMembers(drafts)
  const writes = drafts.length === 0 ? [] : versionStatements(drafts, options.now)
  const statements = [
    refuseUnexpected(drafts, targets),
    ...writes,
    refuseMissing(targets),
    refuseTooMuch(targets, options.maxReadBytes),
    selectFound(targets),
  ]
  try {
    const results = await batchByClock(db, options, statements)
    const written = drafts.length === 0 ? [] : readWritten(results[writes.length], drafts.length)
    return { written, found: readFound(results.at(-1), targets.length) }
  } catch (error) {
    const hindrance = hindranceOf(error, drafts)
    if (hindrance === undefined) throw error
    return hindrance
  }
}

/**
 * Members of Groups are bound as one value, of which a server takes 5,000,000 bytes; here each counts with its id and more than what
 * stands beside that.
 */
const refuseManyMembers = (drafts: readonly Draft[]): void => {
  const bytes = drafts.flatMap(({ members }) => members).reduce((sum, { id }) => sum + id.length + 64, 0)
  if (bytes > 4_900_000)
    throw new SluiceError(
      'too-large',
      'Cannot write the transaction: its Groups have too many members to be written at once',
    )
}

/**
 * SQL stops a batch, and so rolls it back, only by an error; of those, that of a path which is none repeats its text, which
 * thus tells what went wrong. Where nothing is wrong the path is null, and there is no error.
 */
const stopWith = (query: RawBuilder<unknown>): Statement => sql`select json_extract('{}', (${query}))`
const stopped = /bad JSON path: '(\w+) (\d+) (\S+)'/

/** What is expected of targets counts on behind what is expected of drafts. */
const refuseUnexpected = (drafts: readonly Draft[], targets: readonly ReadTarget[]): Statement => {
  const rows = [...drafts, ...targets].flatMap(({ typeId, id, expected }, index) =>
    expected === undefined ? [] : [[index, typeId, id, expected]],
  )
  return stopWith(sql`select 'draft ' || min(d.value ->> 0) || ' not-expected' from json_each(${JSON.stringify(rows)}) d
    left join resource r on r.type_id = d.value ->> 1 and r.id = d.value ->> 2
    left join resource_version v on v.position = r.current_position
    where d.value ->> 3 <> case when v.deleted = 0 then v.version_id else 0 end`)
}

/** Beside `min`, SQLite takes the other columns from the row that has it. */
const refuseMissing = (targets: readonly ReadTarget[]): Statement =>
  stopWith(sql`select 'target ' || min(d.key) || case when v.position is null then ' not-found' else ' deleted' end
    from ${targetRows(targets)} where v.position is null or v.deleted`)

const refuseTooMuch = (targets: readonly ReadTarget[], maxBytes: number): Statement =>
  stopWith(sql`select 'targets 0 too-much-to-read' from (select sum(v.bytes) as bytes from ${targetRows(targets)})
    where bytes > ${maxBytes}`)

const selectFound = (targets: readonly ReadTarget[]): Statement =>
  sql`select d.key as i, v.position, v.version_id, v.last_updated, v.bytes from ${targetRows(targets)}`

/** SQL: `v` is the version of each target `d`, the current one or that of its number. */
export const targetRows = (targets: readonly ReadTarget[]): RawBuilder<unknown> => {
  const rows = targets.map(({ typeId, id, versionId }) => [typeId, id, versionId ?? null])
  return sql`json_each(${JSON.stringify(rows)}) d
    left join resource r on r.type_id = d.value ->> 0 and r.id = d.value ->> 1
    left join resource_version v on v.position = case when d.value ->> 2 is null then r.current_position
      else (select p.position from resource_version p
        where p.resource_key = r.resource_key and p.version_id = d.value ->> 2) end`
}

const readFound = (result: BatchResult | undefined, count: number): readonly FoundVersion[] => {
  const found = new Array<FoundVersion>(count)
  for (const row of result?.rows ?? []) {
    found[Number(row.i)] = {
      position: Number(row.position),
      versionId: Number(row.version_id),
      lastUpdated: Number(row.last_updated),
      bytes: Number(row.bytes),
    }
  }
  return found
}

const hindranceOf = (error: unknown, drafts: readonly Draft[]): Hindrance | undefined => {
  if (!hasCode(error, 'internal')) return undefined
  const [, , number, reason] = stopped.exec(error.message) ?? []
  const target = Number(number) - drafts.length
  switch (reason) {
    case 'not-expected':
      return target < 0 ? { draft: Number(number), reason } : { target, reason }
    case 'not-found':
    case 'deleted':
      return { target: Number(number), reason }
    case 'too-much-to-read':
      return { reason }
    default:
      return undefined
  }
}
