import { type RawBuilder, sql } from 'kysely'
import type { AuditEventTable } from '../../schema/tables.ts'
import type { AuditAction } from './audit.ts'
import type { Db } from './db.ts'

/** A row of the audit. Instants in milliseconds since the epoch. */
export type RecordedRow = {
  readonly eventId: number
  readonly recordedAt: number
  readonly action: AuditAction
  readonly outcome: AuditEventTable['outcome']
  readonly actor: {
    readonly kind: AuditEventTable['actor_kind']
    readonly id: string | undefined
    readonly name: string | undefined
    readonly source: string | undefined
  }
  readonly jobId: string | undefined
  readonly target: string | undefined
  readonly detail: Readonly<Record<string, string | number | boolean | string[]>>
}

/** What is looked for; all of it has to be so. */
export type AuditFilter = {
  readonly jobId?: string | undefined
  readonly target?: string | undefined
  readonly actorId?: string | undefined
  readonly source?: string | undefined
  readonly action?: AuditAction | undefined
  readonly outcome?: AuditEventTable['outcome'] | undefined
  /** From here on, and before there. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** The place of a row: by time, and within a millisecond by number. */
export type AuditPlace = Pick<RecordedRow, 'recordedAt' | 'eventId'>

/** A page of what is looked for, the newest first, behind `after`. */
export const readAudit = async (
  db: Db,
  filter: AuditFilter,
  { after, limit }: { readonly after?: AuditPlace | undefined; readonly limit: number },
): Promise<readonly RecordedRow[]> => {
  const { recordedAt, eventId } = after ?? { recordedAt: filter.to ?? Number.MAX_SAFE_INTEGER, eventId: 0 }
  const { rows } = await sql<AuditRow>`select ${columns} from audit_event indexed by ${indexFor(filter)}
    where ${conditionsOf(filter)} and (recorded_at, event_id) < (${recordedAt}, ${eventId})
    order by recorded_at desc, event_id desc limit ${limit}`.execute(db.query)
  return rows.map(toRecordedRow)
}

/** A page of all there is in a time, the oldest first, up to a row that was there when it began. */
export const readAuditOnwards = async (
  db: Db,
  { after, before, lastId, limit }: { after: AuditPlace; before: number; lastId: number; limit: number },
): Promise<readonly RecordedRow[]> => {
  const { rows } = await sql<AuditRow>`select ${columns} from audit_event indexed by audit_event_by_time
    where (recorded_at, event_id) > (${after.recordedAt}, ${after.eventId}) and recorded_at < ${before}
      and event_id <= ${lastId} order by recorded_at, event_id limit ${limit}`.execute(db.query)
  return rows.map(toRecordedRow)
}

/** The number of the last row; 0 where there is none. */
export const readLastAuditId = async (db: Db): Promise<number> => {
  const { rows } = await sql<{ id: number | null }>`select max(event_id) as id from audit_event`.execute(
    db.query,
  )
  return rows[0]?.id ?? 0
}

/** By what there are the fewest rows of; each index has the order of the list behind it. */
const indexFor = (filter: AuditFilter): RawBuilder<unknown> => {
  if (filter.jobId !== undefined) return sql.raw('audit_event_by_job')
  if (filter.target !== undefined) return sql.raw('audit_event_by_target')
  if (filter.actorId !== undefined) return sql.raw('audit_event_by_actor')
  if (filter.source !== undefined) return sql.raw('audit_event_by_source')
  if (isRare(filter.outcome)) return sql.raw('audit_event_by_outcome')
  if (filter.action !== undefined) return sql.raw('audit_event_by_action')
  return sql.raw('audit_event_by_time')
}

const isRare = (outcome: AuditFilter['outcome']): boolean => outcome !== undefined && outcome !== 'success'

const conditionsOf = (filter: AuditFilter): RawBuilder<unknown> =>
  sql.join(
    [
      ...(filter.jobId === undefined ? [] : [sql`job_id = ${filter.jobId}`]),
      ...(filter.target === undefined ? [] : [sql`target = ${filter.target}`]),
      ...(filter.actorId === undefined ? [] : [sql`actor_id = ${filter.actorId}`]),
      ...(filter.source === undefined ? [] : [sql`source = ${filter.source}`]),
      ...(filter.action === undefined ? [] : [sql`action = ${filter.action}`]),
      ...(filter.outcome === undefined ? [] : [sql`outcome = ${filter.outcome}`]),
      // In the words of the index, or the planner does not see that it is what the index is about.
      ...(isRare(filter.outcome) ? [sql`outcome <> 'success'`] : []),
      sql`recorded_at >= ${filter.from ?? 0}`,
    ],
    sql` and `,
  )

const columns = sql`event_id as eventId, recorded_at as recordedAt, action, outcome, actor_kind as actorKind, actor_id as actorId,
    actor_name as actorName, source, job_id as jobId, target, detail`

type AuditRow = {
  eventId: number
  recordedAt: number
  action: AuditAction
  outcome: AuditEventTable['outcome']
  actorKind: AuditEventTable['actor_kind']
  actorId: string | null
  actorName: string | null
  source: string | null
  jobId: string | null
  target: string | null
  detail: string
}

const toRecordedRow = ({ actorKind, actorId, actorName, source, detail, ...row }: AuditRow): RecordedRow => ({
  ...row,
  actor: {
    kind: actorKind,
    id: actorId ?? undefined,
    name: actorName ?? undefined,
    source: source ?? undefined,
  },
  jobId: row.jobId ?? undefined,
  target: row.target ?? undefined,
  detail: JSON.parse(detail),
})
