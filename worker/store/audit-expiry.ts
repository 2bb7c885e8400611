import { type RawBuilder, sql } from 'kysely'
import type { Statement } from './db.ts'

/** A row for each job that the next statement of the batch marks expired, under the same condition. One that was removed has its row. */
export const auditExpiry = (isOver: RawBuilder<unknown>, now: number): Statement =>
  sql`insert into audit_event (recorded_at, action, outcome, actor_kind, job_id, detail)
    select ${now}, 'export.expire', 'success', 'system', job_id, '{}' from job where ${isOver} and removed_at is null`
