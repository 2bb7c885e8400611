import type { Config } from '../config.ts'
import { fhirBase } from '../deps.ts'
import type { ExportLevel } from '../fhir/export-request.ts'
import { bulkDataDefinitions, definitionIdOf } from '../fhir/operation-definition.ts'
import { isInPatientCompartment } from '../fhir/patient-compartment.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import type { Method, Operation } from './route.ts'

/**
 * An interaction of FHIR's REST API with resources of any type (http://hl7.org/fhir/restful-interaction). Routes and
 * CapabilityStatement are both made from a list of these, so that the one cannot claim what the other lacks.
 */
export type Interaction = {
  readonly code: 'create' | 'read' | 'vread' | 'update' | 'delete' | 'history-instance' | 'search-type'
  readonly path:
    | '/{type}'
    | '/{type}/_search'
    | '/{type}/{id}'
    | '/{type}/{id}/_history'
    | '/{type}/{id}/_history/{versionId}'
  readonly method: Method
  readonly operation: Operation
}

/** Interactions with the whole system, such as `transaction`. Whoever registers the route adds its code here. */
export const systemInteractions: readonly ('transaction' | 'batch')[] = ['transaction', 'batch']

/** An operation and where it is served, as the CapabilityStatement tells it. Whoever registers the route adds a line below. */
export type ServedOperation = {
  readonly path: `/$${string}` | `/${ResourceType}/$${string}` | `/${ResourceType}/{id}/$${string}`
  readonly definition: string
  /** Another name for it, by which some look for it: no URL has that. */
  readonly alias?: string
}

/** When what a CapabilityStatement and our definitions say last changed. */
export const capabilitiesDate = '2026-11-20'

const attribution = 'http://hl7.org/fhir/us/davinci-atr/OperationDefinition'

/** The names of the IG's definitions are aliases: HL7's BDT looks for them, Inferno for `export` (SPEC CAP-03, CAP-04). */
const exports = {
  system: { path: '/$export' },
  patient: { path: '/Patient/$export', alias: 'patient-export' },
  group: { path: '/Group/{id}/$export', alias: 'group-export' },
} as const satisfies Record<ExportLevel, Omit<ServedOperation, 'definition'>>

/** What this deployment serves: exports at the levels that are switched on. */
export const servedOperations = (config: Config): readonly ServedOperation[] => [
  ...config.exportLevels.map((level) => ({
    ...exports[level],
    definition: `${bulkDataDefinitions}/${definitionIdOf[level]}`,
  })),
  { path: '/$export-status', definition: `${fhirBase(config)}/OperationDefinition/export-status` },
  { path: '/Group/{id}/$member-add', definition: `${attribution}/member-add` },
  { path: '/Group/{id}/$member-remove', definition: `${attribution}/member-remove` },
]

/**
 * Of an export at Patient or Group level: whether resources of this type can be in it. What is in no compartment of a patient never is
 * (the IG, "Bulk Data Kick-off Request": CAP-06).
 */
export const canBeExportedOfPatients = ({ additional }: Config, type: ResourceType): boolean =>
  isInPatientCompartment(type) || additional.types.includes(type)
