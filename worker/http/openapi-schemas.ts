import { z } from '@hono/zod-openapi'
import type { OperationOutcome } from '../fhir/operation-outcome.ts'
import type { IngestReport } from '../ingest/ingest-report.ts'
import { adminSchemas } from './admin-schemas.ts'
import { administratorSchemas } from './administrator-schemas.ts'
import { auditSchemas } from './audit-schemas.ts'
import { clientSchemas } from './client-schemas.ts'
import { exportListSchema } from './export-list-schema.ts'
import { jobPartSchemas } from './job-part-schemas.ts'
import { manifestSchema } from './manifest-schema.ts'
import { oauthSchemas } from './oauth-schemas.ts'
import { amount } from './schema-parts.ts'
import { signInSchemas } from './sign-in-schemas.ts'

/** The schemas of what the service itself makes, by the names under which the OpenAPI document refers to them. */
const outcome = z
  .object({
    resourceType: z.literal('OperationOutcome'),
    issue: z
      .array(
        z.object({
          severity: z.enum(['fatal', 'error', 'warning', 'information']),
          code: z
            .string()
            .openapi({ description: 'A code of http://hl7.org/fhir/issue-type', example: 'not-found' }),
          diagnostics: z.string().openapi({ description: 'What happened, in a sentence' }),
        }),
      )
      .min(1),
  })
  .openapi({
    description: 'What went wrong, or right (FHIR R4 OperationOutcome)',
    example: {
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code: 'not-supported',
          diagnostics: 'Cannot process parameter "_summary": it is not supported',
        },
      ],
    },
  }) satisfies z.ZodType<OperationOutcome>

const ingestReport = z
  .object({
    stored: amount('Resources stored, one version each', 1180),
    refused: amount('Lines refused', 1),
    problems: z
      .array(
        z.object({
          line: z
            .int()
            .min(1)
            .openapi({ description: 'Its number, from 1, blank lines counted', example: 7 }),
          reason: z.string().openapi({ example: 'Cannot read the resource: it has no id' }),
        }),
      )
      .max(1000)
      .openapi({ description: 'The first 1000 lines that were refused' }),
  })
  .openapi({
    description: 'What became of the lines of an ingest request',
  }) satisfies z.ZodType<IngestReport>

const health = z.object({ status: z.literal('ok') }).openapi({ description: 'The service can do its work' })

export const schemas = {
  OperationOutcome: outcome,
  Manifest: manifestSchema,
  ExportList: exportListSchema,
  IngestReport: ingestReport,
  Health: health,
  ...adminSchemas,
  ...clientSchemas,
  ...oauthSchemas,
  ...jobPartSchemas,
  ...auditSchemas,
  ...signInSchemas,
  ...administratorSchemas,
} as const

export const schemaRef = (name: keyof typeof schemas): { readonly $ref: string } => ({
  $ref: `#/components/schemas/${name}`,
})
