import { daySeconds, whole } from './number-setting.ts'

/** How long and how often: turns, leases, retries and retention. */
export const timeSettings = {
  SLICE_MS: whole({
    unit: 'milliseconds',
    default: 5_000,
    min: 1,
    max: 3_600_000,
    reason:
      'How long a tick works before it gives its unit back, so that jobs take turns: a small export waits no longer than this behind large ones.',
  }),
  TICK_MS: whole({
    unit: 'milliseconds',
    default: 1000,
    min: 1,
    max: 3_600_000,
    reason: 'How often an idle process looks for work; kick-offs and status requests wake it at once.',
  }),
  LEASE_MS: whole({
    unit: 'milliseconds',
    default: 45_000,
    min: 100,
    max: 3_600_000,
    reason:
      'How long a work unit waits for a worker that has fallen silent; a slice renews it while it works.',
  }),
  RETRY_BASE_MS: whole({
    unit: 'milliseconds',
    default: 1000,
    min: 1,
    max: 3_600_000,
    reason: 'Wait after the first failure of a work unit; it doubles with each further one.',
  }),
  RETRY_MAX_MS: whole({
    unit: 'milliseconds',
    default: 300_000,
    min: 1,
    max: daySeconds * 1000,
    reason: 'Longest wait between two attempts; work goes on within five minutes after an outage.',
  }),
  RETRY_LIMIT: whole({
    unit: 'attempts',
    default: 12,
    min: 1,
    max: 1000,
    reason: 'Failed attempts in a row after which a job fails, so that none is tried for ever.',
  }),
  RETENTION_SECONDS: whole({
    unit: 'seconds',
    default: 7 * daySeconds,
    min: 1,
    max: 3650 * daySeconds,
    reason: 'How long the output of a completed job is kept; a week lets a weekly client fetch late.',
  }),
  STORAGE_TIMEOUT_MS: whole({
    unit: 'milliseconds',
    default: 600_000,
    min: 1,
    max: daySeconds * 1000,
    reason:
      'How long one write to the storage may take before it counts as failed, so that a storage that never answers fails a job in the end.',
  }),
  SWEEP_MS: whole({
    unit: 'milliseconds',
    default: 60_000,
    min: 1,
    max: daySeconds * 1000,
    reason: 'How often expired output and orphaned uploads are looked for.',
  }),
  RETRY_AFTER_MAX_SECONDS: whole({
    unit: 'seconds',
    default: 60,
    min: 1,
    max: 3600,
    reason: 'Longest `Retry-After` of a status response, so that a client hears of the end within a minute.',
  }),
  MAX_CLOCK_SKEW_MS: whole({
    unit: 'milliseconds',
    default: 30_000,
    min: 1,
    max: 3_600_000,
    reason:
      "A process whose clock is further from the database's refuses to write, for it would bend `transactionTime`.",
  }),
}
