import { type ServerProcess, startServer } from './server-process.ts'

/** Real servers side by side, on one database and one storage. */
export type Fleet = {
  readonly size: number
  /** The origin of one of them. */
  url(): string
  /** Kills those at the given places, at once, and starts others in their stead while the rest go on. */
  restart(places: readonly number[]): Promise<void>
  /** Asks them to end, and throws when one does not end well. */
  stop(): Promise<void>
  /** Kills whatever runs. */
  kill(): Promise<void>
}

export const startFleet = async (size: number, env: Readonly<Record<string, string>>): Promise<Fleet> => {
  const servers: ServerProcess[] = []
  for (let place = 0; place < size; place++) servers.push(await startServer(env))
  const at = (place: number): ServerProcess => {
    const server = servers[place]
    if (server === undefined) throw new Error(`there is no server ${place}`)
    return server
  }
  return {
    size,
    url: () => at(0).url,
    restart: async (places) => {
      await Promise.all(places.map((place) => at(place).kill()))
      const started = await Promise.all(places.map(() => startServer(env)))
      for (const [index, server] of started.entries()) servers.splice(places[index] ?? index, 1, server)
    },
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()))
    },
    kill: async () => {
      await Promise.all(servers.map((server) => server.kill()))
    },
  }
}
