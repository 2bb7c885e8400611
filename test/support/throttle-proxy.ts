import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'

/** A narrow way to a server of this machine, which stays when the server goes. */
export type ThrottleProxy = {
  readonly url: string
  /** Bytes that have come from the server. */
  bytes(): number
  /** Breaks every connection, as a machine does that goes down: what the system still held of the server's answers is lost. */
  cut(): void
  close(): Promise<void>
}

/**
 * Passes TCP on to `port`, answers at `bytesPerMs` at most. `onRequest` sees each piece of what clients send. A client whose server cannot
 * be reached is cut off, as it would be without the proxy.
 */
export const startThrottleProxy = async (
  port: () => number,
  bytesPerMs: number,
  onRequest: (text: string) => void = () => {},
): Promise<ThrottleProxy> => {
  let bytes = 0
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = createConnection({ host: '127.0.0.1', port: port() })
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket))
    }
    client.on('data', (piece: Buffer) => onRequest(piece.toString('latin1')))
    client.on('close', () => upstream.destroy()).pipe(upstream)
    const narrow = throttled(bytesPerMs, (more) => {
      bytes += more
    })
    upstream.on('close', () => narrow.end()).pipe(narrow)
    narrow.on('end', () => client.destroy()).pipe(client, { end: false })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    bytes: () => bytes,
    cut: () => {
      for (const socket of open) socket.destroy()
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

const throttled = (bytesPerMs: number, count: (bytes: number) => void): Transform =>
  new Transform({
    highWaterMark: 16_384,
    transform: (piece: Buffer, _encoding, done) => {
      count(piece.length)
      setTimeout(() => done(null, piece), piece.length / bytesPerMs)
    },
  })
