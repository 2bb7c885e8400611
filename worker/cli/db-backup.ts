import { open, rename, rm, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileUrlOfPath } from '../config/file-url.ts'
import { SluiceError } from '../errors.ts'
import { checkCopy, copyDatabase } from '../store/copy-database.ts'
import { lookIntoFile } from '../store/open-to-look.ts'
import { type CommandIo, sayLine } from './command-io.ts'
import { counted, megabytes } from './load-report.ts'
import { lockToRead, nameDatabase, requireFile } from './use-database.ts'

export type BackupRequest = {
  readonly database?: string | undefined
  readonly to: string
  readonly json: boolean
}

/**
 * Copies a database file as it is at one moment, whether or not a server is using it, checks the copy, and only then gives it its
 * name. What a server holds is backed up there.
 */
export const backupDatabase = async (
  { database, to, json }: BackupRequest,
  io: CommandIo,
): Promise<number> => {
  const { url, path } = nameDatabase(database, io)
  if (path === undefined) {
    throw new SluiceError(
      'invalid',
      'Cannot back up the database: it is on a libSQL server; use the snapshots or the point-in-time recovery of that server, or `sluice export` for its resources',
    )
  }
  await requireFile(path, 'back up')
  const target = resolve(to)
  await refuseExisting(target)
  const lock = await lockToRead(url, 'sluice db backup', io.now())
  const startedAt = io.now()
  try {
    const bytes = await copyTo(target, url)
    const seconds = (io.now() - startedAt) / 1000
    const report = { database: path, to: target, bytes, seconds, besideAnother: lock.isBesideAnother }
    const beside = lock.isBesideAnother ? ', while another process was using the database' : ''
    const line = `${target}: ${megabytes(bytes)} in ${seconds.toFixed(1)} s, copied and checked${beside}`
    sayLine(io.stdout, json ? JSON.stringify(report) : line)
    return 0
  } finally {
    await lock.release()
  }
}

const refuseExisting = async (target: string): Promise<void> => {
  const isThere = await stat(target).then(
    () => true,
    () => false,
  )
  if (isThere) throw new SluiceError('invalid', `Cannot back up to "${target}": it is there already`)
}

const copyTo = async (target: string, url: string): Promise<number> => {
  const part = `${target}.part`
  await rm(part, { force: true })
  await createPrivate(part)
  try {
    const db = lookIntoFile(url)
    await copyDatabase(db, part).finally(() => db.close())
    const problems = await checkCopy(fileUrlOfPath(part))
    if (problems.length > 0) {
      throw new SluiceError(
        'internal',
        `Cannot back up to "${target}": the copy has ${counted(problems.length, 'problem')}: ${problems.join('; ')}`,
      )
    }
    await flush(part)
    await rename(part, target)
    return (await stat(target)).size
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

/** SQLite takes an empty file that is there, with its permissions: patient data is for this user alone. */
const createPrivate = async (part: string): Promise<void> => {
  try {
    await (await open(part, 'wx', 0o600)).close()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SluiceError('invalid', `Cannot back up to "${part}": ${reason}`, { cause: error })
  }
}

const flush = async (part: string): Promise<void> => {
  const handle = await open(part, 'r+')
  await handle.sync().finally(() => handle.close())
}
