import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi'
import type { Context, Handler } from 'hono'
import type { Config } from '../config.ts'
import { SluiceError } from '../errors.ts'
import { type Access, admit } from './admit.ts'
import { outcomes } from './openapi-responses.ts'

export type App = OpenAPIHono
/** How a request rouses the engine; returns at once. Where work must be tied to the request, the context says to which. */
export type Wake = (c: Context) => void
export type Method = 'get' | 'post' | 'put' | 'delete'
export type Operation = Omit<RouteConfig, 'method' | 'path' | 'servers'> & {
  readonly operationId: string
  /** Who may use it. Where that depends on the request, the documentation tells of those who need credentials. */
  readonly access: Access | ((c: Context) => Promise<Access>)
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
 * `Allow` (RFC 9110 section 15.5.6), and with the advice for it, if there is any. Paths are written as in OpenAPI, `/{type}/{id}`.
 */
export const route = (
  app: App,
  root: Root,
  path: string,
  operations: Readonly<Partial<Record<Method, Operation>>>,
  advice: Readonly<Record<string, string>> = {},
): void => {
  const pattern = root.path + path.replaceAll(/\{(\w+)\}/g, ':$1')
  const servers = root.servers === undefined ? {} : { servers: [...root.servers] }
  const allow: string[] = []
  const notAllowed = (c: Context): never => {
    throw new SluiceError(
      'method-not-allowed',
      `Cannot ${c.req.method} this URL: it allows ${allow.join(', ')}${adviceOn(c.req.method)}`,
      { allow },
    )
  }
  const adviceOn = (verb: string): string => (verb in advice ? `; ${advice[verb]}` : '')
  for (const method of methods) {
    const operation = operations[method]
    if (operation === undefined) continue
    const { handler, access, refusesHead = false, ...documentation } = operation
    app.openAPIRegistry.registerPath({
      ...documentation,
      ...accessDocumented(operation),
      ...servers,
      method,
      path,
    })
    const answer: Handler = async (c) => {
      const needed = typeof access === 'string' ? access : await access(c)
      if (c.req.method === 'HEAD' && refusesHead) return notAllowed(c)
      if (needed !== 'public') await admit(c, needed, method !== 'get' || refusesHead)
      return c.req.method === 'HEAD' ? answerHead(c, handler) : handler(c)
    }
    app.on(method.toUpperCase(), pattern, answer)
    allow.push(...(method === 'get' && !refusesHead ? ['GET', 'HEAD'] : [method.toUpperCase()]))
  }
  app.all(pattern, notAllowed)
}

/** What the OpenAPI document says of access: which credentials will do, and 401 without them. */
const accessDocumented = ({ access, responses }: Operation) => {
  switch (access) {
    case 'public':
      return { security: [] }
    case 'viewer':
    case 'admin':
      return { security: [{ accessKey: [] }, { session: [] }], responses: { ...outcomes(401), ...responses } }
    default:
      return {
        security: [{ accessToken: [] }, { accessKey: [] }, { session: [] }],
        responses: { ...outcomes(401), ...responses },
      }
  }
}

/**
 * Hono takes the body off an answer to HEAD, and a server that then sees none says `Content-Length: 0`, where it must be what a GET
 * would have (RFC 9110 section 8.6). Files, which are not to be read for this, have said it by themselves.
 */
const answerHead = async (c: Context, handler: Operation['handler']): Promise<Response> => {
  const response = await handler(c)
  if (response.body === null || response.headers.has('Content-Length')) return response
  const { byteLength } = await response.arrayBuffer()
  const headers = new Headers(response.headers)
  headers.set('Content-Length', String(byteLength))
  return new Response(null, { status: response.status, headers })
}

const methods: readonly Method[] = ['get', 'post', 'put', 'delete']
