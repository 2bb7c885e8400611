import type { Deps } from '../deps.ts'
import type { Actor } from '../platform/actor.ts'
import { writeAudit } from '../store/audit.ts'
import { ingestNdjson } from './ingest-ndjson.ts'
import type { IngestReport } from './ingest-report.ts'

/**
 * Loads an NDJSON stream, and records that it was: one row at its end, for a load is many transactions. One that breaks off is recorded too,
 * without counts, for some of it may be stored.
 */
export const loadResources = async (
  deps: Deps,
  stream: ReadableStream<Uint8Array>,
  actor: Actor,
): Promise<IngestReport> => {
  const record = (outcome: 'success' | 'failure', counts?: { stored: number; refused: number }) =>
    writeAudit(deps.db, { at: deps.clock.now(), action: 'resource.load', outcome, actor, detail: counts })
  const report = await ingestNdjson(deps, stream).catch(async (error: unknown) => {
    await record('failure').catch(() => {
      throw error // most likely for the same reason
    })
    throw error
  })
  await record('success', { stored: report.stored, refused: report.refused })
  return report
}
