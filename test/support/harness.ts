import { type Client, createClient } from '@libsql/client'
import type { Principal } from '../../worker/auth/principal.ts'
import { type Environment, type Limits, loadConfig } from '../../worker/config.ts'
import type { Deps } from '../../worker/deps.ts'
import { runSweep } from '../../worker/export/sweep.ts'
import { runTick } from '../../worker/export/tick.ts'
import { createApp } from '../../worker/http/app.ts'
import { identifyByCredentials } from '../../worker/http/authenticate.ts'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import type { IngestReport } from '../../worker/ingest/ingest-report.ts'
import { silentLog } from '../../worker/platform/log.ts'
import { webRemote } from '../../worker/platform/web-remote.ts'
import { type MemoryStorage, memoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { createDb, type Db } from '../../worker/store/db.ts'
import { prepareDatabase } from '../../worker/store/prepare-database.ts'
import { type FakeClock, fakeClock } from './fake-clock.ts'
import { type FaultPlan, faulty } from './faulty.ts'

export const startOfTime = Date.parse('2026-01-01T00:00:00.000Z')

/** A whole service over a real database in memory, with a clock, ids and faults of its own. */
export type Harness = {
  readonly deps: Deps
  readonly clock: FakeClock
  readonly storage: MemoryStorage
  /** A GET unless `init` says otherwise; paths begin at the root. */
  request(path: string, init?: RequestInit): Promise<Response>
  load(resources: readonly object[]): Promise<IngestReport>
  /** The same, made by somebody who has been admitted already, whatever `AUTH` is. */
  as(principal: Principal): Harness['request']
  put(resource: { resourceType: string; id: string }): Promise<Response>
  remove(name: string): Promise<Response>
  /** The URL path of the status request of a new export. */
  kickOff(query?: string): Promise<string>
  /** Ticks, moving the clock past whatever rests, until the status request answers anything but 202. */
  finish(statusPath: string): Promise<Response>
  /** Kick-off, finish, and the files by name, as text. */
  export(query?: string): Promise<ExportedFiles>
  files(manifest: Manifest): Promise<ExportedFiles>
  tick(): Promise<boolean>
  sweep(): Promise<void>
  /** Another process on the same database and storage, whose calls a plan numbers and may stop. */
  process(plan: FaultPlan): Deps
  close(): void
}
export type ManifestItem = {
  readonly type?: string
  readonly url: string
  readonly count: number
  readonly continuesInFile?: string
  readonly extension: {
    readonly status: string
    readonly bytes: number
    readonly partBytes: number
    readonly sha256?: string
    readonly partSha256?: readonly string[]
    readonly storageUri?: string
  }
}
export type Manifest = {
  readonly transactionTime: string
  readonly request: string
  readonly requiresAccessToken: boolean
  readonly outputOrganizedBy?: string
  readonly output: readonly ManifestItem[]
  readonly deleted?: readonly ManifestItem[]
  readonly error: readonly ManifestItem[]
  readonly extension?: { readonly ehiDocumentationUrl: string }
  readonly link?: readonly { readonly relation: string; readonly url: string }[]
}
export type ExportedFiles = { readonly manifest: Manifest; readonly text: ReadonlyMap<string, string> }

/**
 * A write to the storage takes no longer than a lease, so that two leases after its end nothing of a job can change any more. Tests ask
 * and poll as often as they like, and with a clock that stands still.
 */
export const testLimits: Partial<Limits> = {
  maxClockSkewMs: Number.POSITIVE_INFINITY,
  storageTimeoutMs: 45_000,
  pollBurst: Number.POSITIVE_INFINITY,
  clientRequestsPerMinute: 0,
}

/** A database to test on. Its schema is brought up to date, and what it holds stays. */
export type TestDatabase = { readonly client: Client; readonly pages: Db['pages'] }

const memoryDatabase = (): TestDatabase => ({
  client: createClient({ url: ':memory:', intMode: 'number', concurrency: 1 }),
  pages: 'blob',
})

export const createHarness = async (
  limits: Partial<Limits> = {},
  given?: Storage,
  { client, pages }: TestDatabase = memoryDatabase(),
  environment: Environment = {},
): Promise<Harness> => {
  const clock = fakeClock(startOfTime)
  const storage = memoryStorage({ clock })
  const deps = createDeps(client, given ?? storage, clock, limits, pages, environment)
  await prepareDatabase(deps.db, clock.now())
  const principals = new Map<string, Principal>()
  const app = createApp(
    deps,
    () => {},
    undefined,
    async (c, given) =>
      principals.get(c.req.header('x-test-principal') ?? '') ?? identifyByCredentials(c, given),
  )

  const request: Harness['request'] = async (path, init) =>
    app.request(path, { ...init, headers: { host: 'localhost', ...init?.headers } })
  const fhir = (resource: object, method: string): RequestInit => ({
    method,
    body: JSON.stringify(resource),
    headers: { 'content-type': 'application/fhir+json' },
  })
  const kickOff: Harness['kickOff'] = async (query = '') => {
    const response = await request(`/fhir/$export${query}`)
    if (response.status !== 202)
      throw new Error(`kick-off answered ${response.status}: ${await response.text()}`)
    return pathOf(response.headers.get('content-location') ?? '')
  }
  const finish: Harness['finish'] = async (statusPath) => {
    for (let rounds = 0; rounds < 10_000; rounds++) {
      const response = await request(statusPath)
      if (response.status !== 202) return response
      if (!(await runTick(deps))) clock.advance(1000)
    }
    throw new Error('the export does not come to an end')
  }
  const files: Harness['files'] = async (manifest) => {
    const items = [...manifest.output, ...(manifest.deleted ?? []), ...manifest.error]
    const text = new Map<string, string>()
    for (const { url } of items) text.set(nameOf(url), await (await request(pathOf(url))).text())
    return { manifest, text }
  }

  return {
    deps,
    clock,
    storage,
    request,
    as: (principal) => {
      const number = String(principals.size + 1)
      principals.set(number, principal)
      return (path, init) =>
        request(path, { ...init, headers: { 'x-test-principal': number, ...init?.headers } })
    },
    kickOff,
    finish,
    files,
    load: (resources) =>
      ingestNdjson(deps, streamOf(resources.map((r) => `${JSON.stringify(r)}\n`).join(''))),
    put: (resource) => request(`/fhir/${resource.resourceType}/${resource.id}`, fhir(resource, 'PUT')),
    remove: (name) => request(`/fhir/${name}`, { method: 'DELETE' }),
    export: async (query) => {
      const response = await finish(await kickOff(query))
      if (response.status !== 200)
        throw new Error(`export ended ${response.status}: ${await response.text()}`)
      return files((await response.json()) as Manifest)
    },
    tick: () => runTick(deps),
    sweep: () => runSweep(deps),
    process: (plan) =>
      createDeps(
        faulty(client, plan, ['execute', 'batch']),
        faulty(given ?? storage, plan),
        clock,
        limits,
        pages,
        environment,
      ),
    close: () => client.close(),
  }
}

export const createDeps = (
  client: Client,
  storage: Storage,
  clock: FakeClock,
  limits: Partial<Limits>,
  pages?: Db['pages'],
  environment: Environment = {},
): Deps => {
  const config = loadConfig(environment, 'node')
  const { clientRequestsPerMinute } = config.limits
  const given = environment.CLIENT_REQUESTS_PER_MINUTE === undefined ? {} : { clientRequestsPerMinute }
  let made = 0
  return {
    config: { ...config, limits: { ...config.limits, ...testLimits, ...given, ...limits } },
    db: createDb(client, pages),
    storage,
    clock,
    newId: () => `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`,
    log: silentLog,
    askRemote: webRemote(config),
  }
}

export const streamOf = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream()

export const pathOf = (url: string): string => new URL(url).pathname

/** Where the export that a kick-off has begun is asked for. */
export const statusPathOf = ({ headers }: { readonly headers: Pick<Headers, 'get'> }): string =>
  pathOf(headers.get('content-location') ?? '')

export const nameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

/** The resources of a file's text, in order. */
export const linesOf = (text: string): readonly Record<string, unknown>[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
