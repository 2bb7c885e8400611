import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import process from 'node:process'
import { z } from 'zod'

/** Who holds the lock of a database; a text file, so that an administrator can look as well. */
const noteSchema = z.object({ holder: z.string(), pid: z.number(), host: z.string(), since: z.string() })
export type LockNote = z.infer<typeof noteSchema>

export const noteOf = (holder: string, now: number): LockNote => ({
  holder,
  pid: process.pid,
  host: hostname(),
  since: new Date(now).toISOString(),
})

/** Replaces the note at once: a reader sees the old one or the new one. */
export const writeNote = async (path: string, note: LockNote): Promise<void> => {
  await writeFile(`${path}.new`, `${JSON.stringify(note)}\n`)
  await rename(`${path}.new`, path)
}

/** `undefined` when there is none or it is not one of ours; the lock counts, the note only explains it. */
export const readNote = async (path: string): Promise<LockNote | undefined> => {
  try {
    return noteSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

export const removeNote = (path: string): Promise<void> => rm(path, { force: true })

export const describeHolder = (note: LockNote | undefined): string =>
  note === undefined
    ? 'another process'
    : `${note.holder} (process ${note.pid} on host ${note.host} since ${note.since})`
