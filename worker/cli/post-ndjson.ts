import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { type ErrorCode, SluiceError } from '../errors.ts'
import type { IngestReport } from '../ingest/ingest-report.ts'

/**
 * Streams NDJSON to the ingest route of a running server. By `node:http`, for `fetch` gives up when no answer has begun after five
 * minutes, and the answer to a load begins at its end. Nor does it follow redirects, so that the token goes nowhere else.
 */
export const postNdjson = async (
  origin: string,
  input: Readable,
  token?: string | undefined,
): Promise<IngestReport> => {
  const url = new URL('/admin/api/ingest', origin)
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/fhir+ndjson',
      Accept: 'application/json, application/fhir+json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
  })
  const answer = answerTo(request, origin)
  try {
    await send(input, request, answer)
    const { status, body } = await answer
    return status === 200 ? reportIn(body, origin) : refuse(status, body, origin)
  } finally {
    request.destroy()
  }
}

type Answer = { readonly status: number; readonly body: string }

const answerTo = (request: ClientRequest, origin: string): Promise<Answer> => {
  const answer = new Promise<Answer>((resolve, reject) => {
    request.once('response', (response: IncomingMessage) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject)
    })
    request.on('error', reject)
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message || error.name : String(error)
    throw new SluiceError('database-unavailable', `Cannot reach server "${origin}": ${reason}`, {
      cause: error,
    })
  })
  answer.catch(() => {}) // it may fail while the input is being read; it is awaited after that
  return answer
}

/** As fast as the server takes it. Stops early when the answer, or a failure of the connection, comes before the end. */
const send = async (input: Readable, request: ClientRequest, answer: Promise<Answer>): Promise<void> => {
  let isOver = false
  const end = () => {
    isOver = true
  }
  const over = answer.then(end, end)
  for await (const chunk of input) {
    if (isOver) return
    if (!request.write(chunk)) await Promise.race([over, drained(request)])
  }
  request.end()
}

const drained = (request: ClientRequest): Promise<void> =>
  new Promise((resolve) => request.once('drain', resolve))

const reportIn = (body: string, origin: string): IngestReport => {
  const report = reportSchema.safeParse(parseJson(body))
  if (report.success) return report.data
  throw new SluiceError(
    'not-found',
    `Cannot load into server "${origin}": its answer is not a report; is it a Sluice server?`,
  )
}

const refuse = (status: number, body: string, origin: string): never => {
  const outcome = outcomeSchema.safeParse(parseJson(body))
  const said = outcome.success
    ? outcome.data.issue.map(({ diagnostics }) => diagnostics).join('; ')
    : `HTTP status ${status}`
  const reason = status === 401 ? `${said}; put an access key into SLUICE_TOKEN` : said
  throw new SluiceError(codeOf(status), `Cannot load into server "${origin}": ${reason}`)
}

const reportSchema = z.object({
  stored: z.number(),
  refused: z.number(),
  problems: z.array(z.object({ line: z.number(), reason: z.string() })),
})

const outcomeSchema = z.object({ issue: z.array(z.object({ diagnostics: z.string() })).min(1) })

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined // no JSON: the schemas refuse it
  }
}

/** Only tells a refusal of this file from one that every file would meet. */
const codeOf = (status: number): ErrorCode => {
  if (status === 401 || status === 403) return 'forbidden'
  if (status === 404 || status === 405) return 'not-found'
  return status === 502 || status === 503 ? 'database-unavailable' : 'internal'
}
