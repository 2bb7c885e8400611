import type { Context } from 'hono'
import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { kickOff } from '../export/kick-off.ts'
import { parseExportRequest } from '../fhir/export-request.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import { parsePrefer } from '../fhir/prefer.ts'
import { storeNow } from '../store/jobs.ts'
import { fhirJson } from './error-response.ts'
import { exportParameters, headers, informationContent, outcomes } from './openapi-parts.ts'
import { readJsonText } from './request-body.ts'
import { type App, fhirRoot, type Operation, route } from './route.ts'

/** `GET` and `POST [base]/$export` (Bulk Data IG, "Bulk Data Kick-off Request"). */
export const registerKickOff = (app: App, deps: Deps, wake: () => void): void => {
  const handler = (c: Context) => answerKickOff(c, deps, wake)
  const parametersBody = {
    schema: { type: 'object' as const },
    example: {
      resourceType: 'Parameters',
      parameter: [{ name: '_type', valueString: 'Patient,Observation' }],
    },
  }
  const shared: Omit<Operation, 'operationId' | 'handler'> = {
    tags: ['Bulk Data Export'],
    responses: {
      202: {
        description: 'Accepted: the job is at the URL in Content-Location',
        headers: { 'Content-Location': headers.contentLocation },
        content: informationContent('The export was accepted'),
      },
      ...outcomes(400, 403, 413, 415, 503),
    },
  }
  route(app, fhirRoot(deps.config), '/$export', {
    get: {
      ...shared,
      operationId: 'kickOffSystemExport',
      summary: 'Start a system-level export',
      parameters: exportParameters,
      handler,
      refusesHead: true,
    },
    post: {
      ...shared,
      operationId: 'kickOffSystemExportByPost',
      summary: 'Start a system-level export, with a Parameters resource',
      parameters: exportParameters,
      requestBody: {
        required: false,
        description: 'A FHIR Parameters resource; without a body the query says it all',
        content: { 'application/fhir+json': parametersBody, 'application/json': parametersBody },
      },
      handler,
    },
  })
}

const answerKickOff = async (c: Context, deps: Deps, wake: () => void): Promise<Response> => {
  const { db, clock, config } = deps
  const url = new URL(c.req.url)
  const request = parseExportRequest({
    level: 'system',
    query: [...url.searchParams],
    body: await readParameters(c, config.limits.maxRequestBytes),
    lenient: parsePrefer(c.req.header('prefer')).handling === 'lenient',
    nowMs: await storeNow(db, clock.now()),
  })
  const jobId = await kickOff(deps, request, config.baseUrl + url.pathname + url.search)
  wake()
  const location = `${fhirBase(config)}/$export-status/${jobId}`
  const accepted = outcomeOf([
    {
      severity: 'information',
      code: 'informational',
      diagnostics: `The export was accepted; its status is at ${location}`,
    },
  ])
  return c.body(JSON.stringify(accepted), 202, {
    'Content-Type': fhirJson,
    'Content-Location': location,
    'Cache-Control': 'no-store',
  })
}

/** The JSON of a POST that has a body. Of a GET nobody reads it, and who sends one would get another export than he asked for. */
const readParameters = async (c: Context, maxBytes: number): Promise<unknown> => {
  if (c.req.method === 'POST') {
    const text = await readJsonText(c.req.raw, maxBytes)
    return text === undefined ? undefined : parseJson(text)
  }
  const hasBody = (c.req.header('content-length') ?? '0') !== '0' || c.req.header('transfer-encoding')
  if (hasBody)
    throw new SluiceError(
      'invalid',
      'Cannot read body: a GET takes its parameters from the query; use POST to send them in a body',
    )
  return undefined
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new SluiceError('invalid', 'Cannot read body: it is not valid JSON')
  }
}
