import { fail } from 'node:assert'
import type { ResourceType } from '../../worker/fhir/resource-type.ts'
import { createApp } from '../../worker/http/app.ts'
import fc from '../support/fast-check.ts'
import { type Harness, pathOf } from '../support/harness.ts'
import { type AssociatedQuestion, type AssociatedWorld, group, type Level } from './associated-world.ts'

/** A kick-off but for its instants. */
export type AskedAssociated = {
  readonly level: Level
  readonly listed: readonly string[] | undefined
  readonly types: readonly string[] | undefined
  readonly values: readonly string[]
  readonly backfill: boolean
  readonly additional: {
    readonly types: readonly ResourceType[]
    readonly maxDepth: number
    readonly onlySince: boolean
  }
}
export type Moment = { readonly point: number; readonly ms: number }
export type KickedAssociated = {
  readonly path: string
  readonly moment: Moment
  readonly question: AssociatedQuestion
}

const paths: Readonly<Record<Level, string>> = {
  system: '/fhir/$export',
  patient: '/fhir/Patient/$export',
  group: `/fhir/${group}/$export`,
}

/** Kicks off by POST, leniently; `undefined` when there is no Group. */
export const kickOffAssociated = async (
  { deps }: Harness,
  world: AssociatedWorld,
  asked: AskedAssociated,
  since: Moment | undefined,
  until: Moment | undefined,
): Promise<KickedAssociated | undefined> => {
  const { level, types, values, backfill, additional } = asked
  if (level === 'group' && !world.isThere(group)) return undefined
  const listed = level === 'system' ? undefined : asked.listed
  const app = createApp(
    { ...deps, config: { ...deps.config, groupBackfill: backfill, additional } },
    () => {},
  )
  const parameter = [
    ...(types ?? []).map((type) => ({ name: '_type', valueString: type })),
    ...(listed ?? []).map((name) => ({ name: 'patient', valueReference: { reference: name } })),
    ...values.map((value) => ({ name: 'includeAssociatedData', valueCode: value })),
    ...(since ? [{ name: '_since', valueInstant: new Date(since.ms).toISOString() }] : []),
    // What was written at the very instant of an export was written before it.
    ...(until ? [{ name: '_until', valueInstant: new Date(until.ms + 1).toISOString() }] : []),
  ]
  const response = await app.request(paths[level], {
    method: 'POST',
    headers: {
      host: 'localhost',
      'content-type': 'application/fhir+json',
      prefer: 'respond-async, handling=lenient',
    },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  })
  if (response.status !== 202) fail(`the kick-off answered ${response.status}: ${await response.text()}`)
  const path = pathOf(response.headers.get('content-location') ?? '')
  const job = await deps.db.query
    .selectFrom('job')
    .select('transaction_time')
    .where('job_id', '=', path.slice(path.lastIndexOf('/') + 1))
    .executeTakeFirstOrThrow()
  const there = world.patientsNow(level)
  const question: AssociatedQuestion = {
    level,
    listed: listed?.filter((name) => there.includes(name)),
    types,
    provenance: values.includes('RelevantProvenanceResources')
      ? 'relevant'
      : values.includes('LatestProvenanceResources')
        ? 'latest'
        : 'default',
    history: values.includes('_history'),
    tellsDeleted: values.includes('_deleted'),
    backfill,
    additional,
    since: since?.point,
    until: until?.point ?? world.length,
    end: world.length,
  }
  return { path, moment: { point: world.length, ms: job.transaction_time }, question }
}

const listedArbitrary = fc.option(
  fc.uniqueArray(fc.constantFrom('Patient/a', 'Patient/b', 'Patient/c'), { minLength: 1 }),
  {
    nil: undefined,
    freq: 4,
  },
)
const typesArbitrary = fc.constantFrom(
  undefined,
  undefined,
  undefined,
  ['Patient'],
  ['Observation', 'Organization', 'Device'],
  ['Observation', 'Provenance', 'Practitioner'],
  ['Provenance', 'Group'],
  ['Coverage', 'Observation', 'Group', 'Provenance', 'Organization'],
)
const valuesArbitrary = fc.constantFrom(
  [],
  [],
  ['LatestProvenanceResources'],
  ['RelevantProvenanceResources'],
  ['LatestProvenanceResources', 'RelevantProvenanceResources', '_deleted'],
  ['_history'],
  ['_deleted'],
  ['_history', '_deleted', 'LatestProvenanceResources'],
)
export const additionalArbitrary: fc.Arbitrary<AskedAssociated['additional']> = fc.record({
  types: fc.constantFrom<readonly ResourceType[]>(
    ['Organization', 'Practitioner', 'Device', 'Coverage'],
    ['Organization', 'Practitioner', 'Device', 'Coverage'],
    ['Organization', 'Coverage'],
    [],
  ),
  maxDepth: fc.constantFrom(1, 1, 2, 5),
  onlySince: fc.constantFrom(false, false, true),
})
export const askedAssociatedArbitrary: fc.Arbitrary<AskedAssociated> = fc.record({
  level: fc.constantFrom<Level>('system', 'patient', 'patient', 'group', 'group'),
  listed: listedArbitrary,
  types: typesArbitrary,
  values: valuesArbitrary,
  backfill: fc.constantFrom(true, true, false),
  additional: additionalArbitrary,
})
