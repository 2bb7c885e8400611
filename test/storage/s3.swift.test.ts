import { afterAll, beforeAll, describe } from 'vitest'
import { isSwiftMissing, type SwiftServer, startSwift, swiftPartBytes } from '../support/swift-server.ts'
import { describeStorageContract } from './contract.ts'
import { describeExport } from './describe-export.ts'

/** `npm run test:swift`. */
describe.skipIf(isSwiftMissing)('On OpenStack Swift', () => {
  let server: SwiftServer
  let made = 0
  beforeAll(async () => {
    server = await startSwift()
  }, 60_000)
  afterAll(async () => server.close())

  describeStorageContract('s3Storage, on Swift’s s3api', async () => ({
    // Every test has a bucket of its own, as far as it can see, under a name that has to be encoded.
    storage: server.storage(`sp ace+(ü)%41/☃ '!*${++made}`),
    partBytes: swiftPartBytes,
    cannot: [],
    knowsCompleted: true,
  }))

  describeExport('Swift’s s3api', (prefix) => server.storage(prefix))
})
