import type { Harness } from '../support/harness.ts'

/** The audit as it stands in the database, the oldest first. */
export const auditOf = async ({ deps: { db } }: Pick<Harness, 'deps'>) => {
  const rows = await db.query.selectFrom('audit_event').selectAll().orderBy('event_id').execute()
  return rows.map(({ detail, ...row }) => ({ ...row, detail: JSON.parse(detail) as Record<string, unknown> }))
}

/** Action and outcome of each. */
export const actionsOf = async (h: Pick<Harness, 'deps'>): Promise<readonly string[]> =>
  (await auditOf(h)).map(({ action, outcome }) => (outcome === 'success' ? action : `${action} ${outcome}`))
