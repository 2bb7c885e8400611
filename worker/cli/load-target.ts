import type { Readable } from 'node:stream'
import type { IngestReport } from '../ingest/ingest-report.ts'
import type { CommandIo } from './command-io.ts'
import { givenToken } from './given-token.ts'
import { postNdjson } from './post-ndjson.ts'

/** Where resources are loaded to: a database file opened here, or the origin of a running server. */
export type LoadDestination = { readonly database: string } | { readonly server: string }

export type LoadTarget = {
  /** Stores an NDJSON stream to its end, or throws. */
  ingest(input: Readable): Promise<IngestReport>
  close(): Promise<void>
}

export const openTarget = async (destination: LoadDestination, io: CommandIo): Promise<LoadTarget> => {
  if ('server' in destination) {
    const token = givenToken(io.env)
    return { ingest: (input) => postNdjson(destination.server, input, token), close: async () => {} }
  }
  // Only this way of loading needs the database engine, with its native library.
  const { openDatabaseTarget } = await import('./load-database.ts')
  return openDatabaseTarget(destination.database, io)
}
