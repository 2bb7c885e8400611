import { mkdir, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient, LibsqlError, type Transaction } from '@libsql/client'
import { fileUrlOfPath, pathOfFileUrl } from '../config/file-url.ts'
import { SluiceError } from '../errors.ts'
import { describeHolder, noteOf, readNote, removeNote, writeNote } from './lock-note.ts'

export type FileLock = { release(): Promise<void> }

/**
 * Takes the exclusive right to write a `file:` database, or throws `conflict` naming who has it. `holder` is what to call us, such as
 * `sluice serve`. The operating system gives the lock back when this process ends, however it ends.
 *
 * The lock is SQLite's own on a small database beside the real one, `<path>-lock`, and who holds it stands in `<path>-lock.json`. So
 * that the name is right or unknown but never wrong, the lock is taken in two steps which SQLite joins without a gap:
 *
 * 1. RESERVED: nobody else can take the lock from here on, but everybody can still read. Now the note is written.
 * 2. EXCLUSIVE: reading is refused as well. Who is refused to *read* therefore knows that the note is the holder's, and not one left
 *    by a process that was killed.
 */
export const lockDatabase = async (databaseUrl: string, holder: string, now: number): Promise<FileLock> => {
  const path = await canonicalPath(databaseUrl)
  const [lockPath, notePath] = [`${path}-lock`, `${path}-lock.json`]
  const refusal = (reason: string) => `Cannot lock database "${basename(path)}": ${reason}`
  try {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const client = createClient({ url: fileUrlOfPath(lockPath), concurrency: 1 })
      if (await isHeld(client)) {
        const note = await readNote(notePath)
        throw new SluiceError(
          'conflict',
          refusal(`held by ${describeHolder(note)}; stop it or wait until it ends`),
        )
      }
      if (await take(client, () => writeNote(notePath, noteOf(holder, now)))) return held(client, notePath)
      await sleep(pauseMs)
    }
  } catch (error) {
    if (error instanceof SluiceError) throw error
    throw new SluiceError('database-unavailable', refusal(`${lockPath}: ${reasonOf(error)}`), {
      cause: error,
    })
  }
  throw new SluiceError('conflict', refusal('another process keeps taking it; try again'))
}

/** Others hold step 1 for a millisecond or two; a second of trying is plenty. */
const attempts = 50
const pauseMs = 20

/** One name for a database however it is spelled, or two processes could hold it under two. Its folder is made when missing. */
const canonicalPath = async (databaseUrl: string): Promise<string> => {
  const path = pathOfFileUrl(databaseUrl)
  if (path === undefined) {
    throw new SluiceError(
      'invalid',
      `Cannot lock database "${databaseUrl}": it is not the file: URL of a file`,
    )
  }
  const absolute = resolve(path)
  try {
    await mkdir(dirname(absolute), { recursive: true, mode: 0o700 })
    return await realpath(absolute).catch(async () =>
      join(await realpath(dirname(absolute)), basename(absolute)),
    )
  } catch (error) {
    const message = `Cannot lock database "${basename(absolute)}": ${reasonOf(error)}`
    throw new SluiceError('database-unavailable', message, { cause: error })
  }
}

/** Whether somebody is at step 2. Reading locks are shared, so that two who ask do not mistake each other for the holder. */
const isHeld = async (client: Client): Promise<boolean> => {
  try {
    await client.execute(anyRead)
    return false
  } catch (error) {
    client.close()
    if (isBusy(error)) return true
    throw error
  }
}

const anyRead = 'SELECT count(*) FROM sqlite_schema'

/** False when another process is just taking it, or will not stop reading it. */
const take = async (client: Client, writeOurNote: () => Promise<void>): Promise<boolean> => {
  const step1 = await begin(client)
  if (step1 === undefined) return false
  try {
    // From here on this connection keeps every lock it gets, at the end of the transaction too.
    await step1.execute('PRAGMA locking_mode = EXCLUSIVE')
    await writeOurNote()
    await step1.execute('PRAGMA user_version = 1') // any write will do: it is its commit that needs step 2
    await commit(step1)
    return true
  } catch (error) {
    step1.close()
    await unlock(client)
    if (isBusy(error)) return false
    throw error
  }
}

const begin = async (client: Client): Promise<Transaction | undefined> => {
  try {
    // Without a journal file there is nothing to roll back after a kill, which would look like step 2 for a moment.
    await client.execute('PRAGMA journal_mode = MEMORY')
    return await client.transaction('write')
  } catch (error) {
    client.close()
    if (isBusy(error)) return undefined
    throw error
  }
}

/**
 * Waits for those who are just reading. By `executeMultiple`, for `Transaction.commit` gives up after a refusal, and leaves a
 * statement behind that keeps the lock until it is collected as garbage.
 */
const commit = async (step1: Transaction): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await step1.executeMultiple('COMMIT')
      return step1.close()
    } catch (error) {
      if (!isBusy(error) || attempt === attempts) throw error
      await sleep(1)
    }
  }
}

/** Collected as garbage, a connection would give up its lock; a caller may well keep no reference to it. */
const holding = new Set<Client>()

const held = (client: Client, notePath: string): FileLock => {
  holding.add(client)
  let released: Promise<void> | undefined
  const release = async () => {
    await removeNote(notePath)
    await unlock(client)
    holding.delete(client)
  }
  return {
    release: () => {
      released ??= release()
      return released
    },
  }
}

/** Closing alone would not do: libSQL keeps the file open until the statements are collected as garbage. */
const unlock = async (client: Client): Promise<void> => {
  await client.execute('PRAGMA locking_mode = NORMAL')
  await client.execute(anyRead) // locks are given back at the end of the next access
  client.close()
}

const isBusy = (error: unknown): boolean => error instanceof LibsqlError && error.code === 'SQLITE_BUSY'

const reasonOf = (error: unknown): string => {
  if (!(error instanceof LibsqlError)) return error instanceof Error ? error.message : String(error)
  const isDamaged = error.code === 'SQLITE_NOTADB' || error.code === 'SQLITE_CORRUPT'
  return isDamaged ? 'it is damaged; remove it when no sluice process uses the database' : error.message
}
