import { type TuningName, tuningNames } from './tuning-names.ts'

/** The parameters whose values are read. `_format` is FHIR's own (R4 "RESTful API", General Parameters); `_till` is another name of `_until`. */
export type ExportParameterName =
  | '_outputFormat'
  | '_since'
  | '_until'
  | '_till'
  | '_type'
  | '_typeFilter'
  | '_elements'
  | 'includeAssociatedData'
  | 'patient'
  | 'organizeOutputBy'
  | 'allowPartialManifests'
  | '_dryRun'
  | '_format'
  | TuningName

export const isExportParameterName = (text: string): text is ExportParameterName => readNames.has(text)

/** The name that a parameter goes by here: `_typefilter` is `_typeFilter` in any case, and `type` is `_type` where `COMPAT` says so. */
export const nameMeant = (name: string, allowsTypeAlias: boolean): string => {
  if (name.toLowerCase() === '_typefilter') return '_typeFilter'
  return allowsTypeAlias && name === 'type' ? '_type' : name
}

/** Accepted, and without effect on anything that an export makes. */
export const isPassedOver = (name: string): boolean => name === '_pretty'

/** Meant to filter, by a name that is not quite right: passed over, it would bring more than was asked for. */
export const isLikeTypeFilter = (name: string): boolean => coreOf(name) === 'typefilter'

/** The supported parameter that `name` is but for a missing underscore or its case, for a "did you mean". */
export const suggestParameterName = (name: string): string | undefined => namesByCore.get(coreOf(name))

const coreOf = (name: string): string => name.replace(/^_+/, '').toLowerCase()

const names: readonly ExportParameterName[] = [
  '_outputFormat',
  '_since',
  '_until',
  '_till',
  '_type',
  '_typeFilter',
  '_elements',
  'patient',
  'allowPartialManifests',
  '_dryRun',
  'organizeOutputBy',
  'includeAssociatedData',
  '_format',
  ...tuningNames,
]
const readNames: ReadonlySet<string> = new Set(names)
const namesByCore: ReadonlyMap<string, string> = new Map(
  [...names, '_pretty'].map((name) => [coreOf(name), name]),
)
