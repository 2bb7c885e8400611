import { fail } from 'node:assert'
import { patientTypeId } from '../../worker/fhir/resource-type.ts'
import { createApp } from '../../worker/http/app.ts'
import { finished, saidBy } from '../export/history.ts'
import { type ExportedFiles, type Harness, pathOf } from '../support/harness.ts'
import type { Expected, ExpectedBlocks, Level, Question, World } from './world.ts'

export type Asked = {
  readonly level: Level
  readonly groupId?: string | undefined
  readonly listed?: readonly string[] | undefined
  readonly types?: readonly string[] | undefined
  readonly since?: Moment | undefined
  readonly until?: Moment | undefined
  readonly backfill: boolean
  /** By Patient. */
  readonly organized?: boolean
}
/** The `transactionTime` of an export, and how much had been written by then. */
export type Moment = { readonly point: number; readonly ms: number }

/** A kick-off that was accepted, and what it has to say by the rules. */
export type Kicked = {
  readonly path: string
  readonly moment: Moment
  readonly expected: Expected
  /** What it would have to say without `_since`. */
  readonly full: Expected
  /** Of one that is organized. */
  readonly blocks: ExpectedBlocks
}

const pathOfLevel = ({ level, groupId }: Asked): string => {
  switch (level) {
    case 'system':
      return '/fhir/$export'
    case 'patient':
      return '/fhir/Patient/$export'
    case 'group':
      return `/fhir/Group/${groupId}/$export`
    default:
      return level satisfies never
  }
}

/** Sends a kick-off by POST, for a lenient client. */
export const ask = async (
  { deps }: Harness,
  asked: Asked,
  others: readonly object[] = [],
): Promise<Response> => {
  const { listed, types, since, until, backfill, organized } = asked
  const app = createApp({ ...deps, config: { ...deps.config, groupBackfill: backfill } }, () => {})
  const parameter = [
    ...(types ?? []).map((type) => ({ name: '_type', valueString: type })),
    ...(listed ?? []).map((id) => ({ name: 'patient', valueReference: { reference: `Patient/${id}` } })),
    ...(organized ? [{ name: 'organizeOutputBy', valueString: 'Patient' }] : []),
    ...(since ? [{ name: '_since', valueInstant: new Date(since.ms).toISOString() }] : []),
    // What was written at the very instant of an export was written before it.
    ...(until ? [{ name: '_until', valueInstant: new Date(until.ms + 1).toISOString() }] : []),
    ...others,
  ]
  return app.request(pathOfLevel(asked), {
    method: 'POST',
    headers: {
      host: 'localhost',
      'content-type': 'application/fhir+json',
      prefer: 'respond-async, handling=lenient',
    },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  })
}

/** Kicks off by POST, leniently; `undefined` when there is no such Group, which is seen to be said. */
export const kickOff = async (harness: Harness, world: World, asked: Asked): Promise<Kicked | undefined> => {
  const { groupId, listed, since, until, organized } = asked
  const { deps } = harness
  const response = await ask(harness, asked)
  const isMissing = groupId !== undefined && !world.isThere(`Group/${groupId}`)
  if (response.status !== (isMissing ? 404 : 202))
    fail(`the kick-off answered ${response.status}: ${await response.text()}`)
  if (isMissing) return undefined
  const path = pathOf(response.headers.get('content-location') ?? '')
  const job = await deps.db.query
    .selectFrom('job')
    .select('transaction_time')
    .where('job_id', '=', path.slice(path.lastIndexOf('/') + 1))
    .executeTakeFirstOrThrow()
  const moment = { point: world.length, ms: job.transaction_time }
  const there = listed && world.patientsNow(groupId, moment.ms)
  const question: Question = {
    ...asked,
    level: organized && asked.level === 'system' ? 'patient' : asked.level,
    listed: listed?.filter((id) => there?.has(id)),
    since: since?.point,
    sinceMs: since?.ms,
    until: until?.point,
    end: moment.point,
    transactionTime: moment.ms,
  }
  const full = world.expected({ ...question, since: undefined, sinceMs: undefined })
  return {
    path,
    moment,
    expected: world.expected(question),
    full,
    blocks: world.expectedBlocks(question, await patientIds(harness)),
  }
}

/** Of all patients who were ever named, in the order in which exports take them. */
const patientIds = async ({ deps }: Harness): Promise<readonly string[]> => {
  const patients = deps.db.query.selectFrom('resource').select('id').where('type_id', '=', patientTypeId)
  return (await patients.orderBy('resource_key').execute()).map(({ id }) => id)
}

/** What the files say, and that no line of them is there twice. */
export const saidLines = (files: ExportedFiles): Expected => {
  const { output, deleted } = saidBy(files)
  const lines = Object.values(output).flatMap((text) => text.split('\n').slice(0, -1))
  return { lines: lines.sort(), deleted: [...deleted].sort() }
}

export const answerOf = async (harness: Harness, { path }: Kicked): Promise<Expected> =>
  saidLines(await finished(harness, path))
