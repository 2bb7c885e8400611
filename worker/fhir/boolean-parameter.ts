import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import type { ExportParameterName } from './export-parameter-names.ts'
import { type ExportParameters, onlyValue } from './export-parameters.ts'

/**
 * Reads a parameter that is a FHIR boolean (R4 "Data Types"), 0..1, which knows no other spelling than `true` and `false`; absent, it is
 * false. Malformed, it is refused however lenient the client: who expects one manifest must not get a part of it, nor who wants to know
 * what an export would be start one.
 */
export const readBooleanParameter = (
  name: ExportParameterName,
  values: ExportParameters['values'],
): boolean => {
  const text = onlyValue(name, values) ?? 'false'
  if (text === 'true' || text === 'false') return text === 'true'
  throw new SluiceError('invalid', `Cannot process ${name} "${echoText(text)}": it is neither true nor false`)
}
