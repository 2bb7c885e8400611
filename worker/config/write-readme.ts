/** Brings the configuration table of the README up to date: `npx node worker/config/write-readme.ts`. A build-time tool. */
import { readFileSync, writeFileSync } from 'node:fs'
import { withConfigurationTable } from './table.ts'

const readme = new URL('../../README.md', import.meta.url)
const text = withConfigurationTable(readFileSync(readme, 'utf8'))
if (text === undefined) {
  console.error(
    'Cannot write the configuration table: README.md lacks <!-- configuration --> and <!-- /configuration -->',
  )
  process.exitCode = 1
} else {
  writeFileSync(readme, text)
}
