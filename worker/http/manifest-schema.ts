import { z } from '@hono/zod-openapi'
import type { Manifest } from '../export/manifest.ts'
import { exampleDigest, exampleId, exampleInstant } from './schema-parts.ts'

/** The schema of manifests. */
const exampleFile = `http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_${exampleId}/Patient-1.ndjson`
const exampleStatus = `http://127.0.0.1:8080/fhir/$export-status/${exampleId}`

const digest = (description: string) => z.string().openapi({ description, example: exampleDigest })

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
    storageUri: z
      .string()
      .optional()
      .openapi({
        description:
          'The object as the tools of its storage name it, with the key as it is, not encoded; there with `FILE_ACCESS=storage`',
        example: `s3://exports/20261120T102646Z_${exampleId}/Patient-1.ndjson`,
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

export const manifestSchema = z
  .object({
    transactionTime: z.iso.datetime().openapi({
      format: 'date-time',
      example: exampleInstant,
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
  transactionTime: exampleInstant,
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
