import { type RawBuilder, sql } from 'kysely'
import { positionOf } from './position.ts'
import type { Draft } from './write-versions.ts'

/** The versions this batch wrote (`n`) and their resources (`r`); drafts that wrote nothing are not among them. */
export const newVersions = (drafts: readonly Draft[], columns: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`select ${columns} from json_each(${JSON.stringify(drafts.map(({ typeId }) => typeId))}) d
    cross join resource_version n on n.position = ${newPosition(drafts.length, sql`d.value`, sql`d.key`)}
    cross join resource r on r.resource_key = n.resource_key`

/** SQL for the position of draft `index` of `count`: its `seq` is its place among the `count` numbers this batch has taken. */
export const newPosition = (
  count: number,
  typeId: RawBuilder<unknown>,
  index: RawBuilder<unknown>,
): RawBuilder<unknown> =>
  sql`(${typeId}) * ${positionOf(1, 0)} + (select next_seq from store_clock) - ${count} + ${index}`
