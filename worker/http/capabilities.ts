import type { ResourceType } from '../fhir/resource-type.ts'
import type { Method, Operation } from './route.ts'

/**
 * An interaction of FHIR's REST API with resources of any type (http://hl7.org/fhir/restful-interaction). Routes and
 * CapabilityStatement are both made from a list of these, so that the one cannot claim what the other lacks.
 */
export type Interaction = {
  readonly code: 'create' | 'read' | 'vread' | 'update' | 'delete' | 'history-instance'
  readonly path: '/{type}' | '/{type}/{id}' | '/{type}/{id}/_history' | '/{type}/{id}/_history/{versionId}'
  readonly method: Method
  readonly operation: Operation
}

/** Interactions with the whole system, such as `transaction`. Whoever registers the route adds its code here. */
export const systemInteractions: readonly ('transaction' | 'batch')[] = ['transaction', 'batch']

/** An operation and where it is served, as the CapabilityStatement tells it. Whoever registers the route adds a line below. */
export type ServedOperation = {
  readonly path: `/$${string}` | `/${ResourceType}/$${string}` | `/${ResourceType}/{id}/$${string}`
  readonly definition: string
}

const attribution = 'http://hl7.org/fhir/us/davinci-atr/OperationDefinition'
const bulkData = 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition'

export const servedOperations: readonly ServedOperation[] = [
  { path: '/$export', definition: `${bulkData}/export` },
  { path: '/Patient/$export', definition: `${bulkData}/patient-export` },
  { path: '/Group/{id}/$export', definition: `${bulkData}/group-export` },
  { path: '/Group/{id}/$member-add', definition: `${attribution}/member-add` },
  { path: '/Group/{id}/$member-remove', definition: `${attribution}/member-remove` },
]
