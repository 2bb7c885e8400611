import { z } from '@hono/zod-openapi'
import type { Client } from '../store/clients.ts'
import { exampleInstant, instant } from './schema-parts.ts'

/** What an administrator says of a client, and is told of it. */

const exampleKey = {
  kty: 'EC',
  crv: 'P-384',
  kid: 'analytics-2026',
  x: 'rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo',
  y: '2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr',
} as const

const jwk = z.looseObject({ kty: z.string(), kid: z.string() })
const jwks = z.looseObject({ keys: z.array(jwk) }).openapi({
  description:
    'JWK Set (RFC 7517) of public keys; better is jwksUrl, by which keys can be rotated without us',
  example: { keys: [exampleKey] },
})

/**
 * It is a segment of paths, where dots alone mean another one. A client of another issuer is called by it, `name:client`, in whatever characters: each
 * must be one that can be bounded and suspended here.
 */
const idPattern = /^(?:(?!\.{1,2}$)[\w.~:-]{1,128}|[a-z0-9-]{1,32}:[!-~]{1,200})$/

const limit = (description: string, example: number) =>
  z.int().min(0).max(1_000_000).openapi({ description, example })

const registration = {
  name: z.string().trim().min(1).max(200).openapi({ example: 'Analytics' }),
  jwksUrl: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional()
    .openapi({
      description:
        'Where its public keys are (JWK Set); https, and public unless PRIVATE_HOSTS names the host',
      example: 'https://analytics.example.org/jwks.json',
    }),
  scopes: z
    .array(z.string().max(1024))
    .max(200)
    .openapi({
      description: 'What it may ask for at most (SMART scopes, v1 or v2, with constraints)',
      example: ['system/Patient.rs', 'system/Observation.rs?category=laboratory'],
    }),
  groupIds: z
    .array(z.string())
    .max(1000)
    .optional()
    .openapi({
      description: 'Ids of the Groups it may export; absent: every one that its scopes let it read',
      example: ['diabetes'],
    }),
  destinations: z
    .array(z.string().min(1).max(64))
    .max(100)
    .optional()
    .openapi({
      description: 'Names of the storages its files may go to, of which there is one, `default`; absent: all',
      example: ['default'],
    }),
  requestsPerMinute: limit('Requests a minute; 0: no bound; absent: as configured', 600).optional(),
  maxRunningJobs: limit('Exports at once; 0: no bound; absent: as configured', 2).optional(),
}

const example = {
  clientId: 'analytics',
  name: 'Analytics',
  jwks: { keys: [exampleKey] },
  scopes: ['system/Patient.rs', 'system/Observation.rs?category=laboratory'],
  groupIds: ['diabetes'],
  maxRunningJobs: 2,
}

export const clientRegistration = z
  .strictObject({ ...registration, jwks: jwks.optional() })
  .openapi({ example: (({ clientId: _, ...rest }) => rest)(example) })

export const newClient = z
  .strictObject({
    clientId: z.string().regex(idPattern).optional().openapi({
      description: 'Its client_id; absent: one is made',
      example: 'analytics',
    }),
    ...registration,
    jwks: jwks.optional(),
  })
  .openapi({ example })

const client = z
  .object({
    clientId: z.string(),
    ...registration,
    jwks: jwks.optional(),
    suspendedAt: instant('Since when it gets no tokens').optional(),
    createdAt: instant('When it was registered'),
    changedAt: instant('When it was last changed; `ETag` says it too'),
  })
  .openapi({
    example: { ...example, createdAt: exampleInstant, changedAt: exampleInstant },
  })

const clientList = z.object({
  clients: z.array(client),
  next: z.string().optional().openapi({ description: '`after` of the next page', example: 'analytics' }),
})

export type ClientShown = z.output<typeof client>
export type ClientListShown = z.output<typeof clientList>

export const exampleClient: ClientShown = {
  ...example,
  jwks: { keys: [{ ...exampleKey }] },
  createdAt: exampleInstant,
  changedAt: exampleInstant,
}

/** By the names under which the OpenAPI document refers to them. */
export const clientSchemas = {
  Client: client,
  ClientList: clientList,
  ClientRegistration: clientRegistration,
  NewClient: newClient,
}

export const showClient = ({
  suspendedAt,
  createdAt,
  changedAt,
  jwks,
  groupIds,
  destinations,
  scopes,
  ...rest
}: Client): ClientShown => ({
  ...withoutAbsent(rest),
  ...(jwks === undefined ? {} : { jwks: { keys: [...jwks.keys] } }),
  scopes: [...scopes],
  ...(groupIds === undefined ? {} : { groupIds: [...groupIds] }),
  ...(destinations === undefined ? {} : { destinations: [...destinations] }),
  ...(suspendedAt === undefined ? {} : { suspendedAt: new Date(suspendedAt).toISOString() }),
  createdAt: new Date(createdAt).toISOString(),
  changedAt: new Date(changedAt).toISOString(),
})

const withoutAbsent = ({
  jwksUrl,
  requestsPerMinute,
  maxRunningJobs,
  ...rest
}: Pick<Client, 'clientId' | 'name' | 'jwksUrl' | 'requestsPerMinute' | 'maxRunningJobs'>) => ({
  ...rest,
  ...(jwksUrl === undefined ? {} : { jwksUrl }),
  ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
  ...(maxRunningJobs === undefined ? {} : { maxRunningJobs }),
})
