import { checkIntegrity } from '../store/copy-database.ts'
import type { Db } from '../store/db.ts'
import { findViolations, type Violation } from '../store/find-violations.ts'
import { lookIntoFile, lookIntoServer, requireSchema } from '../store/open-to-look.ts'
import { type CommandIo, sayLine } from './command-io.ts'
import { counted } from './load-report.ts'
import { lockToRead, type NamedDatabase, nameDatabase, requireFile } from './use-database.ts'

export type VerifyRequest = { readonly database?: string | undefined; readonly json: boolean }

/** What `db verify --json` prints. */
export type VerifyReport = {
  /** What SQLite finds wrong with the file; `null` for a server, which looks after its own. */
  readonly integrity: readonly string[] | null
  readonly violations: readonly Violation[]
  /** Rows looked at, by table. */
  readonly rows: Readonly<Record<string, number>>
}

/** Looks for damage to the file and for rows that break the invariants of the store; exit code 1 when there are any. It changes nothing. */
export const verifyDatabase = async ({ database, json }: VerifyRequest, io: CommandIo): Promise<number> => {
  const named = nameDatabase(database, io)
  if (named.path !== undefined) await requireFile(named.path, 'verify')
  const lock =
    named.path === undefined ? undefined : await lockToRead(named.url, 'sluice db verify', io.now())
  try {
    const report = await verify(named)
    sayLine(io.stdout, json ? JSON.stringify(report) : reportText(report))
    return report.violations.length + (report.integrity?.length ?? 0) > 0 ? 1 : 0
  } finally {
    await lock?.release()
  }
}

const verify = async ({ config, url, path }: NamedDatabase): Promise<VerifyReport> => {
  const { databaseAuthToken: authToken } = config
  const db: Db = path === undefined ? lookIntoServer({ url, authToken }) : lookIntoFile(url)
  try {
    const integrity = path === undefined ? null : await checkIntegrity(db)
    if (integrity !== null && integrity.length > 0) return { integrity, violations: [], rows: {} } // what is read may be anything
    await requireSchema(db)
    const rows: Record<string, number> = {}
    const onRows = (table: string, more: number) => {
      rows[table] = (rows[table] ?? 0) + more
    }
    return { integrity, violations: await findViolations(db, { onRows }), rows }
  } finally {
    db.close()
  }
}

const reportText = ({ integrity, violations, rows }: VerifyReport): string => {
  const isWell = violations.length === 0 && (integrity?.length ?? 0) === 0
  return [
    ...(integrity ?? []).map((line) => `damaged: ${line}`),
    ...violations.map(
      ({ table, sentence, rows: wrong, first }) =>
        `${table}: it does not hold that ${sentence}: ${counted(wrong, 'row')}${first === '' ? '' : `, the first at ${first}`}`,
    ),
    Object.entries(rows)
      .map(([table, count]) => `${table} ${count.toLocaleString('en-US')}`)
      .join(', '),
    isWell ? 'all is well' : 'NOT WELL: restore a backup, or ask with these lines',
    ...(integrity === null ? ['the files of a server are for the server to check'] : []),
  ].join('\n')
}
