import type { Context } from 'hono'
import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { kickOff } from '../export/kick-off.ts'
import { parseExportRequest } from '../fhir/export-request.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import { parsePrefer } from '../fhir/prefer.ts'
import { storeNow } from '../store/jobs.ts'
import { fhirJson } from './error-response.ts'
import { exportParameters, outcomeContent, outcomes } from './openapi-parts.ts'
import { readJsonText } from './request-body.ts'
import { type App, type Operation, route } from './route.ts'

/** `GET` and `POST [base]/$export` (Bulk Data IG, "Bulk Data Kick-off Request"). */
export const registerKickOff = (app: App, deps: Deps, wake: () => void): void => {
  const handler = (c: Context) => answerKickOff(c, deps, wake)
  const shared: Omit<Operation, 'operationId' | 'handler'> = {
    tags: ['Bulk Data Export'],
    responses: {
      202: {
        description: 'Accepted: the job is at the URL in Content-Location',
        headers: {
          'Content-Location': {
            schema: { type: 'string', format: 'uri' },
            description: 'URL of the status request',
          },
        },
        content: outcomeContent,
      },
      ...outcomes(400, 403, 413, 415, 503),
    },
  }
  route(app, `${deps.config.fhirPath}/$export`, {
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
        content: {
          'application/fhir+json': {
            schema: { type: 'object' },
            example: {
              resourceType: 'Parameters',
              parameter: [{ name: '_type', valueString: 'Patient,Observation' }],
            },
          },
        },
      },
      handler,
    },
  })
}

const answerKickOff = async (c: Context, deps: Deps, wake: () => void): Promise<Response> => {
  const { db, clock, config } = deps
  const url = new URL(c.req.url)
  const text =
    c.req.method === 'POST' ? await readJsonText(c.req.raw, config.limits.maxRequestBytes) : undefined
  const request = parseExportRequest({
    level: 'system',
    query: [...url.searchParams],
    body: text === undefined ? undefined : parseJson(text),
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
  return c.body(JSON.stringify(accepted), 202, { 'Content-Type': fhirJson, 'Content-Location': location })
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new SluiceError('invalid', 'Cannot read body: it is not valid JSON')
  }
}
