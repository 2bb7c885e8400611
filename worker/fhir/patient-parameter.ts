import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { isResourceId, parseReference } from './reference.ts'

/** As many as fit a request of a megabyte in the usual form. */
const maxPatients = 10_000

/**
 * Reads `patient` (IG "Query Parameters"): the ids of the patients it lists, each once. A list by commas, by repetition, or both, of
 * `Patient/1`, the same below the server's base, and, as some clients write it, `patient/1` or `1`.
 */
export const readPatientParameter = (
  values: readonly string[] | undefined,
  serverBase: string,
): readonly string[] | undefined => {
  if (values === undefined) return undefined
  const ids = values.flatMap((value) => value.split(',')).map((text) => readPatient(text.trim(), serverBase))
  const distinct = [...new Set(ids)]
  if (distinct.length > maxPatients) throw refusal(`it lists more than ${maxPatients} patients`)
  return distinct
}

const readPatient = (text: string, serverBase: string): string => {
  if (isResourceId(text)) return text
  const target = parseReference(text.replace(/^patient\//, 'Patient/'), serverBase)
  if (target?.type === 'Patient') return target.id
  throw refusal(`"${echoText(text)}" is no Patient of this server; write Patient/ and an id`)
}

const refusal = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read parameter "patient": ${reason}`)
