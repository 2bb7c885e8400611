import type { Command } from 'commander'
import { z } from 'zod'
import type { BackupRequest } from './db-backup.ts'
import type { VerifyRequest } from './db-verify.ts'

export type DbCommands = {
  backup(request: BackupRequest): Promise<void>
  verify(request: VerifyRequest): Promise<void>
}

/** `sluice db backup` and `sluice db verify`. */
export const addDb = (program: Command, { backup, verify }: DbCommands): void => {
  const db = program.command('db').description('Look after a database.')
  db.command('backup')
    .description(
      'Copy a database file as it is at this moment, also while a server is using it, and check the copy.',
    )
    .option(...databaseOption)
    .requiredOption('--to <file>', 'the copy; it must not be there yet')
    .option('--json', 'print the report as JSON')
    .action(async (options: unknown) => backup(backupOptions.parse(options)))
  db.command('verify')
    .description('Look for damage, and for rows that break the rules of the store. Nothing is changed.')
    .option(...databaseOption)
    .option('--json', 'print the report as JSON')
    .action(async (options: unknown) => verify(verifyOptions.parse(options)))
}

/** `sluice serve` and `sluice migrate`. */
export const addServe = (program: Command, run: () => Promise<void>): void => {
  program
    .command('serve')
    .description('Run the server. All its settings are environment variables.')
    .action(run)
}

export const addMigrate = (program: Command, run: (database: string | undefined) => Promise<void>): void => {
  program
    .command('migrate')
    .description('Bring the schema of a database up to date. A server does so too when it starts.')
    .option(...databaseOption)
    .action(async (options: unknown) => run(databaseOptions.parse(options).database))
}

const databaseOption = ['--database <url>', 'the database; DATABASE_URL if not given'] as const
const databaseOptions = z.object({
  database: z.string().optional(),
})
const verifyOptions = z.object({
  database: z.string().optional(),
  json: z.boolean().default(false),
})
const backupOptions = verifyOptions.extend({ to: z.string() })
