import { z } from '@hono/zod-openapi'

/** Pieces that several schemas share. */
export const exampleId = '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d'
export const exampleInstant = '2026-11-20T10:26:46.123Z'
export const exampleDigest = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='

export const instant = (description: string) =>
  z.iso.datetime().openapi({ description, format: 'date-time', example: exampleInstant })

export const amount = (description: string, example: number) =>
  z.int().min(0).openapi({ description, example })
