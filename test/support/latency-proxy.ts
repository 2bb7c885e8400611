import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'

/** A way to a server of this machine that is as long as one to another city. */
export type LatencyProxy = { readonly url: string; close(): Promise<void> }

/**
 * Passes TCP on to `target`, every piece of a request `delayMs` later, answers at once: so a request takes that much longer, and none
 * waits for the delay of another. It is latency and no bound on bandwidth.
 */
export const startLatencyProxy = async (target: string, delayMs: number): Promise<LatencyProxy> => {
  const { hostname, port } = new URL(target)
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = createConnection({ host: hostname, port: Number(port), noDelay: true })
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => socket.destroy()) // what broke on one side ends the other: see `close`
    }
    client
      .on('close', () => upstream.destroy())
      .on(
        'data',
        later(delayMs, (piece) => upstream.write(piece)),
      )
    upstream.on('close', () => client.destroy()).pipe(client)
    for (const socket of [client, upstream]) socket.on('close', () => open.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

/** Timers of one length fire in the order they were set, so pieces stay in order. */
const later =
  (delayMs: number, pass: (piece: Buffer) => void) =>
  (piece: Buffer): void => {
    setTimeout(() => pass(piece), delayMs)
  }
