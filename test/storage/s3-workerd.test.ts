import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTestHarness } from 'wrangler'
import { memoryStorage } from '../../worker/storage/memory.ts'
import { exerciseStorage } from '../support/exercise-storage.ts'
import { r2PartBytes, startR2Server } from '../support/r2-server.ts'

test('s3Storage does in workerd what it does in Node', { timeout: 60_000 }, async () => {
  const server = await startR2Server()
  const main = join(import.meta.dirname, '../support/exercise-worker.ts')
  const root = await mkdtemp(join(tmpdir(), 'sluice-workerd-'))
  const harness = createTestHarness({
    root,
    workers: [{ config: { name: 'exercise', main, compatibility_date: '2026-01-01' } }],
  })
  try {
    const options = { ...server.options, prefix: 'sp ace+ü/workerd' }
    await harness.listen()
    const response = await harness.fetch('/', {
      method: 'POST',
      body: JSON.stringify({ options, partBytes: r2PartBytes }),
    })
    const inWorkerd = await response.json()
    const inNode = await exerciseStorage(server.storage('node'), r2PartBytes)
    expect(inWorkerd).toEqual(inNode)
    const inMemory = await exerciseStorage(memoryStorage({ clock: Date }), r2PartBytes)
    expect(inNode.filter((line) => !line.startsWith('signed'))).toEqual(inMemory)
  } finally {
    await harness.close()
    await server.close()
    await rm(root, { recursive: true, force: true })
  }
})
