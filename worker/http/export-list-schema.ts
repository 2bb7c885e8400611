import { z } from '@hono/zod-openapi'
import { exampleId, exampleInstant, instant } from './schema-parts.ts'

const statusUrl = `http://127.0.0.1:8080/fhir/$export-status/${exampleId}`

const listedExport = z.object({
  id: z.string().openapi({ description: '`_since=job:<id>` goes on from it', example: exampleId }),
  statusUrl: z.string().openapi({ description: 'Its polling location', example: statusUrl }),
  level: z.enum(['system', 'patient', 'group']),
  state: z.enum(['accepted', 'in-progress', 'completed', 'failed']),
  percent: z.int().min(0).max(100).openapi({ description: '100 only when it is completed', example: 24 }),
  transactionTime: instant('The point in time of the export'),
  request: z.string().openapi({
    description: 'The URL of the kick-off request, without what stood in its body',
    example: 'http://127.0.0.1:8080/fhir/$export?_type=Patient',
  }),
  createdAt: instant('When it was asked for'),
  endedAt: instant('When it was completed or failed').optional(),
  expiresAt: instant('When its files go away by themselves').optional(),
})

export const exportListSchema = z
  .object({
    exports: z.array(listedExport),
    link: z.array(z.object({ relation: z.literal('next'), url: z.string() })).openapi({
      description: 'Where the list goes on; empty at its end',
    }),
  })
  .openapi({ description: 'The exports of a client, the newest first' })

export type ExportListShown = z.infer<typeof exportListSchema>

export const exampleExportList: ExportListShown = {
  exports: [
    {
      id: exampleId,
      statusUrl,
      level: 'system',
      state: 'in-progress',
      percent: 24,
      transactionTime: exampleInstant,
      request: 'http://127.0.0.1:8080/fhir/$export?_type=Patient',
      createdAt: exampleInstant,
    },
  ],
  link: [
    {
      relation: 'next',
      url: `http://127.0.0.1:8080/fhir/$export-status?_count=1&_after=1795170406123_${exampleId}`,
    },
  ],
}
