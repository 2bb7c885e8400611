import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { denoPath, denoServer } from '../support/deno-server.ts'
import { onDisk } from '../support/on-disk.ts'
import { populationLines } from '../support/population.ts'
import { type Program, startServer } from '../support/server-process.ts'
import { attachmentLines, completed, kickOff, load } from './flow.ts'

describe('deno serve', { timeout: 60_000 }, () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-deno-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const env = () => ({
    ...onDisk(folder),
    LOG_LEVEL: 'error',
  })
  const program = () => denoServer('start:deno', folder)
  const listeningOn = (host: string): Program => {
    const { args, ...rest } = program()
    return { ...rest, args: args.map((arg) => (arg.startsWith('--host=') ? `--host=${host}` : arg)) }
  }

  test('sends what it has begun when it is asked to end, and leaves its exports to the next', async () => {
    const first = await startServer({ ...env(), FILE_BYTES: '0', TICK_ROWS: '10', PAGE_ROWS: '5' }, program())
    await load(first.url, [...attachmentLines(12, 1_000_000), ...populationLines(100)])
    const done = await kickOff(first.url)
    const manifest = await completed(first.url, done)
    const left = await kickOff(first.url)
    const response = await fetch(manifest.output.find(({ type }) => type === 'Binary')?.url ?? '', {
      headers: { 'accept-encoding': 'identity' },
    })
    const stopped = first.stop()
    await sleep(100)
    const bytes = await response.bytes()
    expect(bytes.length).toBe(Number(response.headers.get('content-length')))
    expect(bytes.length).toBeGreaterThan(12_000_000)
    await stopped
    expect(first.stderr()).toBe('')

    const next = await startServer(env(), program())
    expect((await completed(next.url, left)).output.map(({ count }) => count)).toEqual(
      manifest.output.map(({ count }) => count),
    )
    await next.kill('SIGINT')
    expect(next.stderr()).toBe('')
  })

  test('keeps its files for the user it runs as', async () => {
    const server = await startServer(env(), program())
    await server.stop()
    expect((await stat(join(folder, 'sluice.db'))).mode & 0o077).toBe(0)
  })

  test('is refused a file that another process has, by name', async () => {
    const server = await startServer(env(), program())
    await expect(startServer(env())).rejects.toThrow(/held by sluice serve/)
    await expect(startServer(env(), program())).rejects.toThrow(/held by sluice serve/)
    await server.stop()
  })

  test('does not listen where HOST does not say', async () => {
    await expect(startServer(env(), listeningOn('0.0.0.0'))).rejects.toThrow(
      'Cannot serve at "0.0.0.0": HOST is "127.0.0.1"; start with --host=127.0.0.1',
    )
  })

  test('says what is wrong with its settings, and ends', async () => {
    await expect(startServer({ ...env(), PART_BYTES: 'x' }, program())).rejects.toThrow(
      'Cannot use PART_BYTES "x"',
    )
  })

  test('on Deno Deploy is not open, and has no disk', async () => {
    const deployed = { ...env(), DENO_DEPLOYMENT_ID: 'd', AUTH: 'open', BASE_URL: 'https://example.org' }
    await expect(startServer(deployed, program())).rejects.toThrow(/Cannot use AUTH.*\n.*no disk/)
  })

  test('type-checks with Deno', async () => {
    const cwd = join(import.meta.dirname, '../..')
    await promisify(execFile)(denoPath(), ['check', 'worker/deno.ts'], { cwd })
  })
})
