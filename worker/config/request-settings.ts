import { choice, choices } from './setting.ts'

/** How requests are understood, where the specification leaves it open or clients do not follow it. */
export const requestSettings = {
  COMPAT: choices({
    words: ['patient-in-query'],
    reason:
      'Departures from the specification that some clients need. `patient-in-query`: `patient` is taken in a GET as well, and at system level, which it turns into Patient level.',
  }),
  GROUP_BACKFILL: choice({
    words: ['on', 'off'],
    default: 'on',
    reason:
      'Whether a Group export with `_since` brings what patients had before, if they have become members since then; without it a client never gets that.',
  }),
}
