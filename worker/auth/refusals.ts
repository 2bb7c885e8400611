import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { echoText } from '../fhir/echo-text.ts'
import { networkOf } from '../platform/network-address.ts'
import { createRowBudget } from '../platform/row-budget.ts'
import { createSlidingWindow } from '../platform/sliding-window.ts'
import { type AuditAction, insertAudit } from '../store/audit.ts'
import { claimedClientOf } from './assertion.ts'

/** What was refused, and to whom as far as that is known. */
export type Refused = {
  readonly error: SluiceError
  readonly action: AuditAction
  readonly assertion: string
  readonly source: string | undefined
}

/** Counts and records what a process refuses to clients that authenticate by assertions. Returns what to answer. */
export type Refuse = (refused: Refused) => Promise<SluiceError>

/**
 * Whoever fails too often, by the client it claims to be or by where it comes from, is told so (429) instead of why. A good assertion is never
 * in the way of that: nobody can keep a client out by failing in its name. And however many fail, the audit gets a bounded number of rows.
 */
export const createRefusals = (deps: Deps): Refuse => {
  const failures = createSlidingWindow(deps.clock)
  const rows = createRowBudget(maxRows)
  return async ({ error, action, assertion, source }) => {
    const clientId = claimedClientOf(assertion)
    const unrecorded = rows.take(deps.clock.now())
    if (unrecorded !== undefined) {
      const detail = { reason: reasonOf(error), unrecorded: unrecorded === 0 ? undefined : unrecorded }
      await record(deps, { action, clientId, source, detail, isKnown: !hasCode(error, 'invalid-client') })
    }
    if (!hasCode(error, 'invalid-client')) return error
    const keys = [`client ${clientId ?? ''}`, `source ${networkOf(source ?? '')}`]
    const seconds = Math.max(...keys.map((key) => failures.secondsUntilFree(key, maxFailures)))
    for (const key of keys) failures.count(key)
    return seconds > 0 ? tooMany(seconds) : error
  }
}

/** In a minute, by each process. */
const maxFailures = 20
const maxRows = 60

/** Who is proven to be a client is named as the actor; who is not, as what was claimed. */
const record = async (
  { db, clock, log }: Deps,
  given: {
    readonly action: AuditAction
    readonly clientId: string | undefined
    readonly source: string | undefined
    readonly detail: Readonly<Record<string, string | number | undefined>>
    readonly isKnown: boolean
  },
): Promise<void> => {
  const { action, clientId, source, detail, isKnown } = given
  const target = clientId === undefined ? undefined : echoText(clientId)
  const actor = isKnown
    ? ({ kind: 'client', id: clientId, source } as const)
    : ({ kind: 'stranger', source } as const)
  try {
    const event = insertAudit({ at: clock.now(), action, outcome: 'refused', actor, target, detail })
    await db.batch([event])
  } catch (error) {
    // It is refused all the same.
    log('warn', 'refusal not recorded', { reason: error instanceof Error ? error.message : 'unknown' })
  }
}

/** What strangers are not told stands behind it. */
const reasonOf = ({ cause, message }: SluiceError): string =>
  cause instanceof Error ? cause.message : message

const tooMany = (retryAfterSeconds: number): SluiceError =>
  new SluiceError(
    'throttled',
    'Cannot authenticate the client: too many attempts have failed within a minute; wait, then send one and read why it fails',
    { retryAfterSeconds },
  )
