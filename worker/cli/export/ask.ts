import { z } from 'zod'
import { type ErrorCode, hasCode, SluiceError } from '../../errors.ts'
import { type Http, type HttpRequest, unreachable } from './http.ts'
import { type Limits, openPatience } from './patience.ts'
import { printable } from './printable.ts'
import { retryAfterMs } from './retry-after.ts'

/** What every step of a run works with. */
export type Asking = { readonly http: Http; readonly limits: Limits }

export type Answer = { readonly status: number; readonly headers: Headers; readonly text: string }

/**
 * Sends until there is an answer that means something: a server that is away or says "not now" (429, 502, 503, 504, or an
 * OperationOutcome whose issue is `transient`) is asked again while patience lasts. `what` says what was meant, as in "start the export".
 */
export const ask = async (asking: Asking, url: URL, request: HttpRequest, what: string): Promise<Answer> => {
  const { clock } = asking.limits
  const patience = openPatience(asking.limits)
  for (;;) {
    const attempt = await tryOnce(asking.http, url, request)
    if (attempt instanceof SluiceError) await patience.rest(attempt)
    else if (isForNow(attempt)) {
      const askedMs = retryAfterMs(attempt.headers.get('Retry-After'), clock.now())
      await patience.rest(refusalBy(attempt, what), askedMs)
    } else return attempt
  }
}

/** Whatever is answered here is small enough to be held, a manifest of thousands of files too. */
const tryOnce = async (http: Http, url: URL, request: HttpRequest): Promise<Answer | SluiceError> => {
  try {
    const response = await http.send(url, request)
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    if (hasCode(error, 'not-found', 'forbidden')) throw error // a redirect that must not be followed, a token that is not given
    return error instanceof SluiceError ? error : unreachable(url, error)
  }
}

const isForNow = ({ status, text }: Answer): boolean =>
  isBusyStatus(status) || (status >= 500 && issuesIn(text).some(({ code }) => code === 'transient'))

/** The status of the export, which may be told apart from that of the answer (Bulk Data IG STU3, `separate-export-status`). */
export const exportStatusOf = ({ status, headers }: Answer): number => {
  const said = /^[1-5]\d\d/.exec(headers.get('X-Export-Status')?.trim() ?? '')
  return status === 200 && said !== null ? Number(said[0]) : status
}

export const isBusyStatus = (status: number): boolean => [429, 502, 503, 504].includes(status)

/** The error that an answer other than the expected one is; what the server says about it is passed on. */
export const refusalBy = ({ status, text }: Answer, what: string): SluiceError => {
  const said = issuesIn(text).flatMap(({ diagnostics, details }) => diagnostics ?? details?.text ?? [])
  const reason = said.length > 0 ? `${said.join('; ')} (HTTP ${status})` : `the server answers HTTP ${status}`
  const start = `Cannot ${what}: ` // as our own server begins as well
  const rest = reason.startsWith(start) ? reason.slice(start.length) : reason
  return new SluiceError(codeOf(status), `${start}${printable(rest, maxReasonLength)}`)
}

const maxReasonLength = 2000

const codeOf = (status: number): ErrorCode => {
  if (status === 401 || status === 403) return 'forbidden'
  if (status === 404 || status === 410) return 'not-found'
  if (status === 429) return 'throttled'
  return isBusyStatus(status) ? 'database-unavailable' : 'job-failed'
}

const issueSchema = z.object({
  severity: z.string().optional(),
  code: z.string().optional(),
  diagnostics: z.string().optional(),
  details: z.object({ text: z.string().optional() }).optional(),
})
const outcomeSchema = z.object({ resourceType: z.literal('OperationOutcome'), issue: z.array(issueSchema) })
export type Issue = z.infer<typeof issueSchema>

/** The issues of an OperationOutcome; none of anything else. */
export const issuesIn = (text: string): readonly Issue[] => {
  const parsed = outcomeSchema.safeParse(parseJson(text))
  return parsed.success ? parsed.data.issue : []
}

export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no JSON: the schemas refuse it
  }
}
