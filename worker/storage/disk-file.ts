import type { BigIntStats } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errnoOf, isMissing, unlessMissing } from './disk-error.ts'
import type { ObjectHead } from './storage.ts'

/** Patient data is for the user of this process alone. */
const fileMode = 0o600
const folderMode = 0o700

/** Opens a file, lets `use` work on it, and closes it whatever happens. */
export const withFile = async <Result>(
  path: string,
  flags: 'r' | 'r+' | 'wx',
  use: (file: FileHandle) => Promise<Result>,
): Promise<Result> => {
  const file = await open(path, flags, fileMode)
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

/** Writes all of `bytes` at `position`; a single write may write less. */
export const writeAll = async (file: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at)
    at += bytesWritten
  }
}

/** Makes the root, and what is missing above it, durably. */
export const makeRoot = async (root: string): Promise<void> => {
  const first = await makeFolder(root)
  if (first !== undefined) await Promise.all(foldersAbove(root, dirname(first)).map(syncFolder))
}

/** The topmost of the folders it made, if any; not durable yet. */
export const makeFolder = (path: string): Promise<string | undefined> =>
  mkdir(path, { recursive: true, mode: folderMode })

/** Makes the entries of a folder durable. One that is gone has none; Windows cannot, and orders them itself. */
export const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return
  await unlessMissing(withFile(path, 'r', (folder) => folder.sync()))
}

/**
 * Moves a finished file to the place of `key`, atomically and durably, over what may be there. A folder just made may be removed
 * again by a `remove` that found it empty, hence the loop; ENOENT when it is `source` that is missing.
 */
export const moveToKey = async (source: string, root: string, key: string): Promise<void> => {
  const target = join(root, key)
  for (let attempt = 1; ; attempt++) {
    try {
      await makeFolder(dirname(target))
      await rename(source, target)
      break
    } catch (error) {
      if (attempt === 10 || errnoOf(error) !== 'ENOENT' || !(await exists(source))) throw error
    }
  }
  await Promise.all(foldersAbove(target, root).map(syncFolder))
}

/**
 * Removes the folder of a removed object, and those above it, as far as they are empty; never the root. The first that stays is
 * synced, which makes the removal durable.
 */
export const removeEmptyFolders = async (path: string, root: string): Promise<void> => {
  for (const folder of foldersAbove(path, root)) {
    const isGone = folder !== root && (await removeFolderIfEmpty(folder))
    if (!isGone) return syncFolder(folder)
  }
}

/** The object a file is, or `undefined` for anything else. */
export const headOf = (key: string, stats: BigIntStats): ObjectHead | undefined => {
  if (!stats.isFile()) return undefined
  return { key, bytes: Number(stats.size), etag: etagOf(stats), lastModified: Number(stats.mtimeMs) }
}

/**
 * Strong: the time alone would not do, because file systems count it in steps of some milliseconds; but a file that replaces
 * another has been beside it, so its inode differs. Milliseconds are what Node and Deno both tell.
 */
export const etagOf = ({ size, mtimeMs, ino }: BigIntStats): string =>
  `"${size.toString(16)}-${mtimeMs.toString(16)}-${ino.toString(16)}"`

const exists = async (path: string): Promise<boolean> => (await unlessMissing(stat(path))) !== undefined

/** The folder of `path` first, `top` last. */
const foldersAbove = (path: string, top: string): readonly string[] => {
  const folders: string[] = []
  for (let folder = dirname(path); folder.length > top.length; folder = dirname(folder)) folders.push(folder)
  return [...folders, top]
}

/** Whether the folder is gone; another process may have removed it, or filled it again. */
const removeFolderIfEmpty = async (path: string): Promise<boolean> => {
  try {
    await rmdir(path)
    return true
  } catch (error) {
    if (isMissing(error)) return true
    if (['ENOTEMPTY', 'EEXIST', 'EBUSY'].includes(errnoOf(error) ?? '')) return false
    throw error
  }
}
