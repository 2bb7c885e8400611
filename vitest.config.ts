import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Of two cores one would wait while the other does: tests wait for servers, processes and disks.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: ['test/support/build-web.ts', 'test/support/tell-browser.ts', 'test/support/tell-tools.ts'],
    include: ['test/**/*.test.ts'],
    // Exhaustive versions of tests, for `npm run test:long`, and those for `npm run test:swift`.
    exclude: [...configDefaults.exclude, 'test/**/*.long.test.ts', 'test/**/*.swift.test.ts'],
  },
})
