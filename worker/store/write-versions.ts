import { sql } from 'kysely'
import { attachmentMark } from '../fhir/attachment-urls.ts'
import { insertAttachments } from './attachments.ts'
import { batchByClock, type WriteOptions } from './clock-skew.ts'
import type { BatchResult, Db, Statement } from './db.ts'
import { newPosition, newVersions } from './new-versions.ts'
import {
  closeMembers,
  insertCompartments,
  insertMembers,
  insertReferences,
  namePaths,
  nameResources,
} from './write-index-rows.ts'
import { changeMembers } from './write-member-change.ts'

/** A version about to be written. A delete has an empty body, and no rows beside it. */
export type Draft = {
  readonly typeId: number
  readonly id: string
  readonly deleted: boolean
  /** The finished line is `head + versionId + '","lastUpdated":"' + lastUpdated + tail` (`fhir/resource-line.ts`). */
  readonly head: string
  readonly tail: string
  /** Whether the line holds marks that reading takes away and an export replaces (`fhir/attachment-urls.ts`). */
  readonly marked: boolean
  /** The `versionId` that must be current now (`If-Match`), 0 for "none must be"; undefined writes whatever is there. */
  readonly expected?: number | undefined
  readonly patientIds: readonly string[]
  readonly references: readonly { readonly path: string; readonly typeId: number; readonly id: string }[]
  /** Binaries that its attachments name; `versionId` 0 is whichever is current. */
  readonly attachments?: readonly { readonly id: string; readonly versionId: number }[] | undefined
  /** Of a Group: all that it has from now on. */
  readonly members: readonly DraftMember[]
  /** Of a Group: what changes, in the place of `members`, so that no more is written than that. */
  readonly memberChange?: MemberChange | undefined
}
/** Members of type Patient that end, by id, and those that begin. One whose period changes is among both. */
export type MemberChange = { readonly ended: readonly string[]; readonly begun: readonly DraftMember[] }
export type DraftMember = {
  readonly typeId: number
  readonly id: string
  readonly inactive: boolean
  readonly periodStart: number | null
  readonly periodEnd: number | null
}
export type WrittenVersion = {
  readonly versionId: number
  readonly lastUpdated: number
  readonly seq: number
  /** There was no version before, or it was a delete. */
  readonly isCreated: boolean
}

/**
 * Writes one version each for the drafts, in one transaction, in their order: version, body, compartment, reference and member
 * rows, and what they supersede. Nothing is read first: the next `seq`, `lastUpdated` and `versionId` are found by the SQL that
 * writes, so that it is one `batch` on a file and one request over HTTP. A draft whose `expected` version is not the current one,
 * and a delete of what is not there, writes nothing: its place in the answer is `undefined`.
 *
 * The drafts must be of different resources, since each statement sees the store as it was before all of them.
 */
export const writeVersions = async (
  db: Db,
  drafts: readonly Draft[],
  options: WriteOptions,
): Promise<readonly (WrittenVersion | undefined)[]> => {
  if (drafts.length === 0) return []
  const results = await batchByClock(db, options, versionStatements(drafts, options.now))
  return readWritten(results.at(-1), drafts.length)
}

/** The statements that write versions for at least one draft; the last of them selects what was written. */
export const versionStatements = (drafts: readonly Draft[], now: number): readonly Statement[] =>
  [
    advanceClock(drafts.length, now),
    ...nameResources(drafts),
    ...namePaths(drafts),
    insertVersions(drafts),
    ...insertBodies(drafts),
    supersede(drafts),
    ...insertCompartments(drafts),
    ...insertReferences(drafts),
    ...insertAttachments(drafts),
    closeMembers(drafts),
    insertMembers(drafts),
    ...changeMembers(drafts),
    makeCurrent(drafts),
    recordInstant(),
    selectWritten(drafts),
  ].filter((statement) => statement !== undefined)

/** `last_updated` never falls, and never equals the `transactionTime` of an export begun before (the floor rule, DESIGN 4). */
const advanceClock = (count: number, now: number): Statement =>
  sql`update store_clock set next_seq = next_seq + ${count},
    last_assigned = max(${now}, floor, last_assigned), floor = max(${now}, floor, last_assigned)`

const insertVersions = (drafts: readonly Draft[]): Statement => {
  const rows = drafts.map((draft) => [
    draft.typeId,
    draft.id,
    draft.deleted ? 1 : 0,
    draft.expected ?? null,
    lineBytesWithoutVersionId(draft),
    draft.marked ? 1 : 0,
  ])
  return sql`insert into resource_version (position, resource_key, version_id, last_updated, deleted, bytes, marked)
    select ${newPosition(drafts.length, sql`d.value ->> 0`, sql`d.key`)}, r.resource_key,
      coalesce(v.version_id, 0) + 1, c.last_assigned, d.value ->> 2,
      case when d.value ->> 2 then 0 else (d.value ->> 4) + length(coalesce(v.version_id, 0) + 1) end,
      d.value ->> 5
    from json_each(${JSON.stringify(rows)}) d
    cross join store_clock c
    cross join resource r on r.type_id = d.value ->> 0 and r.id = d.value ->> 1
    left join resource_version v on v.position = r.current_position
    where (d.value ->> 3 is null or d.value ->> 3 = case when v.deleted = 0 then v.version_id else 0 end)
      and (d.value ->> 2 = 0 or v.deleted = 0)`
}

/**
 * Bodies are bound one by one: a value over 5,000,000 bytes is refused by the server, and JSON in JSON would swell. Only they are,
 * for a statement takes 32,766 values, so that there is one for every 10,000 drafts.
 */
const insertBodies = (drafts: readonly Draft[]): readonly Statement[] => {
  const bodies = drafts.flatMap(({ typeId, head, tail, deleted }, index) =>
    deleted ? [] : [sql`(${sql.lit(index)}, ${sql.lit(typeId)}, ${head}, ${tail})`],
  )
  const statements: Statement[] = []
  for (let from = 0; from < bodies.length; from += bodiesPerStatement) {
    const values = sql.join(bodies.slice(from, from + bodiesPerStatement), sql`,`)
    statements.push(sql`with draft (i, type_id, head, tail) as (values ${values})
      insert into resource_body (position, line)
      select v.position, d.head || v.version_id || '","lastUpdated":"' || ${isoInstant} || d.tail
      from draft d cross join resource_version v
        on v.position = ${newPosition(drafts.length, sql`d.type_id`, sql`d.i`)}`)
  }
  return statements
}

const bodiesPerStatement = 10_000

const isoInstant = sql`strftime('%Y-%m-%dT%H:%M:%fZ', v.last_updated / 1000.0, 'unixepoch')`

/** By key both: a join in an UPDATE makes the planner scan the whole table (measured). */
const supersede = (drafts: readonly Draft[]): Statement =>
  sql`update resource_version set superseded_by = (select n.seq from resource_version n
      where n.resource_key = resource_version.resource_key and n.version_id = resource_version.version_id + 1)
    where position in (${newVersions(drafts, sql`r.current_position`)})`

const makeCurrent = (drafts: readonly Draft[]): Statement =>
  sql`update resource set current_position = (select n.position from resource_version n
      where n.resource_key = resource.resource_key order by n.version_id desc limit 1)
    where resource_key in (${newVersions(drafts, sql`r.resource_key`)})`

const recordInstant = (): Statement =>
  sql`insert into instant (last_updated, last_seq) select last_assigned, next_seq - 1 from store_clock where true
    on conflict (last_updated) do update set last_seq = excluded.last_seq`

const selectWritten = (drafts: readonly Draft[]): Statement =>
  newVersions(
    drafts,
    sql`d.key as i, n.version_id, n.last_updated, n.seq, not exists (select 1 from resource_version p
      where p.resource_key = n.resource_key and p.version_id = n.version_id - 1 and p.deleted = 0) as is_created`,
  )

export const readWritten = (
  result: BatchResult | undefined,
  count: number,
): readonly (WrittenVersion | undefined)[] => {
  const written = new Array<WrittenVersion | undefined>(count).fill(undefined)
  for (const row of result?.rows ?? []) {
    written[Number(row.i)] = {
      versionId: Number(row.version_id),
      lastUpdated: Number(row.last_updated),
      seq: Number(row.seq),
      isCreated: row.is_created === 1,
    }
  }
  return written
}

const lineBytesWithoutVersionId = ({ head, tail, marked }: Draft): number =>
  utf8Bytes(head) + utf8Bytes(tail) + spliceBytes + (marked ? countMarks(head + tail) * (markWeight - 1) : 0)

/**
 * What a mark counts as in `bytes`, by which pages and ranges are bounded: about what the base URL takes that an export puts in its
 * place. So the bytes of a marked version are an estimate, and a page of nothing but attachments still keeps near its bound.
 */
export const markWeight = 64

const countMarks = (text: string): number => text.split(attachmentMark).length - 1

/** `","lastUpdated":"2026-11-20T10:26:46.123Z` and the newline behind the line. */
const spliceBytes = 17 + 24 + 1

const encoder = new TextEncoder()
const utf8Bytes = (text: string): number =>
  /[^\0-\x7f]/.test(text) ? encoder.encode(text).length : text.length
