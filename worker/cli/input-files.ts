import type { Stats } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError } from '../errors.ts'

/** A file to load: as the user would name it, and its size on disk. */
export type InputFile = { readonly path: string; readonly bytes: number }

export type FoundFiles = {
  readonly files: readonly InputFile[]
  /** Other files that were met in folders. */
  readonly skipped: readonly string[]
}

/**
 * The NDJSON files among `paths` and in the folders among them, folder by folder in order of name, each file once. Hidden files and
 * folders are passed over in silence, and links to folders are not followed.
 */
export const findInputFiles = async (paths: readonly string[]): Promise<FoundFiles> => {
  const files: InputFile[] = []
  const skipped: string[] = []
  for (const path of paths) {
    const stats = await statOf(path)
    if (stats.isDirectory()) await searchFolder(path, files, skipped)
    else files.push(namedFile(path, stats))
  }
  if (files.length === 0) throw refusal(paths.join('", "'), 'no .ndjson or .ndjson.gz file is in there')
  return { files: await withoutRepeats(files), skipped }
}

const statOf = async (path: string): Promise<Stats> => {
  try {
    return await stat(path)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw refusal(path, isMissing ? 'it is not there' : String(error))
  }
}

const namedFile = (path: string, stats: Stats): InputFile => {
  if (!stats.isFile()) throw refusal(path, 'it is neither a file nor a folder')
  if (!isNdjsonName(path)) throw refusal(path, 'its name must end in .ndjson or .ndjson.gz')
  return { path, bytes: stats.size }
}

const searchFolder = async (folder: string, files: InputFile[], skipped: string[]): Promise<void> => {
  const entries = await readdir(folder, { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) {
      await searchFolder(path, files, skipped)
      continue
    }
    const stats = isNdjsonName(path) ? await statOf(path) : undefined
    if (stats?.isFile()) files.push({ path, bytes: stats.size })
    else skipped.push(path)
  }
}

const isNdjsonName = (path: string): boolean => /\.ndjson(?:\.gz)?$/i.test(path)

/** A file named twice, or named and found, would be stored as two versions of everything. */
const withoutRepeats = async (files: readonly InputFile[]): Promise<readonly InputFile[]> => {
  const byRealPath = new Map<string, InputFile>()
  for (const file of files) {
    const path = await realpath(file.path)
    if (!byRealPath.has(path)) byRealPath.set(path, file)
  }
  return [...byRealPath.values()]
}

const refusal = (path: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot load "${path}": ${reason}`)
