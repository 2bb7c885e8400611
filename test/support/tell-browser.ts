import { findBrowser, howToGetBrowser } from './find-browser.ts'

/** After all tests, where it is seen: a reporter counts what was skipped and does not say why. */
export default (): (() => void) | undefined =>
  findBrowser() === undefined
    ? () => console.warn(`\nThe browser tests were not run: ${howToGetBrowser}.\n`)
    : undefined
