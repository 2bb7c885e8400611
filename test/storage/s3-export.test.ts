import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../worker/config.ts'
import { openObjectStorage } from '../../worker/open-storage.ts'
import { type R2Server, startR2Server } from '../support/r2-server.ts'
import { describeExport } from './describe-export.ts'

const timeout = 120_000
let server: R2Server
beforeAll(async () => {
  server = await startR2Server()
}, timeout)
afterAll(async () => server.close())

describe('openObjectStorage', () => {
  test('opens the bucket of STORAGE_URL with the credentials beside it', async () => {
    const { accessKeyId, secretAccessKey } = server.options.credentials
    const config = loadConfig(
      {
        STORAGE_URL: server.storageUrl('a%20b/+'),
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      },
      'node',
    )
    const storage = openObjectStorage(config)
    const etag = await storage?.put('job/a', new Uint8Array(3), 'text/plain')
    expect(await server.storage('a b/+').head('job/a')).toMatchObject({ bytes: 3, etag })
    expect(storage?.listUploads).toBeUndefined()
  })

  test('leaves folders to those who have a disk', () => {
    expect(openObjectStorage(loadConfig({}, 'node'))).toBeUndefined()
  })
})

describeExport('wrangler’s R2', (prefix) => server.storage(prefix))
