import { z } from '@hono/zod-openapi'

/** Pieces that several schemas share. */
export const exampleId = '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d'
export const exampleInstant = '2026-11-20T10:26:46.123Z'
export const exampleDigest = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='

export const instant = (description: string) =>
  z.iso.datetime().openapi({ description, format: 'date-time', example: exampleInstant })

/** As somebody says it who sends a request. */
export const moment = (description: string) =>
  z
    .union([z.iso.datetime({ offset: true }), z.iso.date()])
    .refine((text) => Date.parse(text) < Date.UTC(10_000, 0)) // an offset may lead beyond the years that can be written
    .openapi({ description: `${description}; a date is its first instant in UTC`, example: exampleInstant })

export const amount = (description: string, example: number) =>
  z.int().min(0).openapi({ description, example })
