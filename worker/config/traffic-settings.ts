import { whole } from './number-setting.ts'
import { optionalText, textList } from './text-setting.ts'
import { choice } from './word-setting.ts'

/** How much of it: exports at once, requests a minute, and which pages of others may ask. */
export const trafficSettings = {
  MAX_RUNNING_JOBS: whole({
    unit: 'exports',
    default: 0,
    min: 0,
    max: 1_000_000,
    reason: 'Exports that may run at once, in all; 0 bounds them not. They take turns anyway.',
  }),
  MAX_CLIENT_JOBS: whole({
    unit: 'exports',
    default: 0,
    min: 0,
    max: 1_000_000,
    reason:
      'Exports of one client that may run at once, unless its registration says otherwise; 0 bounds them not.',
  }),
  WHEN_BUSY: choice({
    words: ['queue', 'reject'],
    default: 'queue',
    reason:
      'What becomes of a kick-off when as many exports run as may: `queue` accepts it, and it waits; `reject` answers it with 429 and `Retry-After`.',
  }),
  REQUESTS_PER_MINUTE: whole({
    unit: 'requests',
    default: 0,
    min: 0,
    max: 1_000_000,
    reason:
      'Requests of all clients together that are answered in a minute, by each process; those beyond get 429. 0 bounds them not.',
  }),
  CLIENT_REQUESTS_PER_MINUTE: whole({
    unit: 'requests',
    default: 600,
    min: 0,
    max: 1_000_000,
    reason:
      'Requests of one client in a minute, unless its registration says otherwise, by each process; 0 bounds them not. Nobody is counted with `AUTH=open`.',
  }),
  CORS_ORIGINS: textList({
    unit: 'origins',
    pattern: /^(?:https?:\/\/[a-z0-9.-]+(?::\d{1,5})?|\*)$/i,
    allowed: 'origins by commas, or `*`',
    reason:
      'Origins of web pages that may use the FHIR API and read its headers (CORS), with tokens but never with the cookie of an administrator. Not with `AUTH=open`, which serves no pages of others.',
  }),
  CLIENT_ADDRESS_HEADER: optionalText({
    unit: 'header',
    pattern: /^[a-z0-9-]{1,64}$/i,
    allowed: 'the name of a header',
    reason:
      'Header in which a trusted proxy says the address of the client, for the audit and against guessing; its last address counts. Without it, it is the peer of the connection (on Workers, what Cloudflare says).',
  }),
}
