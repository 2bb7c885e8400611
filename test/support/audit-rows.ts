import type { Harness } from './harness.ts'

/** The audit as it stands in the database, the oldest first: all of it, or of those actions that begin so. */
export const auditOf = async ({ deps: { db } }: Pick<Harness, 'deps'>, prefix = '') => {
  const rows = await db.query.selectFrom('audit_event').selectAll().orderBy('event_id').execute()
  return rows
    .filter(({ action }) => action.startsWith(prefix))
    .map(({ detail, ...row }) => ({ ...row, detail: JSON.parse(detail) as Record<string, unknown> }))
}

/** Action and outcome of each. */
export const actionsOf = async (h: Pick<Harness, 'deps'>): Promise<readonly string[]> =>
  (await auditOf(h)).map(({ action, outcome }) => (outcome === 'success' ? action : `${action} ${outcome}`))
