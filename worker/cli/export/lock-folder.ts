import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { parseJson } from './ask.ts'
import { printable } from './printable.ts'

const noteSchema = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  /** Of the process that wrote it: a number of a process is used again, the first thing in a container that starts anew. */
  processId: z.string().optional(),
  /** When the system started that process, in the system's own words; missing where the system does not tell. */
  processStart: z.string().optional(),
  since: z.string().optional(),
})
type Note = z.infer<typeof noteSchema>

const ourProcessId = randomUUID()

/**
 * Keeps a second command out of the folder, which is made when missing, for two that append to one file would spoil it. A lock whose process is there no more, for it
 * was killed, is taken over; one of another machine is believed.
 */
export const lockFolder = async (out: string, now: number): Promise<() => Promise<void>> => {
  try {
    await mkdir(out, { recursive: true, mode: 0o700 })
    const path = join(out, '.sluice-export.lock')
    const text = await newNote(now)
    for (let attempt = 1; !(await placeNote(path, text)); attempt += 1) {
      const found = await readNote(path)
      const isFree = found === undefined || !(await isHeld(found))
      if (!isFree || attempt > maxAttempts) throw conflict(out, path, isFree ? undefined : found)
      if (found !== undefined) await removeStale(path, found, text)
    }
    return () => removeOwn(path, text)
  } catch (error) {
    if (error instanceof SluiceError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new SluiceError('invalid', `Cannot export into "${out}": ${reason}`, { cause: error })
  }
}

/** Each finds what changes within milliseconds: a lock that is released, or another command that takes over a stale one. */
const maxAttempts = 3

const newNote = async (now: number): Promise<string> => {
  const note: Note = {
    pid: process.pid,
    host: hostname(),
    processId: ourProcessId,
    processStart: await processStartOf(process.pid),
    since: new Date(now).toISOString(),
  }
  return `${JSON.stringify(note)}\n`
}

/** Makes the lock with its note inside, or not at all, so that nobody reads one that is not written yet. Whether it did: it does not where a lock is. */
const placeNote = async (path: string, text: string): Promise<boolean> => {
  const own = `${path}.${randomUUID()}`
  try {
    await writeNew(own, text)
    await link(own, path).catch((error: unknown) => {
      if (!hasErrno(error, ...errnosWithoutLinks)) throw error
      return copyFile(own, path, constants.COPYFILE_EXCL)
    })
    return true
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(own, { force: true })
  }
}

/** File systems without links (exFAT, some shares) say one of these; there the moment between making and writing remains. */
const errnosWithoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

const writeNew = async (path: string, text: string): Promise<void> => {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** `undefined` when there is none any more. */
const readNote = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

const noteIn = (text: string): Note | undefined => noteSchema.safeParse(parseJson(text)).data

/** What is no note was left by a machine that stopped before it was on disk. */
const isHeld = async (text: string): Promise<boolean> => {
  const note = noteIn(text)
  if (note === undefined) return false
  if (note.host !== hostname()) return true
  if (note.pid === process.pid) return note.processId === ourProcessId
  if (!isThere(note.pid)) return false
  const start = await processStartOf(note.pid)
  return note.processStart === undefined || start === undefined || note.processStart === start
}

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasErrno(error, 'EPERM')
  }
}

/** Linux tells it, in ticks since it booted: the 20th field after the name, which is in brackets and may hold anything. */
const processStartOf = async (pid: number): Promise<string | undefined> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '') // another system, or gone
  return text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(' ')[19]
}

/**
 * Two commands may find the same stale lock, and the slower one must not remove what the quicker one has put in its place: only who has the guard looks again and
 * removes. A guard whose process was killed in just that moment is cleared away for the next attempt.
 */
const removeStale = async (path: string, stale: string, text: string): Promise<void> => {
  const guard = `${path}.guard`
  if (!(await placeNote(guard, text))) {
    const other = await readNote(guard)
    if (other !== undefined && !(await isHeld(other))) await rm(guard, { force: true })
    return
  }
  try {
    if ((await readNote(path)) === stale) await rm(path, { force: true })
  } finally {
    await rm(guard, { force: true })
  }
}

const removeOwn = async (path: string, text: string): Promise<void> => {
  if ((await readNote(path)) === text) await rm(path, { force: true })
}

const conflict = (out: string, path: string, text: string | undefined): SluiceError => {
  const note = noteIn(text ?? '')
  const since = note?.since === undefined ? '' : ` since ${printable(note.since)}`
  const who = note === undefined ? 'another process' : `process ${note.pid} on host ${printable(note.host)}`
  return new SluiceError(
    'conflict',
    `Cannot export into "${out}": ${who} does so${since}; if it does not any more, remove its lock ${path}`,
  )
}

const hasErrno = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))
