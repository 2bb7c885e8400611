import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    testTimeout: 60_000,
    include: ['test/**/*.test.ts'],
    // Exhaustive versions of tests, for `npm run test:long`.
    exclude: [...configDefaults.exclude, 'test/**/*.long.test.ts'],
  },
})
