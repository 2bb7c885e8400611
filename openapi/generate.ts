/** Writes `openapi/openapi.json`, what a server of the default configuration serves: `npx node openapi/generate.ts`. A build-time tool. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createClient } from '@libsql/client'
import { loadConfig } from '../worker/config.ts'
import type { Deps } from '../worker/deps.ts'
import { createApp } from '../worker/http/app.ts'
import { openApiDocument } from '../worker/http/openapi-document.ts'
import { systemClock } from '../worker/platform/clock.ts'
import { randomId } from '../worker/platform/ids.ts'
import { silentLog } from '../worker/platform/log.ts'
import { webRemote } from '../worker/platform/web-remote.ts'
import { memoryStorage } from '../worker/storage/memory.ts'
import { createDb } from '../worker/store/db.ts'

export const documentFile = new URL('openapi.json', import.meta.url)

/** Nothing is asked of the database and the storage: routes need them only to answer requests. */
export const generateDocument = (): string => {
  const client = createClient({ url: ':memory:' })
  const config = loadConfig({}, 'node')
  const deps: Deps = {
    config,
    db: createDb(client),
    storage: memoryStorage({ clock: systemClock }),
    clock: systemClock,
    newId: randomId,
    log: silentLog,
    askRemote: webRemote(config),
  }
  const document = openApiDocument(
    createApp(deps, () => {}),
    config,
  )
  client.close()
  return document
}

if (import.meta.main) {
  const document = generateDocument()
  const isFresh = (() => {
    try {
      return readFileSync(documentFile, 'utf8') === document
    } catch {
      return false
    }
  })()
  if (!isFresh) writeFileSync(documentFile, document)
  console.log(`openapi/openapi.json ${isFresh ? 'was up to date' : 'is written'}`)
}
