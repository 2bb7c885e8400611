import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi'
import type { Context, Handler } from 'hono'
import { SluiceError } from '../errors.ts'

export type App = OpenAPIHono
type Method = 'get' | 'post' | 'put' | 'delete'
export type Operation = Omit<RouteConfig, 'method' | 'path'> & {
  readonly operationId: string
  readonly handler: (c: Context) => Promise<Response> | Response
  /** A GET that starts something must not answer HEAD, which is safe (RFC 9110 section 9.3.2). Default: it answers. */
  readonly refusesHead?: boolean
}

/**
 * Registers all operations of one path, in the router and in the OpenAPI document, and answers every other method with 405 and
 * `Allow` (RFC 9110 section 15.5.6). Paths are written as in OpenAPI, `/{type}/{id}`.
 */
export const route = (
  app: App,
  path: string,
  operations: Readonly<Partial<Record<Method, Operation>>>,
): void => {
  const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1')
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
    app.openAPIRegistry.registerPath({ ...documentation, method, path })
    const answer: Handler = (c) => (refusesHead && c.req.method === 'HEAD' ? notAllowed(c) : handler(c))
    app.on(method.toUpperCase(), pattern, answer)
    allow.push(...(method === 'get' && !refusesHead ? ['GET', 'HEAD'] : [method.toUpperCase()]))
  }
  app.all(pattern, notAllowed)
}

const methods: readonly Method[] = ['get', 'post', 'put', 'delete']
