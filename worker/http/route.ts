import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi'
import type { Context, Handler } from 'hono'
import type { Config } from '../config.ts'
import { SluiceError } from '../errors.ts'

export type App = OpenAPIHono
type Method = 'get' | 'post' | 'put' | 'delete'
export type Operation = Omit<RouteConfig, 'method' | 'path' | 'servers'> & {
  readonly operationId: string
  readonly handler: (c: Context) => Promise<Response> | Response
  /** A GET that starts something must not answer HEAD, which is safe (RFC 9110 section 9.3.2). Default: it answers. */
  readonly refusesHead?: boolean
}

/** What paths hang from. `servers` says it in the OpenAPI document, where it is not the server of the whole document. */
export type Root = { readonly path: string; readonly servers?: readonly [{ readonly url: string }] }

/** The routes of FHIR, wherever `FHIR_PATH` puts them; its URL is the server that the whole document names. */
export const fhirRoot = ({ fhirPath }: Config): Root => ({ path: fhirPath })

/** The routes of the service itself, which `FHIR_PATH` does not move. */
export const serviceRoot = ({ baseUrl }: Config): Root => ({ path: '', servers: [{ url: baseUrl }] })

/**
 * Registers all operations of one path, in the router and in the OpenAPI document, and answers every other method with 405 and
 * `Allow` (RFC 9110 section 15.5.6). Paths are written as in OpenAPI, `/{type}/{id}`.
 */
export const route = (
  app: App,
  root: Root,
  path: string,
  operations: Readonly<Partial<Record<Method, Operation>>>,
): void => {
  const pattern = root.path + path.replaceAll(/\{(\w+)\}/g, ':$1')
  const servers = root.servers === undefined ? {} : { servers: [...root.servers] }
  const allow: string[] = []
  const notAllowed = (c: Context): never => {
    throw new SluiceError(
      'method-not-allowed',
      `Cannot ${c.req.method} this URL: it allows ${allow.join(', ')}`,
      { allow },
    )
  }
  for (const method of methods) {
    const operation = operations[method]
    if (operation === undefined) continue
    const { handler, refusesHead = false, ...documentation } = operation
    app.openAPIRegistry.registerPath({ ...documentation, ...servers, method, path })
    const answer: Handler = (c) => (refusesHead && c.req.method === 'HEAD' ? notAllowed(c) : handler(c))
    app.on(method.toUpperCase(), pattern, answer)
    allow.push(...(method === 'get' && !refusesHead ? ['GET', 'HEAD'] : [method.toUpperCase()]))
  }
  app.all(pattern, notAllowed)
}

const methods: readonly Method[] = ['get', 'post', 'put', 'delete']
