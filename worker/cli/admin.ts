import { userInfo } from 'node:os'
import { changeAdministrator } from '../auth/change-administrator.ts'
import { createAdministrator } from '../auth/create-administrator.ts'
import { hasCode, SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import { type Administrator, readAdministrators } from '../store/administrators.ts'
import type { AdminCommands } from './add-admin.ts'
import { openToAdminister } from './administer-database.ts'
import { type CommandIo, sayLine } from './command-io.ts'
import { isFileAt, type NamedDatabase, nameDatabase } from './use-database.ts'

/** `sluice admin`: makes administrators where there is none yet, or where the last one has lost his keys. A server may be running meanwhile. */
export const adminCommands = (io: CommandIo): AdminCommands<number> => ({
  create: ({ database, name, role }) =>
    administer(database, io, async (deps) => {
      const { administrator, link } = await createAdministrator(deps, { name, role, actor: actor() })
      sayLine(io.stdout, link.url)
      sayLine(
        io.stderr,
        `${administrator.name} (${administrator.administratorId}) enrols by this link, once, until ${new Date(link.expiresAt).toISOString()}. Whoever opens it first does so in that name.`,
      )
      if (io.env.BASE_URL === undefined)
        sayLine(
          io.stderr,
          'BASE_URL is not set here: put the address of the server in its place if it differs.',
        )
      return 0
    }),
  list: ({ database, json }) =>
    administer(database, io, async ({ db }) => {
      const administrators = await readAdministrators(db)
      sayLine(io.stdout, json ? JSON.stringify(administrators) : listText(administrators))
      return 0
    }),
  suspend: ({ database, id }) =>
    administer(database, io, async (deps) => {
      const change = { administratorId: id, isSuspended: true, actor: actor(), mayBeLast: true }
      const { name } = await changeAdministrator(deps, change)
      sayLine(io.stdout, `${name} is suspended: sessions are over, and keys open nothing`)
      return 0
    }),
})

type Work = Parameters<typeof openToAdminister>[1]

const administer = async (database: string | undefined, io: CommandIo, work: Work): Promise<number> => {
  const named: NamedDatabase = nameDatabase(database, io)
  // Who forgets DATABASE_URL, or stands in another folder, would get a link that no server knows.
  if (named.path !== undefined && !(await isFileAt(named.path)))
    sayLine(
      io.stderr,
      `There was no database "${named.path}", so it is made now: if a server runs already, name the one it uses (DATABASE_URL, --database)`,
    )
  try {
    return await openToAdminister(named, work, io)
  } catch (error) {
    if (!hasCode(error, 'database-unavailable')) throw error
    const advice = 'a server that uses it may be busy; try again'
    throw new SluiceError('database-unavailable', `${error.message}; ${advice}`, { cause: error })
  }
}

/** Whoever may write the database is trusted with all of it; the audit says at least under which account that was. */
const actor = (): Actor => ({ kind: 'system', name: `command line of ${userInfo().username}` })

const listText = (administrators: readonly Administrator[]): string =>
  administrators.length === 0
    ? 'There is no administrator. Make one with: sluice admin create --name <name>'
    : administrators
        .map(
          ({ administratorId, name, role, suspendedAt }) =>
            `${administratorId}  ${role.padEnd(6)}  ${name}${suspendedAt === undefined ? '' : '  (suspended)'}`,
        )
        .join('\n')
