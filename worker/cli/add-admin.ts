import { type Command, Option } from 'commander'
import { z } from 'zod'

type OfDatabase = { readonly database?: string | undefined }

export type AdminCommands<Result> = {
  create(request: OfDatabase & { readonly name: string; readonly role: 'admin' | 'viewer' }): Promise<Result>
  list(request: OfDatabase & { readonly json: boolean }): Promise<Result>
  suspend(request: OfDatabase & { readonly id: string }): Promise<Result>
}

/** `sluice admin create`, `sluice admin list` and `sluice admin suspend`. */
export const addAdmin = (program: Command, { create, list, suspend }: AdminCommands<void>): void => {
  const admin = program.command('admin').description('Administrators of a service with AUTH=smart.')
  admin
    .command('create')
    .description(
      'Make an administrator, and print the link by which he enrols: once, within a day. A server may use the database meanwhile.',
    )
    .requiredOption('--name <name>', 'what he is called')
    .addOption(
      new Option('--role <role>', 'admin steers the service, viewer sees how it does')
        .choices(['admin', 'viewer'])
        .default('admin'),
    )
    .option(...databaseOption)
    .action(async (options: unknown) => create(createOptions.parse(options)))
  admin
    .command('list')
    .description('Show the administrators there are.')
    .option(...databaseOption)
    .option('--json', 'print them as JSON')
    .action(async (options: unknown) => list(listOptions.parse(options)))
  admin
    .command('suspend')
    .description('End the sessions of an administrator, and let him in no more.')
    .argument('<id>', 'his id, as `sluice admin list` shows it')
    .option(...databaseOption)
    .action(async (id: string, options: unknown) => suspend({ ...ofDatabase.parse(options), id }))
}

const databaseOption = ['--database <url>', 'the database; DATABASE_URL if not given'] as const
const ofDatabase = z.object({ database: z.string().optional() })
const listOptions = ofDatabase.extend({ json: z.boolean().default(false) })
const createOptions = ofDatabase.extend({
  name: z
    .string()
    .trim()
    .regex(/^[^\p{C}]{1,100}$/u, { error: 'a name has 1 to 100 characters' }),
  role: z.enum(['admin', 'viewer']),
})
