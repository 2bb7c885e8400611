/** The parameters whose values are read. `_format` is FHIR's own (R4 "RESTful API", General Parameters). */
export type ExportParameterName =
  | '_outputFormat'
  | '_since'
  | '_until'
  | '_type'
  | 'patient'
  | 'allowPartialManifests'
  | '_format'

export const isExportParameterName = (text: string): text is ExportParameterName => readNames.has(text)

/** Accepted, and without effect on anything that an export makes. */
export const isPassedOver = (name: string): boolean => name === '_pretty'

/** The supported parameter that `name` is but for a missing underscore or its case, for a "did you mean". */
export const suggestParameterName = (name: string): string | undefined => namesByCore.get(coreOf(name))

const coreOf = (name: string): string => name.replace(/^_+/, '').toLowerCase()

const names: readonly ExportParameterName[] = [
  '_outputFormat',
  '_since',
  '_until',
  '_type',
  'patient',
  'allowPartialManifests',
  '_format',
]
const readNames: ReadonlySet<string> = new Set(names)
const namesByCore: ReadonlyMap<string, string> = new Map(
  [...names, '_pretty'].map((name) => [coreOf(name), name]),
)
