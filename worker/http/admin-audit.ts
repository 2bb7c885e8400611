import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { formatInstant } from '../fhir/instant.ts'
import { type RecordedRow, readAudit } from '../store/read-audit.ts'
import { auditLines } from './audit-lines.ts'
import { readFilter, readInstant, readPlace, searchNames, showPlace } from './audit-parameters.ts'
import { type AuditedEventShown, type AuditListShown, exampleAuditedEvent } from './audit-schemas.ts'
import { readCount, readQuery } from './known-query.ts'
import { noStore } from './no-store.ts'
import { optional } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { schemaRef } from './openapi-schemas.ts'
import { type App, route, serviceRoot } from './route.ts'

/** Who did what: `GET /admin/api/audit`, and all of it as FHIR, `GET /admin/api/audit/export`. */
export const registerAdminAudit = (app: App, deps: Deps): void => {
  route(app, serviceRoot(deps.config), '/admin/api/audit', {
    get: {
      operationId: 'searchAudit',
      summary: 'What was done, by whom and from where, the newest first',
      description:
        'Each filter is for one value exactly, and all of them have to hold. Reads, searches and writes of single resources are not in the audit, unless they were refused.',
      tags: ['Administration'],
      parameters: [
        optional('query', 'actor', 'The id of a client or an administrator', 'research'),
        optional('query', 'action', 'What was done', 'export.download'),
        optional('query', 'outcome', 'How it ended: success, failure, refused', 'refused'),
        optional('query', 'job', 'The id of an export', '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d'),
        optional('query', 'target', 'What it was done to', 'Group/diabetes'),
        optional('query', 'source', 'The address that the request came from', '203.0.113.7'),
        ...period,
        optional('query', 'after', 'Goes on behind a page: its `next`', exampleNext),
        optional('query', 'count', 'At most so many; 50 unless told, 500 at most', '20'),
      ],
      responses: {
        200: {
          description: 'A page of events',
          content: {
            'application/json': {
              schema: schemaRef('AuditList'),
              example: { events: [exampleAuditedEvent], next: exampleNext },
            },
          },
        },
        ...outcomes(400, 403, 503),
      },
      access: 'viewer',
      handler: (c) => answerSearch(c, deps),
    },
  })
  route(app, serviceRoot(deps.config), '/admin/api/audit/export', {
    get: {
      operationId: 'exportAudit',
      summary: 'The audit as FHIR R4 AuditEvents, the oldest first',
      description:
        'NDJSON of any length, up to the event that was the last when it began. An answer that ends early is not whole: it breaks off, and does not end.',
      tags: ['Administration'],
      parameters: period,
      responses: {
        200: {
          description: 'One AuditEvent a line',
          content: {
            [ndjson]: {
              schema: { type: 'string' },
              example: '{"resourceType":"AuditEvent","id":"audit-41"}\n',
            },
          },
        },
        ...outcomes(400, 403, 503),
      },
      access: 'viewer',
      handler: (c) => answerExport(c, deps),
      refusesHead: true,
    },
  })
}

const ndjson = 'application/fhir+ndjson'
const exampleNext = '1795084006123_41'
const period = [
  optional('query', 'from', 'Only events from this instant on', '2026-11-01T00:00:00Z'),
  optional('query', 'to', 'Only events before this instant', '2026-12-01'),
]

/** One event more than asked for is read: it tells whether the list goes on. */
const answerSearch = async (c: Context, { db }: Deps): Promise<Response> => {
  const given = readQuery(c, searchNames)
  const limit = readCount(given.count, 50, 500)
  const events = await readAudit(db, readFilter(given), { after: readPlace(given.after), limit: limit + 1 })
  const page = events.slice(0, limit)
  const last = page.at(-1)
  const list: AuditListShown = {
    events: page.map(showEvent),
    ...(events.length > limit && last !== undefined ? { next: showPlace(last) } : {}),
  }
  return c.json(list, 200, noStore)
}

const answerExport = async (c: Context, { db, config }: Deps): Promise<Response> => {
  const { from, to } = readQuery(c, ['from', 'to'])
  const lines = await auditLines(db, config.baseUrl, {
    from: readInstant('from', from),
    to: readInstant('to', to),
  })
  return c.body(lines, 200, { 'Content-Type': ndjson, ...noStore })
}

const showEvent = ({ eventId, recordedAt, jobId, target, ...event }: RecordedRow): AuditedEventShown => {
  const { source, kind, id, name } = event.actor
  return {
    id: eventId,
    recordedAt: formatInstant(recordedAt),
    action: event.action,
    outcome: event.outcome,
    actor: { kind, ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) },
    ...(source === undefined ? {} : { source }),
    ...(jobId === undefined ? {} : { job: jobId }),
    ...(target === undefined ? {} : { target }),
    detail: event.detail,
  }
}
