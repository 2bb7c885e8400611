import { test } from 'vitest'
import { runKills } from '../support/kill-run.ts'

test('Exports are the same, and nothing is left behind, though the server is killed a hundred times', async () => {
  const startedAt = performance.now()
  const report = await runKills({ kills: 100, seed: Date.now() % 1_000_000, patients: 2000 })
  console.log({ ...report, tookMs: performance.now() - startedAt })
})
