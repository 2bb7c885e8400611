import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

export type Seen = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
export type Route = (seen: Seen, response: ServerResponse, visit: number) => void

/** A bulk data server that says what a test wants, and keeps what it was asked. `visit` counts the requests of a path from 1. */
export type FakeBulkServer = {
  readonly url: string
  readonly seen: readonly Seen[]
  pathsSeen(): readonly string[]
  close(): void
}

/** By path, `METHOD /path` first. What has no route is 404. */
export const startFakeBulkServer = async (
  routes: (url: string) => Readonly<Record<string, Route>>,
): Promise<FakeBulkServer> => {
  const seen: Seen[] = []
  let table: Readonly<Record<string, Route>> = {}
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    const path = url.split('?')[0] ?? ''
    const one = { method, path: url, headers, body: await text(request) }
    seen.push(one)
    const visit = seen.filter(({ path: other }) => other.split('?')[0] === path).length
    const route = table[`${method} ${path}`] ?? table[path]
    if (route === undefined) response.writeHead(404).end()
    else route(one, response, visit)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  table = routes(url)
  return {
    url,
    seen,
    pathsSeen: () => seen.map(({ method, path }) => `${method} ${path}`),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export const accepts =
  (location: string): Route =>
  (_seen, response) => {
    response.writeHead(202, { 'Content-Location': location }).end()
  }

export const says =
  (status: number, body: unknown = '', headers: Record<string, string> = {}): Route =>
  (_seen, response) => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  }

/** One after the other, the last for ever. */
export const inTurn =
  (...routes: readonly Route[]): Route =>
  (seen, response, visit) =>
    (routes[visit - 1] ?? routes.at(-1))?.(seen, response, visit)

/** Sends the head of a body and breaks the connection, when what was sent has been read on a busy machine too. */
export const breaks =
  (body: Buffer, after: number, headers: Record<string, string> = {}): Route =>
  (_seen, response) => {
    response.writeHead(200, { 'Content-Length': String(body.length), ...headers })
    response.write(body.subarray(0, after), () => setTimeout(() => response.destroy(), 250))
  }

/** A file with an ETag and ranges, as a storage has it. */
export const file =
  (body: Buffer, etag: string): Route =>
  ({ headers }, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
    if (start === 0 || headers['if-range'] !== etag) {
      response.writeHead(200, { ETag: etag, 'Content-Length': String(body.length) }).end(body)
      return
    }
    const range = `bytes ${start}-${body.length - 1}/${body.length}`
    response.writeHead(206, { ETag: etag, 'Content-Range': range }).end(body.subarray(start))
  }

export const manifestOf = (
  output: readonly { type: string; url: string; count?: number; extension?: unknown }[],
  more: Readonly<Record<string, unknown>> = {},
) => ({
  transactionTime: '2026-11-20T10:26:46.123Z',
  request: 'http://example.org/$export',
  requiresAccessToken: false,
  output,
  error: [],
  ...more,
})

export const patients = (count: number, from = 1): Buffer =>
  Buffer.from(
    Array.from({ length: count }, (_, index) => `{"resourceType":"Patient","id":"p${from + index}"}\n`).join(
      '',
    ),
  )
