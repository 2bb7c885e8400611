import { amount, list, optional, type Parameter } from './openapi-parameters.ts'

/** Wishes about the work; none of them changes which lines come out, nor their order. */
const tuningParameters: Parameter[] = [
  amount('_maxCount', 'Rows of a page, at most 10,000', 1000),
  amount('fetchResourceBatchSize', 'The same as `_maxCount`', 1000),
  amount('patientReferenceBatchSize', 'Most patients of a query, up to 10,000', 100),
  amount(
    'uploadPartSize',
    'Bytes of a part of an upload: at most twice `PART_BYTES`, at least 5 MiB where the storage is S3',
    8_388_608,
  ),
  optional(
    'query',
    'loglevel',
    'What the service logs of this export: `debug`, `info`, `warn` or `error`',
    'debug',
  ),
  optional(
    'query',
    '_isParallel',
    '`false`: one work unit of this export is advanced at a time; `true` changes nothing',
    'false',
  ),
  ...['requestsMemory', 'ram', 'limitsMemory'].map((name) =>
    optional(
      'query',
      name,
      'A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large',
      '2G',
    ),
  ),
  amount(
    'ttlSecondsAfterFinished',
    'Seconds that the list of the patients exported is kept after the end, no longer than the files',
    3600,
    0,
  ),
]

/** Parameters of a kick-off request, in the OpenAPI document. */
export const exportParameters: Parameter[] = [
  optional(
    'query',
    '_outputFormat',
    'NDJSON, in one of its three spellings: `application/fhir+ndjson`, `application/ndjson`, `ndjson`',
    'application/fhir+ndjson',
  ),
  list('_type', 'Resource types, comma-separated or repeated; absent: all', ['Patient', 'Observation']),
  list(
    '_elements',
    'Root elements to keep, comma-separated or repeated: `Patient.birthDate`, or `birthDate` of every type that has it; mandatory ones stay anyway, and what is cut is tagged `SUBSETTED`. Types that nothing is said of stay whole; absent: all do',
    ['Patient.birthDate', 'Observation.code', 'Observation.value'],
  ),
  optional(
    'query',
    '_since',
    'Only resources changed after this instant; a date means its first instant in UTC, `job:` and the id of a completed export its `transactionTime`',
    '2026-01-01T00:00:00Z',
  ),
  optional(
    'query',
    '_until',
    'Only resources whose current version was written before this instant',
    '2026-02-01T00:00:00Z',
  ),
  optional('query', '_till', 'The same as `_until`', '2026-02-01T00:00:00Z'),
  ...tuningParameters,
  optional(
    'query',
    'allowPartialManifests',
    '`true`: the manifest may come in pages, and the first of them while the export still runs',
    'true',
  ),
  optional(
    'query',
    '_dryRun',
    '`true` starts nothing and answers what the export would be: resources and bytes by type, files and seconds',
    'false',
  ),
  optional(
    'header',
    'Idempotency-Key',
    'Of your own making, 1 to 255 visible ASCII characters: the same request with the same key gets the same export, not a second one',
    '"4e8f64a3-3a2c-4d0e-9a3d-3f3f5c6b7a8d"',
  ),
  optional(
    'query',
    'organizeOutputBy',
    '`Patient`: files hold blocks, each of a header, a Patient and what is his, instead of one type; what belongs to no patient is left out',
    'Patient',
  ),
  list(
    'includeAssociatedData',
    'What comes beside the resources themselves, comma-separated or repeated: `LatestProvenanceResources` or `RelevantProvenanceResources`, the latest Provenance of each exported resource or all of it; `_history`, every version; `_deleted`, deletions also without `_since`',
    ['LatestProvenanceResources'],
  ),
  optional(
    'header',
    'Prefer',
    '`respond-async`, which is done in any case unless `HEADERS` is `strict`; `handling=lenient` ignores parameters that are not supported, and reports them; `separate-export-status` makes status requests answer 200, with the status of the export in `X-Export-Status`',
    'respond-async, handling=lenient',
  ),
]

/** In the query of a POST; in its body it is the same (`COMPAT` allows it in a GET). */
export const patientParameter = list(
  'patient',
  'Only these patients, comma-separated or repeated, as `Patient/1` or `1`',
  ['Patient/example'],
)
