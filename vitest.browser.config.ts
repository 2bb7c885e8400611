import { defineConfig } from 'vitest/config'

/** The dashboard in a real browser; `npm test` runs it too, where it finds one. */
export default defineConfig({
  test: {
    include: ['test/browser/*.test.ts'],
    testTimeout: 60_000,
    globalSetup: ['test/support/build-web.ts', 'test/support/tell-browser.ts'],
  },
})
