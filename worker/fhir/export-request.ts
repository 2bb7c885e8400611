import { SluiceError } from '../errors.ts'
import { readBooleanParameter } from './boolean-parameter.ts'
import { echoText } from './echo-text.ts'
import type { ExportParameterName } from './export-parameter-names.ts'
import {
  type ExportParameters,
  gatherExportParameters,
  onlyValue,
  type ParameterPair,
} from './export-parameters.ts'
import type { ExportShape } from './export-shape.ts'
import { type IgnoredParameter, ignoredParameter, refuseUnsupported } from './ignored-parameter.ts'
import { type Instant, isBefore, isSame, parseInstant } from './instant.ts'
import { leftOutNote } from './organize-parameter.ts'
import { isJsonFormat, isNdjsonFormat } from './output-format.ts'
import { isInPatientCompartment } from './patient-compartment.ts'
import { readPatientParameter } from './patient-parameter.ts'
import type { ResourceType } from './resource-type.ts'
import { readShapeParameters } from './shape-parameters.ts'
import { readSinceJob } from './since-job.ts'
import type { Bounds } from './tuning-parameters.ts'
import { readTypeParameter } from './type-parameter.ts'

export type ExportRequestInput = {
  readonly level: ExportLevel
  readonly query: readonly ParameterPair[]
  /** The parsed JSON of a POST; `undefined` for a GET, and for a POST that has no body. */
  readonly body?: unknown
  /** The client prefers `handling=lenient`. */
  readonly lenient: boolean
  /** By the clock that stamps resources. */
  readonly nowMs: number
  /** Without a slash at its end. */
  readonly serverBase: string
  /** `patient` in a GET, and at system level, where the IG has none (`COMPAT`). */
  readonly allowsPatientAnywhere: boolean
  /** `type` means `_type` (`COMPAT`). */
  readonly allowsTypeAlias: boolean
  /** What `uploadPartSize` may be. */
  readonly partBytes: Bounds
  readonly isGet: boolean
  /** Types that come along at Patient and Group level when something exported refers to them. */
  readonly additionalTypes?: readonly ResourceType[]
}

export type ExportLevel = 'system' | 'patient' | 'group'

export type ExportRequest = {
  /** System level with a list of patients, or organized by them, is Patient level. */
  readonly level: ExportLevel
  /** Ids of the patients listed, each once; `undefined` asks for all of the level. */
  readonly patients: readonly string[] | undefined
  /** Sorted, each once, never empty; `undefined` asks for all types. */
  readonly types: readonly ResourceType[] | undefined
  /** Resources changed after it, strictly. */
  readonly since: Instant | undefined
  /** `_since=job:<id>`: the id of the job whose `transactionTime` is meant; `since` is not known yet. */
  readonly sinceJob?: string | undefined
  /** Resources changed before it, strictly. */
  readonly until: Instant | undefined
  readonly shape: ExportShape
  /** Only to be told what would come (`_dryRun`). */
  readonly isDryRun: boolean
  /** What lenient handling passes over, one OperationOutcome each. Empty under strict handling. */
  readonly ignored: readonly IgnoredParameter[]
  /** What was understood and comes to nothing, one OperationOutcome each. */
  readonly notes: readonly string[]
}

/**
 * Reads a kick-off request (IG "Bulk Data Kick-off Request", Query Parameters), by GET or POST. What is malformed is
 * `invalid` however the client prefers it handled; what is well-formed but not supported is `not-supported`, or ignored
 * under lenient handling, but never so that a list of types turns into all types.
 */
export const parseExportRequest = (input: ExportRequestInput): ExportRequest => {
  const { level, query, body, lenient, nowMs, serverBase, allowsTypeAlias, partBytes } = input
  const { values, unknown } = gatherExportParameters(query, body, allowsTypeAlias)
  const sinceJob = readSinceJob(onlyValue('_since', values))
  const since = sinceJob === undefined ? readInstant('_since', values) : undefined
  const until = readUntil(values)
  refuseEmptyRange(since, until, nowMs)
  const { types, unknown: unknownTypes } = readTypeParameter(values.get('_type'))
  const shaped = readShapeParameters(values, types, { serverBase, nowMs, partBytes })
  const ignored = [...unknown, ...unsupportedFormats(values), ...unknownTypes, ...shaped.ignored]
  refuseUnsupported(lenient ? ignored.filter(({ isEssential }) => isEssential) : ignored)
  if (types?.length === 0) refuseUnsupported(unknownTypes)
  refuseUnsupported(shaped.refused)
  const patients = readPatientParameter(values.get('patient'), serverBase)
  if (patients !== undefined) refusePatientHere(input)
  const isOfPatients = patients !== undefined || shaped.shape.organizedBy !== undefined
  const outside = level === 'system' && !isOfPatients ? [] : typesOutside(types ?? [])
  if (!lenient && outside.length > 0 && outside.length === types?.length) refuseUnsupported(outside)
  const absent = outside.length === types?.length ? outside : outside.filter(isAbsent(input, shaped.shape))
  return {
    level: level === 'system' && isOfPatients ? 'patient' : level,
    patients,
    types,
    since: since?.instant,
    sinceJob,
    until: until?.instant,
    shape: shaped.shape,
    isDryRun: readBooleanParameter('_dryRun', values),
    ignored,
    notes: [
      ...absent.map(({ reason }) => `Nothing of _type ${reason}`),
      ...shaped.notes,
      ...(level === 'system' && patients === undefined && isOfPatients ? [leftOutNote] : []),
    ],
  }
}

/** Passing it over would turn a list of patients into all patients, so no client can prefer that. */
const refusePatientHere = ({ level, isGet, allowsPatientAnywhere }: ExportRequestInput): void => {
  if (allowsPatientAnywhere || (level !== 'system' && !isGet)) return
  const reason = isGet
    ? 'a GET has no such parameter; use POST'
    : 'system level has none; use Patient/$export'
  throw new SluiceError('invalid', `Cannot process parameter "patient": ${reason}`)
}

type TypeOutside = IgnoredParameter & { readonly type: ResourceType }

/** Types that nothing of a patient is of. */
const typesOutside = (types: readonly ResourceType[]): readonly TypeOutside[] =>
  types
    .filter((type) => !isInPatientCompartment(type))
    .map((type) => ({
      ...ignoredParameter(
        '_type',
        `"${type}" is not in the Patient compartment, so there is none at this level`,
      ),
      type,
    }))

/** Of a type outside there may still be what resources of other types refer to; no block holds that. */
const isAbsent =
  ({ additionalTypes = [] }: ExportRequestInput, { organizedBy }: ExportShape) =>
  ({ type }: TypeOutside): boolean =>
    organizedBy !== undefined || !additionalTypes.includes(type)

type GivenInstant = { readonly text: string; readonly instant: Instant }

/** `_until`, or `_till`, as Microsoft's server calls it; both only if they are one instant. */
const readUntil = (values: ExportParameters['values']): GivenInstant | undefined => {
  const until = readInstant('_until', values)
  const till = readInstant('_till', values)
  if (until === undefined || till === undefined || isSame(until.instant, till.instant)) return until ?? till
  throw invalid('_till', till.text, `it is not the same instant as _until "${echoText(until.text)}"`)
}

const readInstant = (
  name: '_since' | '_until' | '_till',
  values: ExportParameters['values'],
): GivenInstant | undefined => {
  const text = onlyValue(name, values)
  if (text === undefined) return undefined
  const instant = parseInstant(text)
  if (instant !== undefined) return { text, instant }
  throw invalid(name, text, 'it is neither a FHIR instant, with its offset from UTC, nor a FHIR date')
}

const refuseEmptyRange = (
  since: GivenInstant | undefined,
  until: GivenInstant | undefined,
  nowMs: number,
) => {
  if (since === undefined) return
  if (since.instant.floorMs > nowMs) throw invalid('_since', since.text, 'it is in the future')
  if (until !== undefined && !isBefore(since.instant, until.instant)) {
    throw invalid('_since', since.text, `it is not before _until "${echoText(until.text)}"`)
  }
}

const unsupportedFormats = (values: ExportParameters['values']): readonly IgnoredParameter[] => {
  const outputFormat = onlyValue('_outputFormat', values) ?? 'ndjson'
  const others = new Set((values.get('_format') ?? []).filter((format) => !isJsonFormat(format)))
  return [
    ...(isNdjsonFormat(outputFormat) ? [] : [unsupportedFormat('_outputFormat', outputFormat, 'NDJSON')]),
    ...[...others].map((format) => unsupportedFormat('_format', format, 'JSON')),
  ]
}

const unsupportedFormat = (name: ExportParameterName, value: string, supported: string): IgnoredParameter =>
  ignoredParameter(name, `"${echoText(value)}" is not supported, only ${supported} is`)

const invalid = (name: ExportParameterName, value: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot process ${name} "${echoText(value)}": ${reason}`)
