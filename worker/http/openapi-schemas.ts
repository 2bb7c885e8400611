import { z } from '@hono/zod-openapi'
import type { Manifest } from '../export/manifest.ts'
import type { OperationOutcome } from '../fhir/operation-outcome.ts'
import type { IngestReport } from '../ingest/ingest-report.ts'
import { adminSchemas } from './admin-schemas.ts'
import { administratorSchemas } from './administrator-schemas.ts'
import { auditSchemas } from './audit-schemas.ts'
import { clientSchemas } from './client-schemas.ts'
import { exportListSchema } from './export-list-schema.ts'
import { jobPartSchemas } from './job-part-schemas.ts'
import { oauthSchemas } from './oauth-schemas.ts'
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

const instant = z.iso.datetime().openapi({ format: 'date-time', example: '2026-11-20T10:26:46.123Z' })

const exampleFile =
  'http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Patient-1.ndjson'

const digest = (description: string) => z.string().openapi({ description, example: exampleDigest })
const exampleDigest = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
const exampleStatus = 'http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d'

const fileExtension = z
  .object({
    status: z.literal('completed').openapi({ description: 'A file that is listed is completed' }),
    bytes: z.int().min(1).openapi({ description: 'Its bytes, not compressed', example: 2046163 }),
    partBytes: z
      .int()
      .min(1)
      .openapi({ description: 'Bytes of each part it is uploaded in, but the last', example: 8388608 }),
    sha256: digest(
      'SHA-256 in Base64; of a file that was uploaded in parts as S3 composes it: SHA-256 of the digests of its parts, then `-` and how many there are. Absent where an earlier version of this service wrote the file',
    ).optional(),
    partSha256: z
      .array(digest('SHA-256 in Base64'))
      .optional()
      .openapi({ description: 'The digests of its parts; absent when it was not uploaded in parts' }),
    storageUri: z.string().optional().openapi({
      description:
        'The object as the tools of its storage name it, with the key as it is, not encoded; there with `FILE_ACCESS=storage`',
      example: 's3://exports/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Patient-1.ndjson',
    }),
  })
  .openapi({ description: 'What the IG leaves to servers: how to verify the file' })

const manifestFile = z
  .object({
    type: z.string().optional().openapi({
      description: 'Type of the resources in the file; absent where it has blocks',
      example: 'Patient',
    }),
    url: z.url().openapi({
      description:
        'Where to fetch it, as `FILE_ACCESS` says: from this service; from the storage, signed and for a while; or from the storage, with credentials of your own',
      example: exampleFile,
    }),
    count: z
      .int()
      .min(1)
      .openapi({ description: 'Lines in the file, exactly, headers of blocks among them', example: 615 }),
    continuesInFile: z
      .url()
      .optional()
      .openapi({
        description: 'The URL of the file in which the last block of this one goes on',
        example: exampleFile.replace('Patient-1', 'blocks-2-1'),
      }),
    extension: fileExtension,
  })
  .openapi('ManifestFile', { description: 'A file of NDJSON' })

const files = (description: string) => z.array(manifestFile).openapi({ description })

const manifest = z
  .object({
    transactionTime: instant.openapi({
      description: 'The point in time of the export: use it as the next `_since`',
    }),
    request: z.string().openapi({
      description: 'The URL of the kick-off request',
      example: 'http://127.0.0.1:8080/fhir/$export?_type=Patient',
    }),
    requiresAccessToken: z.boolean().openapi({
      description: 'Whether files want the access token of this service; credentials for a storage are none',
      example: false,
    }),
    outputOrganizedBy: z.literal('Patient').optional().openapi({
      description: 'There where `organizeOutputBy` was',
      example: 'Patient',
    }),
    output: files('Resources, one type a file; or blocks, each of a patient and what is his'),
    deleted: files(
      'Deletions since `_since`, as transaction Bundles; absent when there was no `_since`',
    ).optional(),
    error: files('What a client should know about the export, as OperationOutcomes; of pages, on the last'),
    link: z
      .array(
        z.object({
          relation: z.literal('next'),
          url: z.url().openapi({
            description: 'Where to ask for the page: 202 until there is something for it',
            example: `${exampleStatus}?page=2`,
          }),
        }),
      )
      .length(1)
      .optional()
      .openapi({ description: 'The page that follows, on every page but the last of a manifest in pages' }),
    status: z
      .literal('completed')
      .optional()
      .openapi({ description: 'There with `COMPAT=manifest-status`; not a field of the IG' }),
    extension: z
      .object({
        ehiDocumentationUrl: z.url().openapi({
          description: 'Where the format of the export is documented',
          example: 'https://example.org/ehi-export',
        }),
      })
      .optional()
      .openapi({ description: 'What the IG leaves to servers; there with `EHI_DOCUMENTATION_URL`' }),
  })
  .openapi({
    description: 'The files of an export that has completed, or a page of them',
  }) satisfies z.ZodType<Omit<Manifest, 'deleted' | 'link' | 'status' | 'extension' | 'output' | 'error'>>

export const exampleManifest: Manifest = {
  transactionTime: '2026-11-20T10:26:46.123Z',
  request: 'http://127.0.0.1:8080/fhir/$export?_type=Patient',
  requiresAccessToken: false,
  output: [
    {
      type: 'Patient',
      url: exampleFile,
      count: 615,
      extension: { status: 'completed', bytes: 2046163, partBytes: 8388608, sha256: exampleDigest },
    },
  ],
  error: [],
}

const count = (description: string, example: number) => z.int().min(0).openapi({ description, example })

const ingestReport = z
  .object({
    stored: count('Resources stored, one version each', 1180),
    refused: count('Lines refused', 1),
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
  Manifest: manifest,
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
