import { commitUnitDone } from '../store/export-files.ts'
import type { Job } from '../store/jobs.ts'
import { readFinishedFiles } from '../store/read-export.ts'
import { held } from './lease-keeper.ts'
import { manifestOf } from './manifest.ts'
import type { Slice } from './slice.ts'

/** The object that says of a folder that it is complete, and what is in it. It is no output file: nothing lists or serves it. */
export const manifestKey = ({ folder }: Pick<Job, 'folder'>): string => `${folder}/_manifest.json`

/**
 * The last slice of a job: puts the manifest beside the files, with their names for URLs, so that the folder can be understood, and verified,
 * wherever it is taken. It may be repeated: everything in it is fixed by then (I2).
 */
export const runManifestSlice = async ({ deps, job, unit, lease, account }: Slice): Promise<void> => {
  const { db, storage, config } = deps
  const files = await readFinishedFiles(db, job.jobId)
  // Names in a folder want no token, whatever the service asks of those who come to it.
  const links = { linkOf: async (name: string) => ({ url: name }), requiresAccessToken: false }
  const manifest = await manifestOf(config, job, files, links)
  const bytes = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`)
  await lease.during(storage.put(manifestKey(job), bytes, 'application/json'))
  const end = { slice: account('done'), retentionMs: config.limits.retentionMs }
  held(await commitUnitDone(db, unit, end))
}
