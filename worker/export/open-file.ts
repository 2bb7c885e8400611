import type { Deps } from '../deps.ts'
import type { ByteRange, ObjectHead, ObjectRead } from '../storage/storage.ts'
import { readJob } from '../store/jobs.ts'
import { readFinishedFile } from '../store/read-export.ts'
import type { Asker } from './asker.ts'
import { assertHasGroup } from './group-access.ts'
import { assertCoversFile, isOwnJob, isThere } from './job-access.ts'
import { recordDownload } from './record-download.ts'

/** A finished file of an export that is neither removed nor expired. */
export type ExportFile = {
  readonly head: ObjectHead
  /** Each time is a download, and recorded as one. */
  read(range?: ByteRange): Promise<ObjectRead | undefined>
}

/**
 * `folder` and `name` are the last two segments of the file's URL, as a client sent them; `undefined` when they name no file (I7), or one of
 * another client. Refused to who has less of a right to it than who started the export.
 */
export const openExportFile = async (
  deps: Deps,
  folder: string,
  name: string,
  asker: Asker,
): Promise<ExportFile | undefined> => {
  const { db, storage, clock } = deps
  const job = await readJob(db, folder.slice(folder.indexOf('_') + 1))
  const isVisible = job?.folder === folder && isOwnJob(job, asker) && isThere(job, clock.now())
  const file = isVisible ? await readFinishedFile(db, job.jobId, name) : undefined
  if (!isVisible || file === undefined) return undefined
  assertCoversFile(job, asker, file.kind === 'output' ? file.typeId : undefined)
  await assertHasGroup(deps, job, asker)
  const key = `${folder}/${name}`
  const head = await storage.head(key)
  if (head === undefined) return undefined
  return {
    head,
    read: async (range) => {
      await recordDownload(deps, job, { name, bytes: head.bytes, range, actor: asker.actor })
      return storage.read(key, range)
    },
  }
}
