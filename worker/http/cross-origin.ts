import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { Config } from '../config.ts'

/**
 * Lets pages of the configured origins use the FHIR API with a token (CORS). Never with a cookie, and never the routes of administrators: to
 * these, other pages stay strangers. A preflight is answered without a token, for browsers send none along.
 */
export const crossOrigin = ({ corsOrigins, fhirPath }: Config): MiddlewareHandler => {
  const answer = cors({
    origin: corsOrigins.includes('*') ? '*' : corsOrigins.map((origin) => new URL(origin).origin),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    allowHeaders,
    exposeHeaders,
    maxAge: 600,
  })
  return (c, next) => {
    const isAsked = c.req.method !== 'OPTIONS' || c.req.header('access-control-request-method') !== undefined
    return isAsked && isShared(c.req.path, fhirPath) ? answer(c, next) : next()
  }
}

/** What the IG needs (SPEC TR-22), and what files and resources answer with. */
const exposeHeaders = [
  'Content-Location',
  'X-Progress',
  'X-Export-Status',
  'Retry-After',
  'Preference-Applied',
  'Expires',
  'ETag',
  'Location',
  'Last-Modified',
  'WWW-Authenticate',
  'Content-Range',
  'Accept-Ranges',
]

const allowHeaders = [
  'Authorization',
  'Accept',
  'Content-Type',
  'Prefer',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Range',
]

/** The path as the router has it. What is not named here is not shared, so that a new route begins closed. */
const isShared = (path: string, fhirPath: string): boolean =>
  servicePaths.has(path) ||
  path.startsWith('/.well-known/') ||
  (path.startsWith(fhirPath) && fhirPaths.test(path.slice(fhirPath.length)))

const servicePaths: ReadonlySet<string> = new Set(['/auth/token', '/auth/jwks', '/openapi.json'])

/** The base, operations, resource types, `/metadata`, and the smart-configuration: where FHIR is at the root, all else is the service's own. */
const fhirPaths = /^(?:\/?$|\/[$A-Z]|\/metadata$|\/\.well-known\/)/
