import type { Deps } from '../deps.ts'
import type { Actor } from '../platform/actor.ts'
import { createRowBudget } from '../platform/row-budget.ts'
import { type AuditEvent, writeAudit } from '../store/audit.ts'

export type Refusal = Pick<AuditEvent, 'action' | 'actor' | 'target' | 'detail'>

/** Records that somebody was refused; whoever was is answered in any case. */
export type RecordRefusal = (refusal: Refusal) => Promise<void>

/** Of strangers and of others each, so that no stranger can hide what is refused to those we know. */
const rowsPerMinute = 60

export const createRefusalRecord = ({ db, clock, log }: Deps): RecordRefusal => {
  const budgets = { strangers: createRowBudget(rowsPerMinute), others: createRowBudget(rowsPerMinute) }
  return async ({ action, actor, target, detail }) => {
    const at = clock.now()
    const unrecorded = budgets[ofWhom(actor)].take(at)
    if (unrecorded === undefined) return
    const event = {
      at,
      action,
      outcome: 'refused',
      actor,
      target,
      detail: { ...detail, unrecorded },
    } as const
    await writeAudit(db, event).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : 'unknown'
      log('error', 'refusal was not recorded', { action, reason })
    })
  }
}

const ofWhom = ({ kind }: Actor): 'strangers' | 'others' => (kind === 'stranger' ? 'strangers' : 'others')
