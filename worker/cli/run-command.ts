import { Command, CommanderError, Option } from 'commander'
import { z } from 'zod'
import { SluiceError } from '../errors.ts'
import { version } from '../version.ts'
import { type AdminCommands, addAdmin } from './add-admin.ts'
import { addDb, addMigrate, addServe } from './add-database.ts'
import { type CommandIo, sayLine } from './command-io.ts'
import { addExport } from './export/add-export.ts'
import { runExport } from './export/run-export.ts'
import { addKeys } from './keys/add-keys.ts'
import { makeKeys } from './keys/make-keys.ts'
import { type LoadRequest, load } from './load.ts'
import type { LoadDestination } from './load-target.ts'
import { addSample } from './sample/add-sample.ts'
import { makeSample } from './sample/make-sample.ts'
import { serveUntilStopped } from './serve.ts'
import { originOf } from './server-origin.ts'

/** Runs one command line and returns its exit code: 0 all done, 1 something was not, 2 wrong usage; others by command. It never throws. */
export const runCommand = async (args: readonly string[], io: CommandIo): Promise<number> => {
  try {
    let exitCode = 0
    const program = createProgram(io)
    // What opens databases is imported when it is wanted: the native part of libSQL need not be there for the other commands.
    addLoad(program, async (request) => {
      exitCode = await load(request, io)
    })
    addSample(program, async (request) => {
      exitCode = await makeSample(request, io)
    })
    addExport(program, async (request) => {
      exitCode = await runExport(request, io)
    })
    addKeys(program, async (request) => {
      exitCode = await makeKeys(request, io)
    })
    addServe(program, async () => {
      exitCode = await serveUntilStopped(io)
    })
    addMigrate(program, async (database) => {
      exitCode = await (await import('./migrate.ts')).migrateDatabase(database, io)
    })
    addDb(program, {
      backup: async (request) => {
        exitCode = await (await import('./db-backup.ts')).backupDatabase(request, io)
      },
      verify: async (request) => {
        exitCode = await (await import('./db-verify.ts')).verifyDatabase(request, io)
      },
    })
    const admin = async (run: (commands: AdminCommands<number>) => Promise<number>) => {
      exitCode = await run((await import('./admin.ts')).adminCommands(io))
    }
    addAdmin(program, {
      create: (request) => admin(({ create }) => create(request)),
      list: (request) => admin(({ list }) => list(request)),
      suspend: (request) => admin(({ suspend }) => suspend(request)),
    })
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    return explain(error, io)
  }
}

const createProgram = ({ stdout, stderr }: CommandIo): Command =>
  new Command('sluice')
    .version(version)
    .description(
      'Serve, load, export and look after FHIR Bulk Data. Exit codes: 0 done, 1 failed, 2 wrong usage; of export also 3 done, but the server reports errors, and 4 what came is not what the manifest says.',
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })

const addLoad = (program: Command, run: (request: LoadRequest) => Promise<void>): void => {
  program
    .command('load')
    .description(
      'Store FHIR resources from NDJSON files, plain (.ndjson) or gzipped (.ndjson.gz). An access key, or a token, for --server comes from the variable SLUICE_TOKEN.',
    )
    .argument('<paths...>', 'files, and folders to look for such files in, with all folders below')
    .addOption(
      new Option(
        '--database <url>',
        'write to this database itself: a file that no server is using, or a libSQL server (DATABASE_AUTH_TOKEN)',
      ).conflicts('server'),
    )
    .option(
      '--server <origin>',
      'send the files to this running server, for example http://127.0.0.1:8080, with the access key in SLUICE_TOKEN',
    )
    .option('--json', 'print the report as JSON')
    .action(async (paths: readonly string[], options: unknown) => {
      const given = loadOptions.parse(options)
      await run({ paths, destination: destinationOf(given), json: given.json })
    })
}

const loadOptions = z.object({
  database: z.string().optional(),
  server: z.string().optional(),
  json: z.boolean().default(false),
})

const destinationOf = ({ database, server }: z.infer<typeof loadOptions>): LoadDestination => {
  if (database !== undefined) return { database }
  if (server !== undefined) return { server: originOf(server) }
  throw new SluiceError('invalid', 'Cannot load: give --database or --server to say where to')
}

const explain = (error: unknown, { env, stderr }: CommandIo): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2 // it has said why already
  if (error instanceof SluiceError) {
    sayLine(stderr, error.message)
    return error.code === 'invalid' ? 2 : 1
  }
  const message = error instanceof Error ? error.message : String(error)
  sayLine(stderr, error instanceof Error && env.LOG_LEVEL === 'debug' ? (error.stack ?? message) : message)
  return 1
}
