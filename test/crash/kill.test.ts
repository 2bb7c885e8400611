import { expect, test } from 'vitest'
import { runKills } from '../support/kill-run.ts'
import { aloneOnFiles, sharingServers } from '../support/kill-scenes.ts'
import { r2PartBytes } from '../support/r2-server.ts'
import { isSqldMissing } from '../support/sqld-server.ts'

const timeout = 120_000

test('Exports are the same, and nothing is left behind, though the server is killed again and again', {
  timeout,
}, async () => {
  await using scene = await aloneOnFiles(800)
  const { exports, sizes } = await runKills(scene, { kills: 12, seed: 1 })
  expect(exports).toBeGreaterThan(1)
  expect(sizes.length).toBeGreaterThan(10)
})

test.skipIf(isSqldMissing)(
  'Exports are the same, and nothing is left behind, though two servers share them and either or both are killed',
  { timeout },
  async () => {
    await using scene = await sharingServers(24)
    const { exports, sizes } = await runKills(scene, { kills: 6, seed: 1 })
    expect(exports).toBeGreaterThan(1)
    expect(sizes.filter((bytes) => bytes > 2 * r2PartBytes).length).toBeGreaterThan(0)
  },
)
