import type { Job } from '../store/jobs.ts'

/**
 * Sends the status of an export apart from that of the request, for clients that have asked for it (Bulk Data IG STU3,
 * `separate-export-status`): 200 says that the question was answered, `X-Export-Status` what the answer is. What is about the
 * request itself, such as 404, 429 and 503, is thrown, and stays what it is.
 */
export const separateStatus = ({ shape }: Pick<Job, 'shape'>, answer: Response): Response => {
  if (!shape.separatesStatus) return answer
  const headers = new Headers(answer.headers)
  headers.set('X-Export-Status', [answer.status, phrases.get(answer.status) ?? []].flat().join(' '))
  return new Response(answer.body, { status: 200, headers })
}

const phrases: ReadonlyMap<number, string> = new Map([
  [200, 'OK'],
  [202, 'Accepted'],
  [500, 'Internal Server Error'],
])
