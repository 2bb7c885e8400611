import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { denoServer, withoutDisk } from '../support/deno-server.ts'
import { onDisk } from '../support/on-disk.ts'
import { type R2Server, startR2Server } from '../support/r2-server.ts'
import { startServer } from '../support/server-process.ts'
import { isSqldMissing, type SqldServer, startSqld } from '../support/sqld-server.ts'
import { startWorker } from '../support/worker-server.ts'
import { type FlowResult, type Running, runFlow } from './flow.ts'

/** What shapes the bytes is the same everywhere, and small enough for several files and parts. */
const shape = { PART_BYTES: '5MiB', FILE_BYTES: '8MiB', LOG_LEVEL: 'warn' }

let folder: string
let r2: R2Server
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-runtimes-'))
  r2 = await startR2Server()
})
afterAll(async () => {
  await r2.close()
  await rm(folder, { recursive: true })
})

const placesOf = (name: string) => ({ ...shape, ...onDisk(join(folder, name)) })
const remote = (sqld: SqldServer, name: string) => ({
  ...shape,
  DATABASE_URL: sqld.url,
  ...r2.environment(name),
})

const flowOn = async (running: Promise<Running>): Promise<FlowResult> => {
  const service = await running
  try {
    return await runFlow(service)
  } finally {
    await service.stop()
  }
}

const flowOnRemote = async (start: (env: ReturnType<typeof remote>) => Promise<Running>, name: string) => {
  const sqld = await startSqld()
  try {
    return await flowOn(start(remote(sqld, name)))
  } finally {
    await sqld.stop()
  }
}

describe('Load, export, poll, download and delete', { timeout: 120_000 }, () => {
  let golden: FlowResult
  beforeAll(async () => {
    golden = await flowOn(startServer(placesOf('node')))
  }, 120_000)

  test('on Node with a file and a folder give every resource, in more than one file', () => {
    expect(golden.counts).toEqual({
      Binary: 14,
      Condition: 500,
      DocumentReference: 125,
      Encounter: 500,
      Observation: 1500,
      Patient: 500,
    })
    expect(golden.hashes.length).toBeGreaterThan(6)
  })

  test('on Deno with a file and a folder give the same bytes', async () => {
    const deno = startServer(placesOf('deno'), denoServer('start:deno', join(folder, 'deno')))
    expect(await flowOn(deno)).toEqual(golden)
  })

  test.skipIf(isSqldMissing)('on Node with a libSQL server and a bucket give the same bytes', async () => {
    expect(await flowOnRemote((env) => startServer(env), 'node')).toEqual(golden)
  })

  test.skipIf(isSqldMissing)('on Deno with a libSQL server and a bucket give the same bytes', async () => {
    expect(
      await flowOnRemote((env) => startServer(env, withoutDisk(denoServer('start:deno-remote'))), 'deno'),
    ).toEqual(golden)
  })

  test.skipIf(isSqldMissing)('on Workers with a libSQL server and a bucket give the same bytes', async () => {
    expect(await flowOnRemote(startWorker, 'workers')).toEqual(golden)
  })
})
