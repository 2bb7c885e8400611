import { afterAll, beforeAll } from 'vitest'
import { type R2Server, r2PartBytes, startR2Server } from '../support/r2-server.ts'
import { describeStorageContract } from './contract.ts'

let server: R2Server
let made = 0
beforeAll(async () => {
  server = await startR2Server()
}, 60_000)
afterAll(async () => server.close())

describeStorageContract('s3Storage, on wrangler’s R2', async () => ({
  // Every test has a bucket of its own, as far as it can see, under a name that has to be encoded.
  storage: server.storage(`sp ace+(ü)%41/☃ '!*${++made}`),
  partBytes: r2PartBytes,
  cannot: ['listUploads'],
}))
