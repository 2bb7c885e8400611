import { sql } from 'kysely'
import type { AuditEventTable } from '../../schema/tables.ts'
import type { Actor } from '../platform/actor.ts'
import type { Statement } from './db.ts'

/** What is audited. A kick-off that was refused is `export.kick-off` with the outcome `refused`. */
export type AuditAction =
  | 'export.kick-off'
  | 'export.end'
  | 'export.manifest'
  | 'export.download'
  | 'export.cancel'
  | 'export.delete'
  | 'export.expire'
  | 'export.retry'
  | 'export.extend'
  | 'resource.read'
  | 'resource.search'
  | 'resource.write'
  | 'resource.load'
  | 'client.create'
  | 'client.change'
  | 'client.suspend'
  | 'client.delete'
  | 'token.issue'
  | 'token.revoke'
  | 'administrator.create'
  | 'administrator.change'
  | 'administrator.sign-in'
  | 'administrator.sign-out'
  | 'access-key.create'
  | 'access-key.revoke'
  | 'passkey.create'
  | 'passkey.delete'
  | 'access.refused'

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
export const insertAuditIf = (
  { at, action, outcome, actor, jobId, target, detail = {} }: AuditEvent,
  condition: Statement,
): Statement =>
  sql`insert into audit_event (recorded_at, action, outcome, actor_kind, actor_id, actor_name, source, job_id, target, detail)
    select ${at}, ${action}, ${outcome}, ${actor.kind}, ${actor.id ?? null}, ${actor.name ?? null}, ${actor.source ?? null},
      ${jobId ?? null}, ${target ?? null}, ${JSON.stringify(detail)} where ${condition}`
