import { type FileHandle, open, readFile, rm, stat } from 'node:fs/promises'
import { z } from 'zod'
import { parseJson } from './ask.ts'
import { replaceFile } from './state.ts'

/**
 * What is there of a file that is being downloaded: `<name>.part`, and beside it `<name>.part.json` with the ETag of what it is a
 * beginning of. Without a strong ETag nobody can tell whether the rest still belongs to it, so it is begun anew.
 */
export type Beginning = { readonly bytes: number; readonly etag: string }

export const partPath = (path: string): string => `${path}.part`
const notePath = (path: string): string => `${path}.part.json`

const noteSchema = z.object({ etag: z.string() })

export const readBeginning = async (path: string): Promise<Beginning | undefined> => {
  const note = await readFile(notePath(path), 'utf8').catch(() => '')
  const parsed = noteSchema.safeParse(parseJson(note))
  const bytes = await stat(partPath(path)).then(
    ({ size }) => size,
    () => 0,
  )
  return parsed.success && bytes > 0 ? { bytes, etag: parsed.data.etag } : undefined
}

/** Opens the partial file to go on at its end, or empty; the note of a new one is written before its first byte. */
export const openPart = async (
  path: string,
  etag: string | undefined,
  goesOn: boolean,
): Promise<FileHandle> => {
  if (goesOn) return open(partPath(path), 'a', 0o600)
  await removePart(path)
  const handle = await open(partPath(path), 'wx', 0o600)
  if (etag !== undefined) await replaceFile(notePath(path), `${JSON.stringify({ etag })}\n`)
  return handle
}

export const removePart = async (path: string): Promise<void> => {
  await rm(notePath(path), { force: true }) // first, or a kill in between would leave the note of what is gone
  await rm(partPath(path), { force: true })
}

export const removeNote = (path: string): Promise<void> => rm(notePath(path), { force: true })
