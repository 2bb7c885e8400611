import type { FileAccess } from '../config.ts'
import type { Deps } from '../deps.ts'
import { percentOf } from '../export/progress.ts'
import { formatInstant } from '../fhir/instant.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import type { JobDetails, ListedFile } from '../store/read-job-details.ts'
import type { ListedJob } from '../store/read-job-list.ts'
import type { JobDetailsShown, JobShown } from './admin-schemas.ts'
import type { JobFilesShown } from './job-part-schemas.ts'

/** A job in the words of the administrator's API. */
export const showJob = (job: ListedJob): JobShown => ({
  id: job.jobId,
  level: job.level,
  ...(job.groupId === undefined ? {} : { groupId: job.groupId }),
  state: shownState(job.state),
  types: job.typeIds.map(typeOfId),
  ...(job.patients === undefined ? {} : { patients: job.patients }),
  ...(job.sinceMs === undefined ? {} : { since: formatInstant(job.sinceMs) }),
  ...(job.untilMs === undefined ? {} : { until: formatInstant(job.untilMs) }),
  ...(job.clientId === undefined ? {} : { clientId: job.clientId }),
  ...(job.actorName === undefined ? {} : { askedBy: job.actorName }),
  request: job.requestUrl,
  statusUrl: `${job.baseUrl}/$export-status/${job.jobId}`,
  transactionTime: formatInstant(job.transactionTime),
  createdAt: formatInstant(job.createdAt),
  ...(job.endedAt === undefined ? {} : { endedAt: formatInstant(job.endedAt) }),
  ...(job.expiresAt === undefined ? {} : { expiresAt: formatInstant(job.expiresAt) }),
  progress: {
    done: job.resourcesDone,
    total: job.state === 'completed' ? job.resourcesDone : job.resourcesTotal,
    percent: percentOf(job.state, job),
  },
  ...(job.failure === undefined ? {} : { failure: job.failure }),
})

/** Nobody sees a cancelled job: who cancels it removes it. */
const shownState = (state: ListedJob['state']): JobShown['state'] =>
  state === 'cancelled' ? 'failed' : state

export const showJobDetails = (
  { fileAccess }: Pick<Deps['config'], 'fileAccess'>,
  job: ListedJob,
  { types, resting, files, totals }: JobDetails,
): JobDetailsShown => ({
  job: showJob(job),
  types: types.map(({ typeId, ...progress }) => ({ ...typeName(typeId), ...progress })),
  ...(resting === undefined
    ? {}
    : {
        resting: {
          ...typeName(resting.typeId),
          until: formatInstant(resting.until),
          attempts: resting.attempts,
          reason: resting.reason,
        },
      }),
  files: files.map((file) => showFile(fileAccess, job, file)),
  totals,
})

/** Its URL asks for credentials, whatever `FILE_ACCESS` is: an administrator has them. */
export const showFile = (
  fileAccess: FileAccess,
  { baseUrl, folder }: Pick<ListedJob, 'baseUrl' | 'folder'>,
  { name, kind, typeId, lines, bytes, sha256 }: ShownFile,
): JobFilesShown['files'][number] => ({
  name,
  kind,
  ...typeName(typeId ?? undefined),
  lines,
  bytes,
  ...(sha256 ? { sha256 } : {}),
  ...(fileAccess === 'storage' ? {} : { url: `${baseUrl}/$export-file/${folder}/${name}` }),
})

type ShownFile = Pick<ListedFile, 'name' | 'kind' | 'lines' | 'bytes'> & {
  readonly typeId: number | null | undefined
  readonly sha256: string | null | undefined
}

export const typeName = (typeId: number | undefined): { readonly type?: string } =>
  typeId === undefined ? {} : { type: typeOfId(typeId) }
