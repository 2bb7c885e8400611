import { sql } from 'kysely'
import { typeIdOf } from '../fhir/resource-type.ts'
import type { Db, Statement } from './db.ts'
import { jsonPieces } from './json-pieces.ts'
import { newPosition } from './new-versions.ts'
import { positionOf } from './position.ts'
import type { Draft } from './write-versions.ts'

export const binaryTypeId = typeIdOf('Binary')

/** The rows that say which Binaries a version names by its attachments. They lie apart from references, for no export follows them. */
export const insertAttachments = (drafts: readonly Draft[]): readonly Statement[] => {
  const rows = drafts.flatMap(({ typeId, attachments = [] }, index) =>
    attachments.map(({ id, versionId }) => [index, typeId, id, versionId]),
  )
  return jsonPieces(rows).map(
    (piece) => sql`insert into attachment (position, binary_id, version_id)
      select n.position, d.value ->> 2, d.value ->> 3 from json_each(${piece}) d
      cross join resource_version n on n.position = ${newPosition(drafts.length, sql`d.value ->> 1`, sql`(d.value ->> 0)`)}
      where true on conflict do nothing`,
  )
}

/** A Binary as attachments name it: with `versionId` 0 whichever version is current. */
export type AttachedBinary = { readonly id: string; readonly versionId: number }

/** Whether a current resource of one of these types has the Binary as an attachment. */
export const isAttachedToAny = async (
  db: Db,
  binary: AttachedBinary,
  typeIds: readonly number[],
): Promise<boolean> => {
  const { rows } = await sql<{
    found: 0 | 1
  }>`select exists (select 1 from json_each(${JSON.stringify(typeIds)}) t
    cross join attachment a on a.binary_id = ${binary.id} and a.version_id = ${binary.versionId}
      and a.position > t.value * ${positionOf(1, 0)} and a.position < (t.value + 1) * ${positionOf(1, 0)}
    where ${isCurrentVersion}) as found`.execute(db.query)
  return rows[0]?.found === 1
}

export type Attaching = { readonly position: number; readonly bytes: number }

/** The next current resources of a type that have the Binary as an attachment, by position; one at least, as long as there are more. */
export const readAttaching = async (
  db: Db,
  binary: AttachedBinary,
  typeId: number,
  {
    after,
    maxRows,
    maxBytes,
  }: { readonly after: number; readonly maxRows: number; readonly maxBytes: number },
): Promise<readonly Attaching[]> => {
  const { rows } = await sql<Attaching>`select a.position, v.bytes from attachment a
    cross join resource_version v on v.position = a.position
    where a.binary_id = ${binary.id} and a.version_id = ${binary.versionId}
      and a.position > ${Math.max(after, positionOf(typeId, 0))} and a.position < ${positionOf(typeId + 1, 0)} and ${isCurrentVersion}
    order by a.position limit ${maxRows}`.execute(db.query)
  let size = 0
  const end = rows.findIndex(({ bytes }, place) => {
    size += bytes
    return place > 0 && size > maxBytes
  })
  return end < 0 ? rows : rows.slice(0, end)
}

/** The types of all versions that have, or had, the Binary as an attachment. */
export const readAttachingTypes = async (db: Db, binary: AttachedBinary): Promise<readonly number[]> => {
  const next = (after: Statement) =>
    sql`(select a.position / ${positionOf(1, 0)} from attachment a where a.binary_id = ${binary.id}
      and a.version_id = ${binary.versionId} and a.position >= ${after} order by a.position limit 1)`
  const { rows } = await sql<{ typeId: number }>`with recursive found (type_id) as (
      select ${next(sql`0`)}
      union all select ${next(sql`(f.type_id + 1) * ${positionOf(1, 0)}`)} from found f where f.type_id is not null)
    select type_id as typeId from found where type_id is not null`.execute(db.query)
  return rows.map(({ typeId }) => typeId)
}

/** A version that was superseded, or is of what was deleted, opens nothing any more. */
const isCurrentVersion = sql`exists (select 1 from resource_version c cross join resource r on r.resource_key = c.resource_key
  where c.position = a.position and r.current_position = a.position)`
