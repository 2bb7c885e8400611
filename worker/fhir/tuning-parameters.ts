import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { type ExportParameters, onlyValue } from './export-parameters.ts'
import type { ExportTuning } from './export-shape.ts'
import { type IgnoredParameter, ignoredParameter } from './ignored-parameter.ts'
import { type MemoryProfile, profileOfMemory, smallestProfile } from './memory-profile.ts'
import { memoryNames, type TuningName } from './tuning-names.ts'

/** Both inclusive. */
export type Bounds = { readonly min: number; readonly max: number }

export type TuningParameters = {
  readonly tuning: ExportTuning
  readonly ignored: readonly IgnoredParameter[]
  readonly notes: readonly string[]
}

type Values = ExportParameters['values']

/** Rows of a page, and patients of a query: what `PAGE_ROWS` may be. */
const rowBounds: Bounds = { min: 1, max: 10_000 }
/** Ten years, in seconds. */
const lifeBounds: Bounds = { min: 0, max: 315_360_000 }

/**
 * Reads what other systems let a client wish of the work: sizes, parallelism, memory, log level. What is malformed is `invalid`; what is
 * well-formed and out of bounds is not supported, and so under lenient handling ignored.
 */
export const readTuningParameters = (values: Values, partBytes: Bounds): TuningParameters => {
  const ignored: IgnoredParameter[] = []
  const whole = (name: TuningName, bounds: Bounds): number | undefined => {
    const read = readWhole(name, values, bounds)
    if (typeof read !== 'object') return read
    ignored.push(read)
    return undefined
  }
  const maxCount = whole('_maxCount', rowBounds)
  const fetched = whole('fetchResourceBatchSize', rowBounds)
  refuseDifferent(maxCount, fetched)
  const isParallel = readBoolean('_isParallel', values)
  const memory = readMemory(values)
  const profile = smallestProfile([...memory.values()])
  const logLevel = readLogLevel(values)
  const tuning = {
    pageRows: maxCount ?? fetched ?? profile?.tuning.pageRows,
    patientsAtOnce: whole('patientReferenceBatchSize', rowBounds),
    partBytes: whole('uploadPartSize', partBytes),
    logLevel: typeof logLevel === 'object' ? undefined : logLevel,
    lanes: lanesOf(isParallel, profile),
    rowLifeSeconds: whole('ttlSecondsAfterFinished', lifeBounds),
  }
  if (typeof logLevel === 'object') ignored.push(logLevel)
  return { tuning, ignored, notes: [...notesOn(tuning, isParallel), ...memoryNotes(memory, profile, tuning)] }
}

/** Who says `_isParallel` knows better than any profile. */
const lanesOf = (isParallel: boolean | undefined, profile: MemoryProfile | undefined): number | undefined => {
  if (isParallel === undefined) return profile?.tuning.lanes
  return isParallel ? undefined : 1
}

const readWhole = (
  name: TuningName,
  values: Values,
  { min, max }: Bounds,
): number | IgnoredParameter | undefined => {
  const text = onlyValue(name, values)
  if (text === undefined) return undefined
  if (!/^-?\d+$/.test(text.trim()))
    throw invalid(name, text, `it is not a whole number from ${min} to ${max}`)
  const value = Number(text)
  if (value >= min && value <= max) return value
  return ignoredParameter(name, `"${echoText(text)}" is not supported, only ${min} to ${max} is`)
}

const refuseDifferent = (maxCount: number | undefined, fetched: number | undefined): void => {
  if (maxCount === undefined || fetched === undefined || maxCount === fetched) return
  throw invalid(
    'fetchResourceBatchSize',
    String(fetched),
    `it is not the same as _maxCount "${maxCount}", which means the same`,
  )
}

const readBoolean = (name: TuningName, values: Values): boolean | undefined => {
  const text = onlyValue(name, values)
  if (text === undefined) return undefined
  const word = text.trim().toLowerCase()
  if (word === 'true' || word === 'false') return word === 'true'
  throw invalid(name, text, 'it is neither true nor false')
}

const readLogLevel = (values: Values): ExportTuning['logLevel'] | IgnoredParameter => {
  const text = onlyValue('loglevel', values)
  if (text === undefined) return undefined
  const level = logLevels.find((each) => each === text.trim().toLowerCase())
  const known = logLevels.join(', ')
  return level ?? ignoredParameter('loglevel', `"${echoText(text)}" is not supported, only ${known} are`)
}

const logLevels = ['debug', 'info', 'warn', 'error'] as const

/** By the parameter that wishes for it. */
type Memory = ReadonlyMap<string, MemoryProfile>

const readMemory = (values: Values): Memory => {
  const memory = new Map<string, MemoryProfile>()
  for (const name of memoryNames) {
    const text = onlyValue(name, values)
    if (text === undefined) continue
    const profile = profileOfMemory(text)
    if (profile === undefined)
      throw invalid(name, text, 'it is not a Kubernetes quantity such as 512Mi or 2G')
    memory.set(name, profile)
  }
  return memory
}

const notesOn = ({ rowLifeSeconds }: ExportTuning, isParallel: boolean | undefined): readonly string[] => [
  ...(isParallel === undefined
    ? []
    : [
        isParallel
          ? 'Parameter "_isParallel" changes nothing: as many work units are advanced at once as the service has lanes'
          : 'Parameter "_isParallel" was taken: one work unit of this export is advanced at a time',
      ]),
  ...(rowLifeSeconds === undefined
    ? []
    : [
        `Parameter "ttlSecondsAfterFinished" was taken: the list of the patients exported is kept for ${rowLifeSeconds} s after the end, ` +
          'but no longer than the files; all else that is known of the work lives as long as they do',
      ]),
]

const memoryNotes = (
  memory: Memory,
  profile: MemoryProfile | undefined,
  { pageRows, lanes }: ExportTuning,
): readonly string[] => {
  const rows = pageRows === undefined ? 'pages as the service has them' : `pages of at most ${pageRows} rows`
  const units = lanes === undefined ? 'as many work units at once as it has lanes' : 'one work unit at a time'
  return [...memory].map(
    ([name, { name: nearest }]) =>
      `Parameter "${name}" reserves no memory here: the budget profile nearest to it is ${nearest}` +
      `${nearest === profile?.name ? '' : `, but another parameter asks for less, so it is ${profile?.name}`}: ${rows}, ${units}`,
  )
}

const invalid = (name: TuningName, value: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot process parameter "${name}" "${echoText(value)}": ${reason}`)
