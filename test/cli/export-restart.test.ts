import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fileUrlOfPath } from '../../worker/config/file-url.ts'
import { freePort } from '../support/free-port.ts'
import { ndjson, populationLines } from '../support/population.ts'
import { runCli } from '../support/run-cli.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { startThrottleProxy, type ThrottleProxy } from '../support/throttle-proxy.ts'

/** Observations take more than a second on the way. */
const lines = populationLines(1000)

let folder: string
let port: number
let server: ServerProcess | undefined
let proxy: ThrottleProxy | undefined
let requests: string[]
let onRequest: (text: string) => void
beforeAll(() => {
  expect(lines).toHaveLength(6_250)
})
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-restart-'))
  port = await freePort()
  requests = []
  onRequest = () => {}
  proxy = await startThrottleProxy(
    () => port,
    900,
    (text) => {
      requests.push(text)
      onRequest(text)
    },
  )
  writeFileSync(join(folder, 'all.ndjson'), ndjson(lines))
  await start()
  const load = ['load', '--server', `http://127.0.0.1:${port}`, join(folder, 'all.ndjson')]
  expect((await runCli(load)).exitCode).toBe(0)
})
afterEach(async () => {
  await server?.kill()
  await proxy?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** On small pages, so that an export takes some seconds; links lead through the proxy. */
const start = async (): Promise<void> => {
  server = await startServer({
    PORT: String(port),
    BASE_URL: proxy?.url ?? '',
    LOG_LEVEL: 'error',
    PAGE_ROWS: '5',
    LANES: '1',
    DATABASE_URL: fileUrlOfPath(join(folder, 'data/sluice.db')),
    STORAGE_URL: fileUrlOfPath(join(folder, 'exports')),
  })
}

const restart = async (): Promise<void> => {
  await server?.kill()
  proxy?.cut()
  await sleep(700)
  await start()
}

const exportArgs = (): readonly string[] => [
  'export',
  ...['--server', `${proxy?.url}/fhir`, '--out', join(folder, 'out'), '--parallel', '1', '--json'],
]

const count = (pattern: RegExp): number => requests.filter((text) => pattern.test(text)).length

/** Every line as it was given, but for `meta`; and each file as the server has it. */
const expectComplete = (stdout: string): void => {
  const report = JSON.parse(stdout)
  expect(report).toMatchObject({ outcome: 'verified', resources: lines.length })
  const names: readonly string[] = report.files.map(({ name }: { name: string }) => name)
  const text = names.map((name) => readFileSync(join(folder, 'out', name), 'utf8')).join('')
  const plain = text.replace(/"meta":\{"versionId":"1","lastUpdated":"[^"]+"\},?/g, '')
  const ids = (all: string) => [...all.matchAll(/"id":"(p\d+[^"]*)"/g)].map(([, id]) => id).toSorted()
  expect(ids(plain)).toEqual(ids(ndjson(lines)))
  expect(count(/\/\$export HTTP/)).toBe(1)
}

describe('an export whose server is killed and comes back', () => {
  it('while it is asked how far it is: is complete and verified', async () => {
    const restarted = Promise.withResolvers<void>()
    onRequest = (text) => {
      if (!text.includes('/$export-status/')) return
      onRequest = () => {}
      restart().then(restarted.resolve, restarted.reject)
    }
    const { exitCode, stdout, stderr } = await runCli(exportArgs())
    await restarted.promise
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(count(/\/\$export-status\//)).toBeGreaterThan(2)
    expectComplete(stdout)
  })

  it('while files are fetched: goes on where it was, and is complete and verified', async () => {
    const restarted = Promise.withResolvers<void>()
    onRequest = (text) => {
      if (!text.includes('/Observation-1.ndjson')) return
      onRequest = () => {}
      sleep(300).then(restart).then(restarted.resolve, restarted.reject)
    }
    const { exitCode, stdout, stderr } = await runCli(exportArgs())
    await restarted.promise
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(count(/\nrange: bytes=[1-9]/i)).toBeGreaterThan(0)
    expectComplete(stdout)
  })
})

describe('an export that is killed itself', () => {
  it('while files are fetched: goes on when it is run again', async () => {
    const cli = fileURLToPath(new URL('../../worker/cli/sluice.ts', import.meta.url))
    const child = spawn(process.execPath, [cli, ...exportArgs()], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    onRequest = (text) => {
      if (text.includes('/Observation-1.ndjson')) setTimeout(() => child.kill('SIGKILL'), 300)
    }
    expect(await ended).toEqual([null, 'SIGKILL'])
    onRequest = () => {}
    const { exitCode, stdout, stderr } = await runCli(exportArgs())
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('goes on with the export that began at '),
    })
    expect(count(/\nrange: bytes=[1-9]/i)).toBe(1)
    expect(count(/\/Condition-1\.ndjson/)).toBe(1) // it was there already
    expectComplete(stdout)
  })
})
