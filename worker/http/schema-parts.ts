import { z } from '@hono/zod-openapi'

/** Pieces that several schemas of the administrator's API share. */
export const exampleInstant = '2026-11-20T10:26:46.123Z'

export const instant = (description: string) =>
  z.iso.datetime().openapi({ description, format: 'date-time', example: exampleInstant })

export const amount = (description: string, example: number) =>
  z.int().min(0).openapi({ description, example })
