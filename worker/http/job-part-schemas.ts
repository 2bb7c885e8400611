import { z } from '@hono/zod-openapi'
import { maxExtensionMs } from '../export/extend.ts'
import { jobFile, type } from './admin-schemas.ts'
import { amount, instant, moment } from './schema-parts.ts'

/** The schemas of what a job consists of, and of what can be said to it. */

const next = z.string().optional().openapi({
  description: 'There are more: give this as `after` to read on. Absent at the end',
  example: '12',
})
const unitKind = z
  .enum(['plan', 'output', 'deleted', 'error', 'manifest'])
  .openapi({ description: 'What it makes: the plan, files of a list of the manifest, the manifest' })
const ordinal = amount('The number of the unit in its job', 3)
const fence = amount('How often the unit has been claimed: the lease', 2)

const unit = z
  .object({
    ordinal,
    kind: unitKind,
    type: type.optional(),
    source: z.enum(['scan', 'walk', 'extra', 'block']).openapi({
      description: 'How its rows are read: by type, by patient, beside the compartments, in blocks',
    }),
    range: z
      .object({
        after: z.int().openapi({ example: 1811939328000 }),
        end: z.int().openapi({ example: 1811939829111 }),
        at: z.int().openapi({ example: 1811939500000 }),
      })
      .openapi({ description: 'Its rows are those behind `after` up to `end`; it has come to `at`' }),
    state: z
      .enum(['open', 'completing', 'done'])
      .openapi({ description: '`completing`: a file is being joined' }),
    progress: z.object({
      done: amount('Lines written', 12000),
      total: amount('Lines there will be, as planned', 50000),
    }),
    attempts: amount('Failures in a row', 0),
    lastError: z.string().optional().openapi({
      description: 'What failed last',
      example: 'Cannot write to the storage: it does not answer',
    }),
    restsUntil: instant('It is not tried before').optional(),
    lease: z
      .object({ fence, until: instant('When it ends unless it is renewed') })
      .optional()
      .openapi({ description: 'Somebody works on it. Absent when nobody does' }),
  })
  .openapi({ description: 'A work unit: one type, or one range of one type' })

const slice = z
  .object({
    number: amount('Of its job, in the order of ends', 17),
    unit: ordinal,
    kind: unitKind,
    type: type.optional(),
    fence,
    beganAt: instant('When the unit was claimed'),
    endedAt: instant('When it was given back'),
    rows: amount('Rows read', 4000),
    bytes: amount('Bytes of them', 2097152),
    outcome: z
      .enum(['continues', 'done', 'failed'])
      .openapi({ description: '`done`: with the unit; `continues`: another slice follows' }),
    reason: z
      .string()
      .optional()
      .openapi({ description: 'How it failed', example: 'Cannot write to the storage: it does not answer' }),
  })
  .openapi({
    description: 'Work on a unit under one lease. A fence without a slice was lost with its worker',
  })

const problem = z
  .object({
    position: amount('Of the version in the store', 1811939500000),
    reason: z.string().openapi({
      description: 'Which resource could not be exported, and why',
      example:
        'Cannot export Observation/o1, version 3: what is stored of it is missing, damaged or too long',
    }),
  })
  .openapi({ description: 'A resource that could not be exported' })

export const jobPartSchemas = {
  JobUnits: z.object({ units: z.array(unit), next }).openapi({ description: 'Work units, as planned' }),
  JobSlices: z
    .object({ slices: z.array(slice), next })
    .openapi({ description: 'Slices that have ended, the last one first; a job keeps its last 500' }),
  JobFiles: z
    .object({ files: z.array(jobFile), next })
    .openapi({ description: 'Finished files, in the order of the manifest' }),
  JobProblems: z
    .object({ problems: z.array(problem), next })
    .openapi({ description: 'Resources that could not be exported, in the order of the store' }),
  JobExtension: z
    .strictObject({
      seconds: z
        .int()
        .min(1)
        .max(maxExtensionMs / 1000)
        .optional()
        .openapi({ description: 'By how much later its files go away', example: 604800 }),
      until: moment('When they do').optional(),
    })
    .refine(({ seconds, until }) => (seconds === undefined) !== (until === undefined))
    .openapi({ description: 'How long the files of an export are kept: one of the two' }),
} as const

export type JobUnitsShown = z.infer<typeof jobPartSchemas.JobUnits>
export type JobSlicesShown = z.infer<typeof jobPartSchemas.JobSlices>
export type JobFilesShown = z.infer<typeof jobPartSchemas.JobFiles>
