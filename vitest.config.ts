import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    testTimeout: 60_000,
    globalSetup: ['test/support/build-web.ts', 'test/support/tell-browser.ts', 'test/support/tell-tools.ts'],
    include: ['test/**/*.test.ts'],
    // Exhaustive versions of tests, for `npm run test:long`, and those for `npm run test:swift`.
    exclude: [...configDefaults.exclude, 'test/**/*.long.test.ts', 'test/**/*.swift.test.ts'],
  },
})
