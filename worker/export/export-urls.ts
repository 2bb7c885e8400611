import type { Config } from '../config.ts'
import type { Job } from '../store/jobs.ts'

type Compat = Config['compat']

/** Where a client asks for the status of an export, or for a page of its manifest. */
export const statusUrlOf = (
  compat: Compat,
  { baseUrl, jobId }: Pick<Job, 'baseUrl' | 'jobId'>,
  page?: number,
): string => {
  const isFirely = compat.includes('firely-urls')
  const url = isFirely ? `${baseUrl}/$exportstatus?_id=${jobId}` : `${baseUrl}/$export-status/${jobId}`
  return page === undefined ? url : `${url}${isFirely ? '&' : '?'}page=${page}`
}

/** Where this service serves a file. */
export const fileUrlOf = (
  compat: Compat,
  { baseUrl, folder }: Pick<Job, 'baseUrl' | 'folder'>,
  name: string,
): string =>
  `${baseUrl}/${compat.includes('firely-urls') ? '$exportfilerequest' : '$export-file'}/${folder}/${name}`
