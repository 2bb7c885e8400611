import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of loopback on which nothing listens, for a server that cannot choose one itself. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const closed = once(server, 'close')
  server.close()
  await closed
  if (address === null || typeof address === 'string') throw new Error('there is no free port')
  return address.port
}
