import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessMissing } from './disk-error.ts'
import { headOf } from './disk-file.ts'
import { isSegment } from './key.ts'
import type { ObjectHead } from './storage.ts'

/** The first `limit` objects with `prefix` behind `after`, in key order; reads only the folders that can hold them. */
export const listObjects = async (
  root: string,
  prefix: string,
  after: string,
  limit: number,
): Promise<readonly ObjectHead[]> => {
  const found: ObjectHead[] = []
  for await (const key of walk(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, after)) {
    const stats = await unlessMissing(stat(join(root, key), { bigint: true }))
    const head = stats && headOf(key, stats)
    if (head !== undefined) found.push(head)
    if (found.length === limit) break
  }
  return found
}

/** Keys in key order. `folder` is empty or ends in `/`; so do names of folders, which puts `a-b` before `a/b`, as in S3. */
async function* walk(root: string, folder: string, prefix: string, after: string): AsyncGenerator<string> {
  for (const name of await namesIn(join(root, folder))) {
    const key = folder + name
    if (!key.startsWith(prefix)) continue
    if (!name.endsWith('/')) {
      if (key > after) yield key
    } else if (key > after || after.startsWith(key)) {
      yield* walk(root, key, prefix, after)
    }
  }
}

/** What is in a folder, but for what is not ours: the staging area, `lost+found`, symbolic links. */
const namesIn = async (path: string): Promise<readonly string[]> => {
  const entries = (await unlessMissing(readdir(path, { withFileTypes: true }))) ?? []
  const ours = entries.filter((entry) => isSegment(entry.name) && (entry.isFile() || entry.isDirectory()))
  return ours.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort()
}
