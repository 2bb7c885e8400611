import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomId } from '../../worker/platform/ids.ts'
import { diskStorage } from '../../worker/storage/disk.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import type { Db } from '../../worker/store/db.ts'
import { openDatabase } from '../../worker/store/open-database.ts'
import { connectRemote, createRemoteDb } from '../../worker/store/open-remote-database.ts'
import { startLatencyProxy } from '../support/latency-proxy.ts'
import { startR2Server } from '../support/r2-server.ts'
import { isSqldMissing, startSqld } from '../support/sqld-server.ts'
import { type Measured, measureEngine } from './bench-engine.ts'
import { exportAll, type Running, startServer } from './bench-server.ts'
import { benchLoad, median, requiredFolder, row } from './bench-tools.ts'

/**
 * `npm run bench:remote [-- folder]`: loads a folder of NDJSON into a file and into a libSQL server on loopback, and measures
 * system-level exports from kick-off to completed, in turns, in one run on one machine:
 * - from the file to disk, which the ratios are to;
 * - from the server to disk, and to a bucket on loopback;
 * - from the server through a proxy that adds 30 ms to each request;
 * - from the server with `accept-encoding` left alone, to show why the service does not leave it so;
 * - from the server to the bucket by one process, and by two that share the job.
 * Server, bucket and exporters share the processors: two processes gain nothing where one keeps them busy.
 */
const rounds = 3
const latencyMs = 30

/** `requests` to the database, of the engine. */
type Counted = Measured & { readonly requests: number }
type Case = { readonly name: string; readonly rounds: number; readonly run: () => Promise<Counted> }

const main = async (folder: string): Promise<void> => {
  const work = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  await using closing = new AsyncDisposableStack()
  closing.defer(async () => rmSync(work, { recursive: true, force: true }))
  const sqld = await startSqld()
  closing.defer(() => sqld.stop())
  const proxy = await startLatencyProxy(sqld.url, latencyMs)
  closing.defer(() => proxy.close())
  const r2 = await startR2Server()
  closing.defer(() => r2.close())
  const file = `file:${join(work, 'sluice.db')}`
  const exports = join(work, 'exports')
  mkdirSync(exports)
  const disk = () => diskStorage({ root: exports, newId: randomId })

  for (const url of [file, sqld.url]) {
    const { stored, perSecond } = benchLoad(url, folder)
    row(
      'load',
      `${url === file ? 'file' : 'sqld'}: ${stored} resources, ${Math.round(perSecond)} resources/s`,
    )
  }
  const bytes = await benchCases([
    { name: 'file → disk', rounds, run: () => exportFile(file, disk()) },
    { name: 'sqld → disk', rounds, run: () => exportServer(sqld.url, disk()) },
    { name: 'sqld → bucket', rounds, run: () => exportServer(sqld.url, r2.storage('engine')) },
    { name: `sqld + ${latencyMs} ms → disk`, rounds, run: () => exportServer(proxy.url, disk()) },
    {
      name: 'sqld, accept-encoding left alone → disk',
      rounds: 1,
      run: () => exportServer(sqld.url, disk(), asFetchComes),
    },
  ])
  const { accessKeyId, secretAccessKey } = r2.options.credentials
  const env = {
    DATABASE_URL: sqld.url,
    STORAGE_URL: r2.storageUrl('processes'),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }
  const one = await benchProcesses(1, env)
  const two = await benchProcesses(2, env)
  row('processes', `one: ${speed(bytes, one, one)}`)
  row('', `two: ${speed(bytes, two, one)}`)
}

/** Runs the cases in turns, and prints each against the first. Returns how many bytes an export has. */
const benchCases = async (cases: readonly Case[]): Promise<number> => {
  const results = cases.map(({ name }) => ({ name, runs: [] as Counted[] }))
  for (let round = 0; round < rounds; round++) {
    for (const [index, each] of cases.entries()) {
      if (round < each.rounds) results[index]?.runs.push(await each.run())
    }
  }
  const [reference = Number.NaN] = results.map(({ runs }) => median(runs.map(({ seconds }) => seconds)))
  for (const { name, runs } of results) {
    const [run] = runs
    if (run === undefined) continue
    row('export', `${name}: ${speed(run.bytes, median(runs.map(({ seconds }) => seconds)), reference)}`)
    if (run.requests > 0) row('', requestsOf(run))
  }
  return results[0]?.runs[0]?.bytes ?? 0
}

const speed = (bytes: number, seconds: number, reference: number): string =>
  `${seconds.toFixed(2)} s, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s, ratio ${(reference / seconds).toFixed(2)}`

const requestsOf = ({ requests, statements, parts, bytes }: Counted): string =>
  `${requests} requests to the database, ${(requests / (bytes / 1e6)).toFixed(1)} per MB; ` +
  `${statements} statements, ${(statements / parts).toFixed(1)} per part (${parts} parts)`

const exportFile = async (url: string, storage: Storage): Promise<Counted> => {
  const [engineDb, clientDb] = [
    await openDatabase(url, 0, 'progress'),
    await openDatabase(url, 0, 'acknowledged'),
  ]
  return { ...(await measureAndClose(engineDb, clientDb, storage)), requests: 0 }
}

const exportServer = async (url: string, storage: Storage, send: typeof fetch = fetch): Promise<Counted> => {
  let requests = 0
  const counting: typeof fetch = (...call) => {
    requests++
    return send(...call)
  }
  const connect = (by: typeof fetch): Db =>
    createRemoteDb(connectRemote({ url, authToken: undefined }, undefined, by))
  return { ...(await measureAndClose(connect(counting), connect(send), storage)), requests }
}

const measureAndClose = async (engineDb: Db, clientDb: Db, storage: Storage): Promise<Measured> => {
  try {
    return await measureEngine(engineDb, clientDb, storage)
  } finally {
    engineDb.close()
    clientDb.close()
  }
}

/** Without the header that the service sets, so that `fetch` asks for what it can decode. */
const asFetchComes: typeof fetch = (input, init) => {
  const request = new Request(input)
  request.headers.delete('accept-encoding')
  return fetch(request, init)
}

/** Processes of the service on one database and one bucket; the client asks now one, now the other, as behind a load balancer. */
const benchProcesses = async (count: number, env: Readonly<Record<string, string>>): Promise<number> => {
  const running: Running[] = []
  try {
    while (running.length < count) running.push(await startServer(env))
    const origins = running.map(({ base }) => new URL(base).origin)
    let asked = 0
    const ask = (url: string, init?: RequestInit) =>
      fetch(new URL(new URL(url).pathname, origins[asked++ % count]), init)
    const times: number[] = []
    while (times.length < rounds) times.push((await exportAll(running[0]?.base ?? '', ask)).seconds)
    return median(times)
  } finally {
    for (const server of running) await server.stop()
  }
}

if (isSqldMissing) process.exit(2) // it has been said why
await main(requiredFolder('bench:remote'))
