/** Writes `web/src/lib/api/schema.d.ts`, the types of the client, from `openapi/openapi.json`: `npx node web/generate-types.ts`. A build-time tool. */
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

export const typesFile = new URL('src/lib/api/schema.d.ts', import.meta.url)
const documentFile = new URL('../openapi/openapi.json', import.meta.url)

const banner = '// Generated from openapi/openapi.json by `npm run generate`. Do not edit.\n\n'

export const generateTypes = async (): Promise<string> =>
  banner + astToString(await openapiTS(JSON.parse(readFileSync(documentFile, 'utf8'))))

if (import.meta.main) {
  const types = await generateTypes()
  writeFileSync(typesFile, types)
  console.log(`web/src/lib/api/schema.d.ts is written (${types.length} characters)`)
}
