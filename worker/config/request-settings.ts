import { whole } from './number-setting.ts'
import { resourceTypeList } from './resource-types.ts'
import { choice, choices } from './word-setting.ts'

/** What may be asked for, and how requests are understood where the specification leaves it open or clients do not follow it. */
export const requestSettings = {
  EXPORT_ENABLED: choice({
    words: ['on', 'off'],
    default: 'on',
    reason:
      'Whether exports may be started at all; `off` answers kick-offs with 501, while jobs that there are go on, with their status, files and DELETE.',
  }),
  EXPORT_LEVELS: choices({
    words: ['system', 'patient', 'group'],
    default: ['system', 'patient', 'group'],
    reason:
      'Levels at which exports may be started, by the URL of the kick-off; the others answer it with 501, and the CapabilityStatement leaves them out.',
  }),
  COMPAT: choices({
    words: [
      'patient-in-query',
      'type-alias',
      'firely-urls',
      'cancelled-410',
      'firely-progress',
      'helix-progress',
      'manifest-status',
    ],
    reason:
      'Departures from the specification that some clients need. `patient-in-query`: `patient` is taken in a GET as well, and at system level, which it turns into Patient level. `type-alias`: `type` means `_type`. `firely-urls`: status and file URLs are written `$exportstatus?_id=…` and `$exportfilerequest/…`, as Firely Server has them (both kinds are always answered). `cancelled-410`: an export that was cancelled while it ran answers 410 instead of 404 for as long as it is being cleared away. `firely-progress`: `X-Progress` is `Queued` or `Active`. `helix-progress`: `X-Progress` is `accepted` or `in-progress`. `manifest-status`: the manifest begins with `status`, as that of Aidbox.',
  }),
  HEADERS: choice({
    words: ['lenient', 'strict'],
    default: 'lenient',
    reason:
      'Whether headers that the specification lets a server assume may be absent. `strict`: a kick-off needs `Accept: application/fhir+json` and `Prefer: respond-async`, and a file `Accept: application/fhir+ndjson` or `application/ndjson`, which links in a browser do not send; wildcards do not count.',
  }),
  GROUP_BACKFILL: choice({
    words: ['on', 'off'],
    default: 'on',
    reason:
      'Whether a Group export with `_since` brings what patients had before, if they have become members since then; without it a client never gets that.',
  }),
  ADDITIONAL_RESOURCES: resourceTypeList({
    default: [
      'Organization',
      'Practitioner',
      'PractitionerRole',
      'Location',
      'Medication',
      'Substance',
      'Device',
      'BodyStructure',
      'Coverage',
    ],
    never: ['Patient', 'Group', 'Provenance'],
    reason:
      "Types of which an export at Patient or Group level brings what is in no patient's compartment and something exported refers to; those that explain the data of patients.",
  }),
  MAX_REFERENCE_DEPTH: whole({
    unit: 'references',
    default: 1,
    min: 0,
    max: 5,
    reason:
      'How many references may lead from something exported to an additional resource; with 1, only what is referred to itself.',
  }),
  REFERENCED_SINCE: choice({
    words: ['off', 'on'],
    default: 'off',
    reason:
      'Whether `_since` and `_until` filter additional resources too; without, a client can always resolve what is new to him.',
  }),
}
