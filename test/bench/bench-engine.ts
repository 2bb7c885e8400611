import { loadConfig } from '../../worker/config.ts'
import type { Deps } from '../../worker/deps.ts'
import { meterDeps } from '../../worker/export/budget.ts'
import { startEngineLoop } from '../../worker/export/engine-loop.ts'
import { createApp } from '../../worker/http/app.ts'
import { randomId } from '../../worker/platform/ids.ts'
import { consoleLog } from '../../worker/platform/log.ts'
import { nodeClock } from '../../worker/platform/node/clock.ts'
import { webRemote } from '../../worker/platform/web-remote.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import type { Db } from '../../worker/store/db.ts'
import { type Exported, exportAll } from './bench-server.ts'

/** What an export takes beside time. */
type Counts = { statements: number; parts: number; bytes: number }
export type Measured = Exported & Counts

/**
 * An export by a service in this process, so that a bench can count what its engine asks of the database, and can reach that in a way no
 * setting allows. What the client asks (kick-off, status) goes over `clientDb` and is not counted.
 */
export const measureEngine = async (engineDb: Db, clientDb: Db, storage: Storage): Promise<Measured> => {
  const config = loadConfig({ POLL_BURST: '1000000' }, 'node')
  const deps: Deps = {
    config,
    db: clientDb,
    storage,
    clock: nodeClock,
    newId: randomId,
    log: consoleLog('warn', nodeClock.now),
    askRemote: webRemote(config),
  }
  const counts: Counts = { statements: 0, parts: 0, bytes: 0 }
  const engine = startEngineLoop(countingDeps({ ...deps, db: engineDb }, counts))
  const app = createApp(deps, engine.wake)
  try {
    const ask = async (url: string, init?: RequestInit) =>
      app.request(url, { ...init, headers: { host: new URL(url).host } })
    return { ...(await exportAll(config.baseUrl + config.fhirPath, ask)), ...counts }
  } finally {
    await engine.stop(5000)
  }
}

const countingDeps = (deps: Deps, counts: Counts): Deps => {
  const { storage } = deps
  const counting: Storage = {
    ...storage,
    put: (key, bytes, ...rest) => {
      counts.bytes += bytes.length
      return storage.put(key, bytes, ...rest)
    },
    uploadPart: (upload, partNumber, bytes) => {
      counts.parts++
      counts.bytes += bytes.length
      return storage.uploadPart(upload, partNumber, bytes)
    },
  }
  const spend = (kind: string, amount: number) => {
    if (kind === 'statements') counts.statements += amount
  }
  return meterDeps(
    { ...deps, storage: counting },
    { spend, left: () => Number.POSITIVE_INFINITY, isSpent: () => false },
  )
}
