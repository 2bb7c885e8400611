import { sql } from 'kysely'
import type { Statement } from './db.ts'

/** In SQL: every one of these conditions holds. */
export const allHold = (...conditions: readonly Statement[]): Statement =>
  sql`(${sql.join(
    conditions.map((condition) => sql`(${condition})`),
    sql` and `,
  )})`
