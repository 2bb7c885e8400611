import type { Context } from 'hono'
import { type Deps, fhirBase } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { OperationOutcome } from '../fhir/operation-outcome.ts'
import { parsePrefer } from '../fhir/prefer.ts'
import { processBundle } from '../ingest/process-bundle.ts'
import { admit } from './admit.ts'
import { grantsAtRest } from './asker.ts'
import { type BundleAnswer, bundleText } from './bundle-response.ts'
import { fhirJson, outcomeOfError } from './error-response.ts'
import { requestHeaders } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { readJsonText } from './request-body.ts'
import { type App, fhirRoot, route } from './route.ts'

/** `POST [base]`, with or without a slash behind it: batch and transaction (FHIR R4 http.html#transaction). */
export const registerBundle = (app: App, deps: Deps): void => {
  const handler = fewAtOnce((c) => answerBundle(c, deps))
  const media = { schema: { type: 'object' as const }, example: exampleRequest }
  route(app, fhirRoot(deps.config), '/', {
    post: {
      operationId: 'processBundle',
      summary: 'Do what a batch or transaction Bundle asks for',
      description:
        'A transaction is done as a whole or not at all, and links to a `fullUrl` become those of what was stored; the entries of a batch stand each for itself. Interactions: POST, PUT, DELETE, GET and HEAD of resources, without search.',
      tags: ['FHIR REST'],
      parameters: [requestHeaders.preferReturn, requestHeaders.contentEncoding],
      requestBody: {
        required: true,
        content: { 'application/fhir+json': media, 'application/json': media },
      },
      responses: {
        200: {
          description: 'A Bundle of type `transaction-response` or `batch-response`, entry by entry',
          content: {
            'application/fhir+json': { schema: { type: 'object' }, example: exampleResponse },
          },
        },
        ...outcomes(400, 403, 404, 410, 412, 413, 415, 429, 503),
      },
      access: 'client',
      handler,
    },
  })
  const { fhirPath } = deps.config
  if (fhirPath === '') return
  app.all(fhirPath, async (c) => {
    if (c.req.method === 'POST') {
      await admit(c, 'client')
      return handler(c)
    }
    const message = `Cannot ${c.req.method} this URL: it allows POST`
    throw new SluiceError('method-not-allowed', message, { allow: ['POST'] })
  })
}

/** Each is held in memory whole, several times over. */
const bundlesAtOnce = 2

/** Answers a few Bundles at a time; who comes when there are too many is told to come back. */
const fewAtOnce = (answer: (c: Context) => Promise<Response>): ((c: Context) => Promise<Response>) => {
  let underWay = 0
  return async (c) => {
    if (underWay >= bundlesAtOnce)
      throw new SluiceError('throttled', 'Cannot process the Bundle now: others are being processed', {
        retryAfterSeconds: 2,
      })
    underWay++
    try {
      return await answer(c)
    } finally {
      underWay--
    }
  }
}

const answerBundle = async (c: Context, deps: Deps): Promise<Response> => {
  const { config, log } = deps
  const text = await readJsonText(c.req.raw, config.limits.maxBundleBytes)
  if (text === undefined)
    throw new SluiceError('invalid', 'Cannot process the Bundle: the request has no body')
  const answer = bundleText(await processBundle(deps, grantsAtRest(c), text), {
    serverBase: fhirBase(config),
    isRepresented: parsePrefer(c.req.header('prefer')).returns === 'representation',
    toOutcome: oncePerError((error) => outcomeOfError(log, error, c.req.routePath)),
  })
  return c.body(answer, 200, { 'Content-Type': fhirJson, 'Cache-Control': 'no-store' })
}

/** Writes that share a transaction of the database fail with one error, which is to be logged once. */
const oncePerError = (toOutcome: BundleAnswer['toOutcome']): BundleAnswer['toOutcome'] => {
  const outcomes = new Map<SluiceError, OperationOutcome>()
  return (error) => {
    const outcome = outcomes.get(error) ?? toOutcome(error)
    outcomes.set(error, outcome)
    return outcome
  }
}

const exampleUrn = 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a'

const exampleRequest = {
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [
    {
      fullUrl: exampleUrn,
      resource: { resourceType: 'Patient' },
      request: { method: 'POST', url: 'Patient' },
    },
    {
      resource: {
        resourceType: 'Observation',
        id: 'example',
        status: 'final',
        code: { text: 'Weight' },
        subject: { reference: exampleUrn },
      },
      request: { method: 'PUT', url: 'Observation/example' },
    },
  ],
}

const exampleResponse = {
  resourceType: 'Bundle',
  type: 'transaction-response',
  entry: ['Patient/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d', 'Observation/example'].map((name) => ({
    response: {
      status: '201 Created',
      location: `http://127.0.0.1:8080/fhir/${name}/_history/1`,
      etag: 'W/"1"',
      lastModified: '2026-11-20T10:26:46.123Z',
    },
  })),
}
