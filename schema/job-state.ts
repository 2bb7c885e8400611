import type { JobState } from './tables.ts'

export type JobEvent = 'claim' | 'complete' | 'fail' | 'cancel' | 'retry' | 'extend'

/**
 * The life of a job. Removal and expiry are columns (`removed_at`, `expired_at`), not states: they hide a job in any of them.
 *
 *     accepted ──claim──► in-progress ──complete──► completed
 *        └──────┬──────────────┴─── fail ──► failed ──retry──► in-progress
 *               └────────────────── cancel ──► cancelled
 *
 * `extend` leaves a job as it is, completed or failed, and only such a one has an end that can be put off.
 */
const transitions: Readonly<Record<JobState, Readonly<Partial<Record<JobEvent, JobState>>>>> = {
  accepted: { claim: 'in-progress', fail: 'failed', cancel: 'cancelled' },
  'in-progress': { claim: 'in-progress', complete: 'completed', fail: 'failed', cancel: 'cancelled' },
  completed: { extend: 'completed' },
  failed: { retry: 'in-progress', extend: 'failed' },
  cancelled: {},
}

/** The state after an event, or `undefined` when the event means nothing in that state. */
export const transition = (state: JobState, event: JobEvent): JobState | undefined =>
  transitions[state][event]

/** The states an event may come from: the condition of the write that carries it out. */
export const statesBefore = (event: JobEvent): readonly JobState[] =>
  states.filter((state) => event in transitions[state])

const states: readonly JobState[] = ['accepted', 'in-progress', 'completed', 'failed', 'cancelled']
