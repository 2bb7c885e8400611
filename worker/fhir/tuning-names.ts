/** Parameters that other systems have for the work of an export. Here they are wishes: none changes which lines come out, nor their order. */
export type TuningName =
  | '_maxCount'
  | 'fetchResourceBatchSize'
  | 'patientReferenceBatchSize'
  | 'uploadPartSize'
  | 'loglevel'
  | '_isParallel'
  | MemoryName
  | 'ttlSecondsAfterFinished'

/** What a container would be given. */
export type MemoryName = 'requestsMemory' | 'ram' | 'limitsMemory'

export const memoryNames: readonly MemoryName[] = ['requestsMemory', 'ram', 'limitsMemory']

export const tuningNames: readonly TuningName[] = [
  '_maxCount',
  'fetchResourceBatchSize',
  'patientReferenceBatchSize',
  'uploadPartSize',
  'loglevel',
  '_isParallel',
  ...memoryNames,
  'ttlSecondsAfterFinished',
]
