import { defineConfig } from 'vitest/config'

/** Exhaustive versions of tests, too slow for every `npm test`. */
export default defineConfig({
  test: { include: ['test/**/*.long.test.ts'], testTimeout: 1_800_000 },
})
