import { howToGetTools, missingTools } from './find-tools.ts'

/** After all tests, as with the browser. */
export default (): (() => void) | undefined =>
  missingTools.length > 0
    ? () => console.warn(`\nThe script of the README was not tested: ${howToGetTools}.\n`)
    : undefined
