import { test } from 'vitest'
import { type KillReport, type KillRun, runKills } from '../support/kill-run.ts'
import { aloneOnFiles, type KillScene, sharingServers } from '../support/kill-scenes.ts'
import { isSqldMissing } from '../support/sqld-server.ts'

test('Exports are the same, and nothing is left behind, though the server is killed a hundred times', async () => {
  await using scene = await aloneOnFiles(2000)
  console.log(await killAHundredTimes(scene))
})

test.skipIf(isSqldMissing)(
  'Exports are the same, and nothing is left behind, though two servers that share them are killed a hundred times',
  async () => {
    await using scene = await sharingServers(96)
    console.log(await killAHundredTimes(scene))
  },
)

const killAHundredTimes = async (
  scene: KillScene,
): Promise<KillRun & KillReport & { readonly tookMs: number }> => {
  const startedAt = performance.now()
  const run = { kills: 100, seed: Date.now() % 1_000_000 }
  const report = await runKills(scene, run)
  return { ...run, ...report, tookMs: performance.now() - startedAt }
}
