import type { CommandIo } from './command-io.ts'

/** `sluice serve`: what `npm start` does. It answers once the server listens, which then keeps the process alive until it is told to stop. */
export const serveUntilStopped = async ({ env }: CommandIo): Promise<number> => {
  const { runServer } = await import('../node.ts') // the other commands need no server
  await runServer(env)
  return 0
}
