import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { denoServer, withoutDisk } from '../support/deno-server.ts'
import { onDisk } from '../support/on-disk.ts'
import { setupToken, smartEnvironment } from '../support/principals.ts'
import { type R2Server, startR2Server } from '../support/r2-server.ts'
import { type RemoteServer, saysJson, startRemoteServer } from '../support/remote-server.ts'
import { startServer } from '../support/server-process.ts'
import { makeKey, type TestKey } from '../support/smart.ts'
import { isSqldMissing, startSqld } from '../support/sqld-server.ts'
import { startWorker } from '../support/worker-server.ts'
import type { FlowResult, Running } from './flow.ts'
import { expectedCounts, runSmartFlow, type Scene } from './smart-flow.ts'

/** A set of keys on this machine, which the service has to ask for; and what says so. */
let keys: RemoteServer
let key: TestKey
let r2: R2Server
let folder: string
beforeAll(async () => {
  r2 = await startR2Server()
  key = await makeKey('RS384')
  keys = await startRemoteServer(saysJson({ keys: [key.publicKey] }))
  folder = await mkdtemp(join(tmpdir(), 'sluice-smart-'))
})
afterAll(async () => {
  keys.close()
  await r2.close()
  await rm(folder, { recursive: true })
})

type Variables = Readonly<Record<string, string>>

const smart = (fileAccess: Scene['fileAccess']): Variables => {
  const { AUTH, SECRET_KEY } = smartEnvironment
  return {
    AUTH,
    SECRET_KEY,
    SETUP_TOKEN: setupToken,
    PRIVATE_HOSTS: keys.host,
    FILE_ACCESS: fileAccess,
    LOG_LEVEL: 'warn',
  }
}
const placesOf = (name: string): Variables => onDisk(join(folder, name))

const flowOn = async (running: Promise<Running>, fileAccess: Scene['fileAccess']): Promise<FlowResult> => {
  const service = await running
  const visits = keys.visits.length
  try {
    const keySet = { url: `${keys.url}/jwks.json`, key }
    const result = await runSmartFlow(service, { fileAccess, keySet })
    expect(keys.visits.slice(visits)).toEqual(['/jwks.json'])
    return result
  } finally {
    await service.stop()
  }
}

describe('With AUTH=smart, from the first administrator to the last file,', { timeout: 120_000 }, () => {
  let golden: FlowResult
  beforeAll(async () => {
    golden = await flowOn(startServer({ ...smart('proxy'), ...placesOf('node') }), 'proxy')
  }, 120_000)

  test('a client on Node gets what its scopes let through, and nobody else does', () => {
    expect(golden.counts).toEqual(expectedCounts)
  })

  test('a client on Node gets the same bytes by URLs that open one file each', async () => {
    const server = startServer({ ...smart('capability'), ...placesOf('node-capability') })
    expect(await flowOn(server, 'capability')).toEqual(golden)
  })

  test('a client on Deno gets the same bytes', async () => {
    const server = startServer(
      { ...smart('proxy'), ...placesOf('deno') },
      denoServer('start:deno', join(folder, 'deno')),
    )
    expect(await flowOn(server, 'proxy')).toEqual(golden)
  })

  describe.skipIf(isSqldMissing)('with a libSQL server and a bucket,', () => {
    const onRemote = async (
      start: (env: Variables) => Promise<Running>,
      fileAccess: Scene['fileAccess'],
      name: string,
    ): Promise<FlowResult> => {
      const sqld = await startSqld()
      try {
        const places = {
          DATABASE_URL: sqld.url,
          ...r2.environment(name),
        }
        return await flowOn(start({ ...smart(fileAccess), ...places }), fileAccess)
      } finally {
        await sqld.stop()
      }
    }

    test('a client on Deno gets the same bytes, by URLs that open one file each', async () => {
      const start = (env: Variables) => startServer(env, withoutDisk(denoServer('start:deno-remote')))
      expect(await onRemote(start, 'capability', 'smart-deno')).toEqual(golden)
    })

    test('a client on Workers gets the same bytes', async () => {
      expect(await onRemote(startWorker, 'proxy', 'smart-workers')).toEqual(golden)
    })
  })
})
