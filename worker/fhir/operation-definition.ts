import { exportParameterTable } from './export-parameter-table.ts'
import type { ExportLevel } from './export-request.ts'

type Parameter = {
  readonly name: string
  readonly use: 'in' | 'out'
  readonly min: 0 | 1
  readonly max: '1' | '*'
  readonly documentation?: string
  readonly type?: string
  readonly targetProfile?: readonly string[]
  readonly part?: readonly Parameter[]
}

/** An OperationDefinition (http://hl7.org/fhir/R4/operationdefinition.html), as far as ours go. */
export type OperationDefinition = {
  readonly resourceType: 'OperationDefinition'
  readonly id: string
  readonly url: string
  readonly version: string
  readonly name: string
  readonly title: string
  readonly status: 'active'
  readonly kind: 'operation'
  readonly date: string
  readonly description: string
  readonly affectsState: false
  readonly code: string
  readonly comment: string
  readonly base?: string
  readonly resource?: readonly string[]
  readonly system: boolean
  readonly type: boolean
  readonly instance: boolean
  readonly parameter: readonly Parameter[]
}

export const bulkDataDefinitions = 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition'

/** Ids of the operations of export, as HL7 has them. */
export const definitionIdOf = {
  system: 'export',
  patient: 'patient-export',
  group: 'group-export',
} as const satisfies Record<ExportLevel, string>

/** What is the same in all of them. */
type Common = { readonly fhirBase: string; readonly version: string; readonly date: string }

const levels = {
  system: { name: 'BulkDataExport', title: 'Export of everything', resource: undefined },
  patient: { name: 'PatientLevelExport', title: 'Export of patients', resource: 'Patient' },
  group: { name: 'GroupLevelExport', title: 'Export of the members of a Group', resource: 'Group' },
} as const satisfies Record<ExportLevel, object>

/** `$export` at one level, with exactly the parameters that it takes. */
export const exportDefinition = (
  { fhirBase, version, date }: Common,
  level: ExportLevel,
  allowsPatientAnywhere: boolean,
): OperationDefinition => {
  const id = definitionIdOf[level]
  const { name, title, resource } = levels[level]
  return {
    resourceType: 'OperationDefinition',
    id,
    url: `${fhirBase}/OperationDefinition/${id}`,
    version,
    name,
    title,
    status: 'active',
    kind: 'operation',
    date,
    description: `${title}, by the asynchronous pattern of the FHIR Bulk Data Access IG: the answer to the kick-off is 202, with the polling location in Content-Location.`,
    affectsState: false, // it takes GET as well
    code: 'export',
    comment:
      'By GET, with the parameters in the query, or by POST, with a Parameters resource. A parameter that is not here is refused, or with `Prefer: handling=lenient` ignored and reported.',
    base: `${bulkDataDefinitions}/${id}`,
    ...(resource === undefined ? {} : { resource: [resource] }),
    system: level === 'system',
    type: level === 'patient',
    instance: level === 'group',
    parameter: [...exportParameterTable(level, allowsPatientAnywhere).map(toInput), ...estimateOutput],
  }
}

const toInput = ({ name, ...definition }: ReturnType<typeof exportParameterTable>[number]): Parameter => ({
  name,
  use: 'in',
  min: 0,
  ...definition,
})

const output = (name: string, type: string, documentation: string, max: '1' | '*' = '1'): Parameter => ({
  name,
  use: 'out',
  min: 0,
  max,
  documentation: `With _dryRun: ${documentation}`,
  type,
})
const part = (name: string, type: string): Parameter => ({ name, use: 'out', min: 1, max: '1', type })
const figure = [part('count', 'decimal'), part('bytes', 'decimal'), part('isExact', 'boolean')]

/** The answer to `_dryRun`. */
const estimateOutput: readonly Parameter[] = [
  output('level', 'code', 'the level of the export.'),
  output('transactionTime', 'instant', 'the point in time of an export that began now.'),
  output('isExact', 'boolean', 'whether every count is counted, and none extrapolated.'),
  output('count', 'decimal', 'resources in all.'),
  output('bytes', 'decimal', 'bytes of all files, about.'),
  output('files', 'decimal', 'how many files, about.'),
  output('seconds', 'decimal', 'how long it would take at this speed, once it is its turn.'),
  output('bytesPerSecond', 'decimal', 'the speed that is reckoned with.'),
  output('speedIsMeasured', 'boolean', 'whether that is the speed of completed exports, or a mere default.'),
  {
    name: 'type',
    use: 'out',
    min: 0,
    max: '*',
    documentation: 'With _dryRun: resources of one type.',
    part: [part('type', 'code'), ...figure],
  },
  {
    name: 'deleted',
    use: 'out',
    min: 0,
    max: '1',
    documentation: 'With _dryRun: deletions that would be told, where any are.',
    part: figure,
  },
  output('caveat', 'string', 'what the figures leave out of account.', '*'),
  output('outcome', 'OperationOutcome', 'what the export would report in `error`.'),
]

/** `$export-status` without an id: the list of a client's exports, which is ours and not of the IG. */
export const exportStatusDefinition = ({ fhirBase, version, date }: Common): OperationDefinition => ({
  resourceType: 'OperationDefinition',
  id: 'export-status',
  url: `${fhirBase}/OperationDefinition/export-status`,
  version,
  name: 'ExportStatus',
  title: 'List of exports',
  status: 'active',
  kind: 'operation',
  date,
  description: 'The exports of this client that are neither deleted nor expired, the newest first.',
  affectsState: false,
  code: 'export-status',
  comment:
    'By GET. The answer is no resource but `application/json`, like a manifest: `exports`, and in `link` where the list goes on.',
  system: true,
  type: false,
  instance: false,
  parameter: [
    {
      name: '_count',
      use: 'in',
      min: 0,
      max: '1',
      type: 'integer',
      documentation: 'At most so many; 50 unless told, 100 at most.',
    },
    {
      name: '_after',
      use: 'in',
      min: 0,
      max: '1',
      type: 'string',
      documentation: 'Goes on behind a page: stands in `next` links.',
    },
  ],
})
