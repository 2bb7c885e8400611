import { z } from '@hono/zod-openapi'
import { auditActions } from '../platform/audit-action.ts'
import { exampleId, exampleInstant } from './schema-parts.ts'

/** The schemas of the audit, beside those of the rest of the administrator's API. */
export const outcomes = ['success', 'failure', 'refused'] as const

const detailValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])

const auditEvent = z
  .object({
    id: z.int().min(1).openapi({ description: 'Grows with each event', example: 41 }),
    recordedAt: z.iso.datetime().openapi({ format: 'date-time', example: exampleInstant }),
    action: z.enum(auditActions).openapi({ example: 'export.download' }),
    outcome: z.enum(outcomes),
    actor: z.object({
      kind: z
        .enum(['open', 'client', 'administrator', 'system', 'stranger'])
        .openapi({ description: '`open`: anybody, with `AUTH=open`. `system`: the service itself' }),
      id: z.string().optional().openapi({ example: 'research' }),
      name: z.string().optional().openapi({ example: 'Research' }),
    }),
    source: z.string().optional().openapi({
      description: 'The address that the request came from',
      example: '203.0.113.7',
    }),
    job: z.string().optional().openapi({ description: 'The id of the export', example: exampleId }),
    target: z.string().optional().openapi({
      description: 'What it was done to: a Group, a file, a client, an administrator',
      example: 'Patient-1.ndjson',
    }),
    detail: z.record(z.string(), detailValue).openapi({
      description: 'What else is known; it depends on the action',
      example: { bytes: 146515 },
    }),
  })
  .openapi({ description: 'Who did what, when, from where, and how it ended' })

const auditList = z
  .object({
    events: z.array(auditEvent.openapi('AuditedEvent')),
    next: z.string().optional().openapi({
      description: 'There are older ones: give this as `after` to read on. Absent at the end',
      example: '1795084006123_41',
    }),
  })
  .openapi({ description: 'Events of the audit, the newest first' })

export const auditSchemas = { AuditList: auditList } as const

export type AuditedEventShown = z.input<typeof auditEvent>
export type AuditListShown = z.input<typeof auditList>

export const exampleAuditedEvent: AuditedEventShown = {
  id: 41,
  recordedAt: exampleInstant,
  action: 'export.download',
  outcome: 'success',
  actor: { kind: 'client', id: 'research', name: 'Research' },
  source: '203.0.113.7',
  job: exampleId,
  target: 'Patient-1.ndjson',
  detail: { bytes: 146515 },
}
