import type { RouteConfig } from '@hono/zod-openapi'
import { schemaRef } from './openapi-schemas.ts'

type SchemaName = Parameters<typeof schemaRef>[0]

/** A JSON body of a request, for the OpenAPI document. */
export const jsonRequest = (schema: SchemaName, example: object) => ({
  required: true,
  content: { 'application/json': { schema: schemaRef(schema), example } },
})

/** An answer in JSON, for the same. */
export const jsonAnswer = (description: string, schema: SchemaName, example: object) =>
  ({
    description,
    content: { 'application/json': { schema: schemaRef(schema), example } },
  }) satisfies RouteConfig['responses'][string]
