import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Limits } from '../../worker/config.ts'
import type { Deps } from '../../worker/deps.ts'
import { runTick } from '../../worker/export/tick.ts'
import { createApp } from '../../worker/http/app.ts'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { type MemoryStorage, memoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { type Job, readJob } from '../../worker/store/jobs.ts'
import type { FakeClock } from './fake-clock.ts'
import { createHarness, type Harness, startOfTime, streamOf, type TestDatabase } from './harness.ts'
import { ndjson, populationLines } from './population.ts'
import { witness } from './witness.ts'

/**
 * A service with a small population that leaves no path of the engine untrodden, for tests that disturb an export: types in
 * several ranges, files and parts, lines longer than a part or a file, a file smaller than a part, versions superseded before and after the
 * snapshot, deletions since `_since`, an ignored parameter, and budgets so small that slices end in the middle of everything.
 */
export type ExportScene = Harness & {
  /** A second goes by for a worker without work, and others get on with theirs. */
  idle(clock: FakeClock): Promise<void>
  /** Where the objects are, below every wrapper. */
  readonly objects: Storage
  /** The same, open to inspection, unless the scene was given another storage. */
  readonly memory: MemoryStorage
  /** Writes after the snapshot, which must not show. */
  writeMore(): Promise<void>
  /** A kick-off by another process, or by the harness's own. Returns the job's id. */
  kickOffAt(deps?: Deps): Promise<string>
  job(jobId: string): Promise<Job>
  /** Whether a job has come to its end, or is gone altogether. */
  hasEnded(jobId: string): Promise<boolean>
  /** Ticks of a process until the job has ended, moving the clock past whatever rests. */
  runToEnd(jobId: string, deps?: Deps): Promise<void>
  /** Every job there is, oldest first, ended or not. */
  jobIds(): Promise<readonly string[]>
  /** What a client gets: the manifest, and the stored files by name. */
  outcome(jobId: string): Promise<Outcome>
  /** What should not be there once all is over: open uploads, objects no manifest names, rows of unfinished files. */
  leftovers(): Promise<Leftovers>
  /** Every row of jobs and what belongs to them, as text. */
  dump(): Promise<string>
  /** How many rows there are of jobs and what belongs to them. */
  jobRows(): Promise<number>
  /** Moves the clock past every lease, and sweeps, so often that nothing can be left to do. */
  sweepAll(): Promise<void>
}
export type Outcome = {
  readonly status: number
  readonly manifest: string
  readonly files: Readonly<Record<string, string>>
}
export type Leftovers = {
  readonly uploads: readonly string[]
  readonly objects: readonly string[]
  /** What was written twice, and not the same. */
  readonly disagreements: readonly string[]
  readonly rows: Readonly<Record<string, number>>
}

export const nothingLeft: Leftovers = {
  uploads: [],
  objects: [],
  disagreements: [],
  rows: { carry: 0, file_part: 0 },
}

/** What a scene is made of, where it is not the usual. */
export type SceneParts = {
  readonly database?: TestDatabase | undefined
  /** An empty one, instead of one in memory. */
  readonly storage?: Storage | undefined
  readonly population?: Population | undefined
}
export type Population = {
  /** Of a size that suits what is loaded. */
  readonly limits: Partial<Limits>
  /** Returns the `_since` that lies between the old versions and the new. */
  load(harness: Harness): Promise<string>
  /** Writes after the snapshot, which must not show. */
  change(harness: Harness): Promise<void>
  /** Where the kick-off goes, below the base of FHIR; without, it is at system level. */
  readonly kickOffPath?: string
  /** Further parameters of the kick-off, each with `&` before it. */
  readonly kickOffQuery?: string
}

export const sceneLimits: Partial<Limits> = {
  partBytes: 500,
  fileBytes: 1900,
  rangeBytes: 2500,
  pageRows: 3,
  pageBytes: 1500,
  partsInFlight: 2,
  tickRows: 8,
  tickBytes: 4000,
}

export const createScene = async (
  options: SceneParts & {
    readonly limits?: Partial<Limits>
    readonly wrap?: ((memory: MemoryStorage) => Storage) | undefined
  } = {},
): Promise<ExportScene> => {
  const memory = memoryStorage({ clock: { now: () => startOfTime } })
  const { population = smallPopulation, storage: objects = memory } = options
  const limits = { ...population.limits, ...options.limits }
  const { storage, disagreements } = witness(options.wrap?.(memory) ?? objects)
  const harness = await createHarness(limits, storage, options.database)
  const { deps, clock } = harness
  const since = await population.load(harness)
  /** Real parts take real time: a clock that ran ahead of them would end the lease of whoever waits for one. */
  const isReal = options.storage !== undefined || options.database !== undefined
  const idle: ExportScene['idle'] = async (of) => {
    of.advance(1000)
    await (isReal ? sleep(20) : of.yield())
  }

  const rowsIn = async (table: string): Promise<number> => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
      deps.db.query,
    )
    return rows[0]?.n ?? 0
  }
  const job = async (jobId: string): Promise<Job> => {
    const found = await readJob(deps.db, jobId)
    if (found === undefined) throw new Error(`there is no job ${jobId}`)
    return found
  }

  const hasEnded = async (jobId: string): Promise<boolean> => {
    const found = await readJob(deps.db, jobId)
    return found === undefined || found.endedAt !== undefined
  }

  return {
    ...harness,
    objects,
    memory,
    hasEnded,
    job,
    writeMore: async () => {
      clock.advance(1000)
      await population.change(harness)
    },
    kickOffAt: async (by = deps) => {
      const path = `/fhir/${population.kickOffPath ?? '$export'}?_since=${since}&_unknown=1${population.kickOffQuery ?? ''}`
      const response = await createApp(by, () => {}).request(path, {
        headers: { host: 'localhost', prefer: 'respond-async, handling=lenient' },
      })
      const location = response.headers.get('content-location')
      if (location === null) throw new Error(`kick-off answered ${response.status}: ${await response.text()}`)
      return location.slice(location.lastIndexOf('/') + 1)
    },
    jobIds: async () => {
      const rows = await deps.db.query.selectFrom('job').select('job_id').orderBy('created_at').execute()
      return rows.map((row) => row.job_id)
    },
    runToEnd: async (jobId, by = deps) => {
      for (let rounds = 0; rounds < 10_000; rounds++) {
        const worked = await runTick(by)
        if (await hasEnded(jobId)) return
        if (!worked) await idle(clock)
      }
      throw new Error('the export does not come to an end')
    },
    idle,
    outcome: async (jobId) => {
      const response = await harness.request(`/fhir/$export-status/${jobId}`)
      const prefix = `${(await job(jobId)).folder}/`
      const files: [string, string][] = []
      for (const { key } of await objects.list(prefix))
        files.push([key.slice(prefix.length), await contentOf(objects, key)])
      return {
        status: response.status,
        manifest: (await response.text()).replaceAll(prefix, ''),
        files: Object.fromEntries(files),
      }
    },
    leftovers: async () => {
      const { rows } = await sql<{ key: string }>`select j.folder || '/' || f.name as key
        from export_file f join job j on j.job_id = f.job_id where f.state = 'complete'
        union all select folder || '/_manifest.json' from job where state = 'completed'`.execute(
        deps.db.query,
      )
      const named = new Set(rows.map(({ key }) => key))
      return {
        uploads: ((await objects.listUploads?.('')) ?? []).map(({ key }) => key),
        objects: (await objects.list('')).map(({ key }) => key).filter((key) => !named.has(key)),
        disagreements,
        rows: { carry: await rowsIn('carry'), file_part: await rowsIn('file_part') },
      }
    },
    dump: async () => {
      const texts: string[] = []
      for (const table of jobTables) {
        const { rows } = await sql<object>`select * from ${sql.table(table)}`.execute(deps.db.query)
        texts.push(...rows.map((row) => `${table} ${JSON.stringify(row)}`))
      }
      return texts.join('\n')
    },
    jobRows: async () => {
      const counts = await Promise.all(jobTables.map(rowsIn))
      return counts.reduce((sum, count) => sum + count, 0)
    },
    sweepAll: async () => {
      for (let sweeps = 0; sweeps < 3; sweeps++) {
        clock.advance(2 * deps.config.limits.leaseMs)
        await harness.sweep()
      }
    },
  }
}

const jobTables = [
  'job',
  'work_unit',
  'export_file',
  'file_part',
  'carry',
  'job_group',
  'job_member',
  'job_patient',
  'job_extra',
  'job_match',
  'job_problem',
]

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** An object as text, or, where that would be too long for any message, its size and hash. */
const contentOf = async (storage: Storage, key: string): Promise<string> => {
  const bytes = new Uint8Array(await new Response((await storage.read(key))?.body).arrayBuffer())
  if (bytes.length < 1_000_000) return decoder.decode(bytes)
  return `${bytes.length} bytes, SHA-256 ${createHash('sha256').update(bytes).digest('hex')}`
}

export const loadLines = async ({ deps }: Harness, lines: readonly string[]): Promise<void> => {
  const { refused } = await ingestNdjson(deps, streamOf(ndjson(lines)))
  if (refused > 0) throw new Error(`${refused} lines of the population were refused`)
}

/** Returns the `_since` that lies between the old versions and the new. */
const loadPopulation = async (harness: Harness): Promise<string> => {
  const { clock } = harness
  await loadLines(harness, populationLines(9))
  clock.advance(1000)
  const since = new Date(clock.now()).toISOString()
  clock.advance(1000)
  await loadLines(harness, populationLines(6, 2))
  await loadLines(harness, populationLines(10, 1).slice(-8))
  await loadLines(harness, [wideLine, exactLine, briefLine, ...shortLines])
  await loadLines(harness, ['a', ...Array.from({ length: 20 }, () => 'b')].map(flagLine))
  for (const name of deletedNames) await harness.remove(name)
  await loadLines(harness, populationLines(2, 4).slice(0, 4))
  return since
}

export const smallPopulation: Population = {
  limits: sceneLimits,
  load: loadPopulation,
  change: async (harness) => {
    await loadLines(harness, populationLines(3, 3))
    for (const name of ['Patient/p4', 'Observation/p5-o1']) await harness.remove(name)
  },
}

/** Longer than a file may be. */
const wideLine = `{"resourceType":"Binary","id":"wide","contentType":"text/plain","data":"${'QUJD'.repeat(650)}"}`
/** As long as two parts, when stored: the upload ends with a full part. */
const exactLine = `{"resourceType":"Account","id":"exact","status":"active","description":"${'x'.repeat(859)}"}`
/** Less than a part together, but more than a page. */
const shortLines = [1, 2, 3, 4].map((n) => `{"resourceType":"Basic","id":"short${n}"}`)
/** Version after version of the second, so that slices end behind rows of which nothing is to be written. */
const flagLine = (id: string): string => `{"resourceType":"Flag","id":"${id}","status":"active"}`
/** Comes and goes after `_since`, so that nobody has to hear of it. */
const briefLine = '{"resourceType":"Basic","id":"brief","code":{"text":"brief"}}'
const deletedNames = [
  'Basic/brief',
  'Patient/p7',
  'Encounter/p7-e',
  'Condition/p7-c',
  ...[1, 2, 3].map((n) => `Observation/p7-o${n}`),
  ...[1, 2, 3].map((n) => `Observation/p1-o${n}`),
  'DocumentReference/p8-d',
]
