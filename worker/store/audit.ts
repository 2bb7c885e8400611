import { type RawBuilder, sql } from 'kysely'
import type { AuditEventTable } from '../../schema/tables.ts'
import type { Actor } from '../platform/actor.ts'
import type { AuditAction } from '../platform/audit-action.ts'
import type { Db, Statement } from './db.ts'

export type { AuditAction }

export type AuditEvent = {
  readonly at: number
  readonly action: AuditAction
  readonly outcome: AuditEventTable['outcome']
  readonly actor: Actor
  readonly jobId?: string | undefined
  /** What it was done to, as `Group/x`, the name of a file, a client or an administrator. */
  readonly target?: string | undefined
  /** What else is to be known; never resource content, never a secret. */
  readonly detail?:
    | Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
    | undefined
}

/** Stands in the batch that does what it tells of, so that there is never one without the other. */
export const insertAudit = (event: AuditEvent): Statement => insertAuditIf(event, sql`true`)

/** The same, where the batch may turn out to do nothing: `condition` says in SQL that it did. */
export const insertAuditIf = (event: AuditEvent, condition: Statement): Statement =>
  sql`${into} select ${columnsOf(event, sql`${event.action}`, sql`${JSON.stringify(event.detail ?? {})}`)} where ${condition}`

/** SQL: the statement before this one in the batch changed something. */
export const hasChanged = sql`changes() > 0`

/** The same, of what only the database knows when it does it: the action, and the detail, which is JSON. */
export const insertAuditOf = (
  event: Omit<AuditEvent, 'action' | 'detail'>,
  { action, detail }: { readonly action: RawBuilder<unknown>; readonly detail: RawBuilder<unknown> },
  condition: Statement,
): Statement => sql`${into} select ${columnsOf(event, action, detail)} where ${condition}`

const into = sql`insert into audit_event
    (recorded_at, action, outcome, actor_kind, actor_id, actor_name, source, job_id, target, detail)`

const columnsOf = (
  { at, outcome, actor, jobId, target }: Omit<AuditEvent, 'action' | 'detail'>,
  action: RawBuilder<unknown>,
  detail: RawBuilder<unknown>,
): RawBuilder<unknown> =>
  sql`${at}, ${action}, ${outcome}, ${actor.kind}, ${actor.id ?? null}, ${actor.name ?? null}, ${actor.source ?? null},
      ${jobId ?? null}, ${target ?? null}, ${detail}`

/** One row by itself, of what is no write to the database. */
export const writeAudit = async (db: Db, event: AuditEvent): Promise<void> => {
  await insertAudit(event).execute(db.query)
}
