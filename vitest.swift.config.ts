import { defineConfig } from 'vitest/config'

/** Tests on OpenStack Swift, which only those can run who have installed it. */
export default defineConfig({
  test: { include: ['test/**/*.swift.test.ts'], testTimeout: 60_000 },
})
