import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export type Answer = (request: IncomingMessage, response: ServerResponse, visit: number) => void

/** A server of others on this machine, which answers as a test wants. `visits` are the paths that it was asked for. */
export type RemoteServer = {
  /** Name and port, as in `PRIVATE_HOSTS`. */
  readonly host: string
  readonly port: number
  readonly url: string
  readonly visits: readonly string[]
  close(): void
}

export const startRemoteServer = async (answer: Answer): Promise<RemoteServer> => {
  const visits: string[] = []
  const server = createServer((request, response) => {
    visits.push(request.url ?? '')
    answer(request, response, visits.length)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    host: `127.0.0.1:${port}`,
    port,
    url: `http://127.0.0.1:${port}`,
    visits,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export const saysJson =
  (body: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
