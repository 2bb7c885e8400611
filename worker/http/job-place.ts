import type { JobPlace } from '../store/read-job-list.ts'

/** A place in a list of jobs as it stands in URLs. */
export const showPlace = ({ createdAt, jobId }: JobPlace): string => `${createdAt}_${jobId}`

/** `undefined` for a text that no page has given. */
export const parsePlace = (text: string): JobPlace | undefined => {
  const [, createdAt, jobId] = /^(\d{1,15})_([\w-]{1,64})$/.exec(text) ?? []
  return createdAt === undefined || jobId === undefined ? undefined : { createdAt: Number(createdAt), jobId }
}
