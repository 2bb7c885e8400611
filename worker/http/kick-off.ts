import type { Context } from 'hono'
import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { estimateExport } from '../export/estimate-export.ts'
import { statusUrlOf } from '../export/export-urls.ts'
import { type KickOff, kickOff } from '../export/kick-off.ts'
import { partBoundsOf } from '../export/part-bounds.ts'
import { type ExportLevel, parseExportRequest } from '../fhir/export-request.ts'
import { outcomeOf } from '../fhir/operation-outcome.ts'
import { parsePrefer } from '../fhir/prefer.ts'
import { storeNow } from '../store/jobs.ts'
import { askerOf } from './asker.ts'
import { demandKickOffHeaders } from './demand-headers.ts'
import { fhirJson } from './error-response.ts'
import { exportParameters, patientParameter } from './export-parameters.ts'
import { idempotencyKeyOf } from './idempotency-key.ts'
import { headers } from './openapi-headers.ts'
import { pathParameter } from './openapi-parameters.ts'
import { informationContent, outcomes } from './openapi-responses.ts'
import { readJson } from './request-body.ts'
import { type App, fhirRoot, type Operation, route, type Wake } from './route.ts'
import { exampleEstimate, showEstimate } from './show-estimate.ts'

/** `GET` and `POST` of `$export` at its three levels (Bulk Data IG, "Bulk Data Kick-off Request"). */
export const registerKickOff = (app: App, deps: Deps, wake: Wake): void => {
  for (const level of levels) {
    const handler = (c: Context) => answerKickOff(c, deps, level, wake)
    const { path, name, of } = level
    route(app, fhirRoot(deps.config), path, {
      get: {
        ...shared(level),
        operationId: `kickOff${name}Export`,
        summary: `Start an export of ${of}`,
        parameters: [...level.parameters, ...exportParameters],
        access: 'client',
        handler,
        refusesHead: true,
      },
      post: {
        ...shared(level),
        operationId: `kickOff${name}ExportByPost`,
        summary: `Start an export of ${of}, with a Parameters resource`,
        parameters: [...level.parameters, ...exportParameters, ...level.postParameters],
        requestBody: {
          required: false,
          description: 'A FHIR Parameters resource; without a body the query says it all',
          content: { 'application/fhir+json': level.body, 'application/json': level.body },
        },
        access: 'client',
        handler,
      },
    })
  }
}

type Level = {
  readonly level: ExportLevel
  readonly path: string
  readonly name: string
  readonly of: string
  readonly parameters: ReturnType<typeof pathParameter>[]
  readonly postParameters: ReturnType<typeof pathParameter>[]
  readonly body: ReturnType<typeof parametersBody>
}

const parametersBody = (...others: readonly object[]) => ({
  schema: { type: 'object' as const, additionalProperties: true },
  example: {
    resourceType: 'Parameters',
    parameter: [{ name: '_type', valueString: 'Patient,Observation' }, ...others],
  },
})
const listed = parametersBody({ name: 'patient', valueReference: { reference: 'Patient/example' } })

const levels: readonly Level[] = [
  {
    level: 'system',
    path: '/$export',
    name: 'System',
    of: 'everything',
    parameters: [],
    postParameters: [],
    body: parametersBody(),
  },
  {
    level: 'patient',
    path: '/Patient/$export',
    name: 'Patient',
    of: 'all patients, or of those listed, and what is in their compartments',
    parameters: [],
    postParameters: [patientParameter],
    body: listed,
  },
  {
    level: 'group',
    path: '/Group/{id}/$export',
    name: 'Group',
    of: 'the members of a Group, or of those listed, and what is in their compartments',
    parameters: [pathParameter('id', 'The id of the Group', 'example')],
    postParameters: [patientParameter],
    body: listed,
  },
]

const shared = ({ level }: Level): Omit<Operation, 'operationId' | 'handler' | 'access'> => ({
  tags: ['Bulk Data Export'],
  responses: {
    200: {
      description: 'With `_dryRun`: what the export would be, as a Parameters resource; nothing was started',
      content: { 'application/fhir+json': { schema: { type: 'object' }, example: exampleEstimate } },
    },
    202: {
      description: 'Accepted: the job is at the URL in Content-Location',
      headers: {
        'Content-Location': headers.contentLocation,
        'Preference-Applied': headers.preferenceApplied,
      },
      content: informationContent('The export was accepted'),
    },
    ...outcomes(400, 403, ...(level === 'group' ? ([404] as const) : []), 406, 409, 413, 415, 422, 501, 503),
  },
})

const answerKickOff = async (c: Context, deps: Deps, { level }: Level, wake: Wake): Promise<Response> => {
  const { db, clock, config } = deps
  if (!config.exportLevels.includes(level))
    throw new SluiceError('not-implemented', `Cannot export at ${level} level: it is switched off here`)
  demandKickOffHeaders(c.req.raw, config)
  const url = new URL(c.req.url)
  const { handling, separateExportStatus: separatesStatus } = parsePrefer(c.req.header('prefer'))
  const lenient = handling === 'lenient'
  const idempotencyKey = idempotencyKeyOf(c)
  const parsed = parseExportRequest({
    level,
    query: [...url.searchParams],
    body: await readParameters(c, config.limits.maxRequestBytes),
    lenient,
    nowMs: await storeNow(db, clock.now()),
    serverBase: fhirBase(config),
    allowsPatientAnywhere: config.compat.includes('patient-in-query'),
    allowsTypeAlias: config.compat.includes('type-alias'),
    partBytes: partBoundsOf(config),
    isGet: c.req.method === 'GET',
    additionalTypes: config.additional.types,
  })
  const request = { ...parsed, shape: { ...parsed.shape, separatesStatus } }
  const requestUrl = config.baseUrl + url.pathname + url.search
  const groupId = level === 'group' ? c.req.param('id') : undefined
  const given = { request, urlLevel: level, groupId, requestUrl, lenient, idempotencyKey, asker: askerOf(c) }
  if (request.isDryRun) return answerDryRun(c, deps, given)
  const jobId = await kickOff(deps, given)
  wake(c)
  const location = statusUrlOf(config.compat, { baseUrl: fhirBase(config), jobId })
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
    ...(separatesStatus ? { 'Preference-Applied': 'respond-async, separate-export-status' } : {}),
  })
}

const answerDryRun = async (c: Context, deps: Deps, given: KickOff): Promise<Response> =>
  c.body(JSON.stringify(showEstimate(await estimateExport(deps, given))), 200, {
    'Content-Type': fhirJson,
    'Cache-Control': 'no-store',
  })

/** The JSON of a POST that has a body. Of a GET nobody reads it, and who sends one would get another export than he asked for. */
const readParameters = async (c: Context, maxBytes: number): Promise<unknown> => {
  if (c.req.method === 'POST') {
    return readJson(c.req.raw, maxBytes)
  }
  const hasBody = (c.req.header('content-length') ?? '0') !== '0' || c.req.header('transfer-encoding')
  if (hasBody)
    throw new SluiceError(
      'invalid',
      'Cannot read body: a GET takes its parameters from the query; use POST to send them in a body',
    )
  return undefined
}
