import { type RawBuilder, sql } from 'kysely'
import type { UnitKind, UnitSource } from '../../schema/tables.ts'
import type { Statement } from './db.ts'

export type NewUnit = {
  readonly ordinal: number
  readonly kind: UnitKind
  readonly typeId: number | null
  readonly fileStem: string
  readonly rangeAfter: number
  readonly rangeEnd: number
  readonly linesTotal: number
  readonly plan: string | null
  /** Of a walk (`walk.ts`); null for all others. */
  readonly walkBase: number | null
  readonly source?: UnitSource
  readonly isContinued?: boolean
}
/** The unit that makes the others. */
export const planUnit: NewUnit = {
  ordinal: 0,
  kind: 'plan',
  plan: '{}',
  typeId: null,
  fileStem: '',
  rangeAfter: 0,
  rangeEnd: 0,
  linesTotal: 0,
  walkBase: null,
}

/** Inserts units; `condition` (a fence) guards every row. One that is there already stays as it is. */
export const insertUnits = (
  jobId: string,
  units: readonly NewUnit[],
  condition: RawBuilder<unknown> = sql`true`,
): Statement => {
  const rows = units.map((u) => [
    u.ordinal,
    u.kind,
    u.typeId,
    u.fileStem,
    u.rangeAfter,
    u.rangeEnd,
    u.linesTotal,
    u.plan,
    u.walkBase,
    u.source ?? 'scan',
    u.isContinued === true ? 1 : 0,
  ])
  return sql`insert into work_unit (job_id, ordinal, kind, type_id, file_stem, state, range_after, range_end, cursor_after,
      cursor_offset, file_number, lines_total, lines_done, plan, fence, lease_until, attempts, not_before, walk_base,
      source, is_continued)
    select ${jobId}, u.value ->> 0, u.value ->> 1, u.value ->> 2, u.value ->> 3, 'open', u.value ->> 4, u.value ->> 5,
      u.value ->> 4, 0, 1, u.value ->> 6, 0, u.value ->> 7, 0, 0, 0, 0, u.value ->> 8,
      u.value ->> 9, u.value ->> 10
    from json_each(${JSON.stringify(rows)}) u where ${condition}
    on conflict (job_id, ordinal) do nothing`
}
