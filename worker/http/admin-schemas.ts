import { z } from '@hono/zod-openapi'
import { amount, exampleDigest, exampleId, exampleInstant, instant } from './schema-parts.ts'

/** The schemas of what the dashboard reads. They stand beside those of `openapi-schemas.ts`, which refers to them. */
const lines = {
  done: amount('Lines written', 12000),
  total: amount('Lines there will be, as planned; 0 before the plan is made', 50000),
}

const resources = {
  done: amount('Resources written, without the lines of `deleted` and `error`', 12000),
  total: amount('Resources there will be, as planned; 0 before the plan is made', 50000),
}

const job = z
  .object({
    id: z.string().openapi({ example: exampleId }),
    level: z.enum(['system', 'patient', 'group']),
    groupId: z.string().optional().openapi({ description: 'At Group level, its id', example: 'diabetes' }),
    state: z
      .enum(['accepted', 'in-progress', 'completed', 'failed'])
      .openapi({ description: '`accepted` waits for its first turn', example: 'in-progress' }),
    types: z.array(z.string()).openapi({
      description: 'The types asked for, by URL or body; empty when all are',
      example: ['Observation'],
    }),
    patients: z.int().min(0).optional().openapi({
      description: 'How many patients the request lists; absent when it lists none, and is about all',
      example: 2,
    }),
    since: instant('Its `_since`, in whole milliseconds').optional(),
    until: instant('Its `_until`, in whole milliseconds').optional(),
    clientId: z.string().optional().openapi({
      description: 'Whose it is; absent when it is of an administrator, or of anybody with `AUTH=open`',
      example: 'registry',
    }),
    askedBy: z.string().optional().openapi({
      description: 'How that client, or the administrator, was called then',
      example: 'Cancer registry',
    }),
    request: z.string().openapi({
      description: 'The URL of the kick-off request, without what stood in its body',
      example: 'http://127.0.0.1:8080/fhir/$export?_type=Patient',
    }),
    statusUrl: z.string().openapi({
      description: 'The URL of its status request; DELETE there cancels or removes it',
      example: `http://127.0.0.1:8080/fhir/$export-status/${exampleId}`,
    }),
    transactionTime: instant('The point in time of the export'),
    createdAt: instant('When it was asked for'),
    endedAt: instant('When it was completed or failed').optional(),
    expiresAt: instant('When its files go away by themselves').optional(),
    progress: z.object({
      ...resources,
      percent: z
        .int()
        .min(0)
        .max(100)
        .openapi({ description: 'Of all lines; 100 only when it is completed', example: 24 }),
    }),
    failure: z.string().optional().openapi({
      description: 'Why it failed, in a sentence',
      example: 'Cannot finish the export: Cannot upload a part: the storage does not answer (12 attempts)',
    }),
  })
  .openapi({ description: 'An export job' })

const shownJob = job.openapi('Job')

const jobList = z
  .object({
    jobs: z.array(shownJob),
    next: z
      .string()
      .optional()
      .openapi({
        description: 'There are older ones: give this as `after` to read on. Absent at the end',
        example: `1795084006123_${exampleId}`,
      }),
  })
  .openapi({ description: 'Jobs, the newest first' })

export const kind = z
  .enum(['output', 'deleted', 'error'])
  .openapi({ description: 'Its list in the manifest' })
export const type = z.string().openapi({
  description: 'The resource type that it is about; absent where it is about several',
  example: 'Observation',
})

export const jobFile = z.object({
  name: z.string().openapi({ example: 'Observation-1.ndjson' }),
  kind,
  type: type.optional(),
  lines: amount('Lines, exactly', 12000),
  bytes: amount('Bytes, not compressed', 6400000),
  sha256: z.string().optional().openapi({
    description: 'As the manifest has it; absent where an earlier version wrote it',
    example: exampleDigest,
  }),
  url: z
    .string()
    .optional()
    .openapi({
      description: 'Where this service serves it; absent with `FILE_ACCESS=storage`',
      example: `http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_${exampleId}/Observation-1.ndjson`,
    }),
})

const jobDetails = z
  .object({
    job: shownJob,
    types: z
      .array(z.object({ type: type.optional(), kind, ...lines, isDone: z.boolean() }))
      .openapi({ description: 'How far each type has come' }),
    resting: z
      .object({
        type: type.optional(),
        until: instant('When it is tried again'),
        attempts: z.int().min(1).openapi({ description: 'Failures in a row', example: 2 }),
        reason: z.string().openapi({
          description: 'What failed',
          example: 'Cannot upload a part: the storage does not answer',
        }),
      })
      .optional()
      .openapi({ description: 'The first work unit that waits after a failure' }),
    files: z
      .array(jobFile)
      .max(1000)
      .openapi({ description: 'The first 1000 finished files; the manifest has all' }),
    totals: z.object({
      files: amount('Finished files', 3),
      resources: amount('The resources in them, without the lines of `deleted` and `error`', 24000),
      bytes: amount('Their bytes', 12800000),
      problems: amount('Resources that could not be exported', 0),
    }),
  })
  .openapi({ description: 'All there is to know about one job' })

const resourceCounts = z
  .object({
    types: z.array(
      z.object({
        type: z.string().openapi({ example: 'Observation' }),
        count: amount('Current resources, or, where it is not exact, a number that there are at least', 9412),
        isExact: z.boolean().openapi({
          description: 'False where counting stopped at 50,000 stored versions, of which some may be old',
          example: true,
        }),
      }),
    ),
  })
  .openapi({ description: 'Current resources by type; types without any are absent' })

const service = z
  .object({
    version: z.string().openapi({ example: '0.1.0' }),
    fhirBase: z.string().openapi({ example: 'http://127.0.0.1:8080/fhir' }),
    fhirPath: z.string().openapi({ description: 'Empty where FHIR is at the root', example: '/fhir' }),
    fileAccess: z.enum(['proxy', 'capability', 'signed', 'storage']),
  })
  .openapi({ description: 'What the dashboard has to know of this deployment' })

export const adminSchemas = {
  Job: shownJob,
  JobList: jobList,
  JobDetails: jobDetails,
  ResourceCounts: resourceCounts,
  ServiceInfo: service,
} as const

export type JobShown = z.infer<typeof job>
export type JobListShown = z.infer<typeof jobList>
export type JobDetailsShown = z.infer<typeof jobDetails>
export type ResourceCountsShown = z.infer<typeof resourceCounts>
export type ServiceShown = z.infer<typeof service>

export const exampleJob: JobShown = {
  id: exampleId,
  level: 'group',
  groupId: 'diabetes',
  state: 'in-progress',
  types: ['Observation'],
  request: 'http://127.0.0.1:8080/fhir/Group/diabetes/$export?_type=Observation',
  statusUrl: `http://127.0.0.1:8080/fhir/$export-status/${exampleId}`,
  transactionTime: exampleInstant,
  createdAt: exampleInstant,
  progress: { done: 12000, total: 50000, percent: 24 },
}
export const exampleJobDetails: JobDetailsShown = {
  job: exampleJob,
  types: [{ type: 'Observation', kind: 'output', done: 12000, total: 50000, isDone: false }],
  files: [],
  totals: { files: 0, resources: 0, bytes: 0, problems: 0 },
}
