import { auditEventOf } from '../fhir/audit-event.ts'
import type { Db } from '../store/db.ts'
import { type AuditPlace, type RecordedRow, readAuditOnwards, readLastAuditId } from '../store/read-audit.ts'

/** Rows in memory at once, some hundred bytes each. */
const pageRows = 1000

/**
 * The audit of a time as AuditEvents, a line each, read as fast as they are taken. The first page is read before anything is promised, so that
 * a database that does not answer is a 503. What is recorded meanwhile does not come, or it might never end.
 */
export const auditLines = async (
  db: Db,
  site: string,
  {
    from = 0,
    to = Number.MAX_SAFE_INTEGER,
  }: { readonly from?: number | undefined; readonly to?: number | undefined },
): Promise<ReadableStream<Uint8Array>> => {
  const lastId = await readLastAuditId(db)
  const encoder = new TextEncoder()
  const readPage = (after: AuditPlace) => readAuditOnwards(db, { after, before: to, lastId, limit: pageRows })
  let page: readonly RecordedRow[] | undefined = await readPage({ recordedAt: from, eventId: 0 })
  let last: AuditPlace | undefined
  return new ReadableStream(
    {
      pull: async (controller) => {
        const rows = page ?? (last === undefined ? [] : await readPage(last))
        page = undefined
        last = rows.at(-1)
        if (rows.length > 0)
          controller.enqueue(
            encoder.encode(rows.map((row) => `${JSON.stringify(auditEventOf(row, site))}\n`).join('')),
          )
        if (rows.length < pageRows) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}
