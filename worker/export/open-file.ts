import type { Deps } from '../deps.ts'
import type { ByteRange, ObjectHead, ObjectRead } from '../storage/storage.ts'
import { readJob } from '../store/jobs.ts'
import { isFinishedFile } from '../store/read-export.ts'

/** A finished file of an export that is neither removed nor expired. */
export type ExportFile = {
  readonly head: ObjectHead
  read(range?: ByteRange): Promise<ObjectRead | undefined>
}

/** `folder` and `name` are the last two segments of the file's URL, as a client sent them; `undefined` when they name no file (I7). */
export const openExportFile = async (
  { db, storage, clock }: Deps,
  folder: string,
  name: string,
): Promise<ExportFile | undefined> => {
  const job = await readJob(db, folder.slice(folder.indexOf('_') + 1))
  const isVisible =
    job?.folder === folder && job.goneAt === undefined && (job.expiresAt ?? Infinity) > clock.now()
  if (!isVisible || !(await isFinishedFile(db, job.jobId, name))) return undefined
  const key = `${folder}/${name}`
  const head = await storage.head(key)
  return head === undefined ? undefined : { head, read: (range) => storage.read(key, range) }
}
