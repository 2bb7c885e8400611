import { headers } from './openapi-headers.ts'
import { pathParameter, requestHeaders } from './openapi-parameters.ts'

/** Pieces of the OpenAPI document that the interactions with resources share. */
export const typeParameter = pathParameter('type', 'A resource type of FHIR R4', 'Patient')
export const idParameter = pathParameter('id', 'The id of the resource', 'example')
export const versionIdParameter = pathParameter('versionId', 'The number of the version', '3')

export const tags = ['FHIR REST']

const resource = { schema: { type: 'object' as const }, example: { resourceType: 'Patient', id: 'example' } }
const raw = { schema: { type: 'string' as const, format: 'binary' }, example: '%PDF-1.7' }

export const validators = { ETag: headers.versionTag, 'Last-Modified': headers.lastModified }

/** What a POST or PUT sends. */
export const resourceRequest = {
  required: true,
  description: 'The resource; of a Binary also its content as it is, under its own Content-Type',
  content: { 'application/fhir+json': resource, 'application/json': resource, '*/*': raw },
}

export const resourceAnswer = { 'application/fhir+json': resource }

/** The answers to a POST or PUT that stored something; `created` is in the document of both. */
export const created = {
  description: 'The resource was created; the body is as `Prefer: return` asks',
  headers: { ...validators, Location: headers.location },
  content: resourceAnswer,
}

export const readAnswers = {
  200: {
    description: 'The resource; of a Binary its content, unless `Accept` names `application/fhir+json`',
    headers: {
      ...validators,
      Vary: headers.varyAccept,
      'X-Security-Context': headers.securityContext,
      'Content-Disposition': headers.contentDisposition,
      'Content-Security-Policy': headers.contentSecurityPolicy,
      'Cross-Origin-Resource-Policy': headers.crossOriginResourcePolicy,
    },
    content: { ...resourceAnswer, '*/*': raw },
  },
  304: { description: 'Not modified', headers: validators },
}

export const readParameters = [
  requestHeaders.ifNoneMatch,
  requestHeaders.ifModifiedSince,
  requestHeaders.format,
]
export const writeParameters = [requestHeaders.preferReturn, requestHeaders.securityContext]
