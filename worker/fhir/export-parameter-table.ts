import type { ExportParameterName } from './export-parameter-names.ts'
import type { ExportLevel } from './export-request.ts'

/** A parameter as an OperationDefinition has it (http://hl7.org/fhir/R4/operationdefinition.html). */
export type ParameterDefinition = {
  readonly max: '1' | '*'
  readonly type: 'string' | 'code' | 'instant' | 'boolean' | 'integer' | 'positiveInt' | 'Reference'
  readonly targetProfile?: readonly string[]
  readonly documentation: string
}

const memory = 'A quantity such as `2G`, which chooses the nearest of three profiles of work.'

/**
 * Every parameter of a kick-off: who adds a name to the list of those that are read has to say here what it is. `_format` is FHIR's own, of no
 * operation.
 */
const definitions: Readonly<Record<Exclude<ExportParameterName, '_format'>, ParameterDefinition>> = {
  _outputFormat: {
    max: '1',
    type: 'string',
    documentation: 'NDJSON, as `application/fhir+ndjson` (the default), `application/ndjson` or `ndjson`.',
  },
  _since: {
    max: '1',
    type: 'instant',
    documentation:
      'Only resources whose `lastUpdated` is later; deletions since then come in `deleted`. Also a date, which means its first instant in UTC; and, as a string, `job:` and the id of a completed export that was about all this one is about: its `transactionTime`.',
  },
  _until: {
    max: '1',
    type: 'instant',
    documentation:
      'Of the versions current at `transactionTime` only those whose `lastUpdated` is earlier. It does not bring back older versions.',
  },
  _till: { max: '1', type: 'instant', documentation: 'Another name of `_until`.' },
  _type: {
    max: '*',
    type: 'string',
    documentation: 'Resource types, repeated or by commas; without it all that come at this level.',
  },
  _typeFilter: {
    max: '*',
    type: 'string',
    documentation:
      'A search of a type, `Type?parameter=value`: of that type only what matches one of its searches. Repeated; several in one value by commas.',
  },
  _elements: {
    max: '*',
    type: 'string',
    documentation:
      'Root elements to keep, as `Type.element` or `element`, repeated or by commas; what is mandatory or a modifier stays.',
  },
  includeAssociatedData: {
    max: '*',
    type: 'code',
    documentation:
      '`LatestProvenanceResources` or `RelevantProvenanceResources`; `_history`, every version; `_deleted`, deletions also without `_since`.',
  },
  patient: {
    max: '*',
    type: 'Reference',
    targetProfile: ['http://hl7.org/fhir/StructureDefinition/Patient'],
    documentation: 'Only these patients, up to 10,000; by POST. Also as strings, by commas.',
  },
  organizeOutputBy: {
    max: '1',
    type: 'code',
    documentation: '`Patient`: files of blocks, each of a patient and what belongs to him.',
  },
  allowPartialManifests: {
    max: '1',
    type: 'boolean',
    documentation: 'The manifest may come in pages, the first of them while the export still runs.',
  },
  _dryRun: {
    max: '1',
    type: 'boolean',
    documentation:
      'Starts nothing: the answer is 200 with what the export would be. What a kick-off refuses is refused.',
  },
  _maxCount: { max: '1', type: 'positiveInt', documentation: 'Rows of a page, up to 10,000.' },
  fetchResourceBatchSize: { max: '1', type: 'positiveInt', documentation: 'The same.' },
  patientReferenceBatchSize: {
    max: '1',
    type: 'positiveInt',
    documentation: 'Most patients that a query is about, up to 10,000.',
  },
  uploadPartSize: { max: '1', type: 'positiveInt', documentation: 'Bytes of a part of an upload.' },
  loglevel: { max: '1', type: 'code', documentation: 'What the service logs of this export.' },
  _isParallel: { max: '1', type: 'boolean', documentation: '`false`: one work unit at a time.' },
  requestsMemory: { max: '1', type: 'string', documentation: memory },
  ram: { max: '1', type: 'string', documentation: memory },
  limitsMemory: { max: '1', type: 'string', documentation: memory },
  ttlSecondsAfterFinished: {
    max: '1',
    type: 'integer',
    documentation: 'Seconds that the list of the patients exported is kept after the end.',
  },
}

/** The IG has no `patient` at system level; `COMPAT` takes it there too. */
export const exportParameterTable = (
  level: ExportLevel,
  allowsPatientAnywhere: boolean,
): readonly (ParameterDefinition & { readonly name: string })[] =>
  Object.entries(definitions)
    .filter(([name]) => name !== 'patient' || level !== 'system' || allowsPatientAnywhere)
    .map(([name, definition]) => ({ name, ...definition }))
