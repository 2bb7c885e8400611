import { expect, test } from 'vitest'
import { runKills } from '../support/kill-run.ts'

test('Exports are the same, and nothing is left behind, though the server is killed again and again', {
  timeout: 120_000,
}, async () => {
  const { exports, files } = await runKills({ kills: 12, seed: 1, patients: 800 })
  expect(exports).toBeGreaterThan(1)
  expect(files).toBeGreaterThan(10)
})
