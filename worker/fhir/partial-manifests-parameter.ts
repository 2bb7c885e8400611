import { SluiceError } from '../errors.ts'
import { parseBoolean } from './boolean-parameter.ts'
import { echoText } from './echo-text.ts'

/**
 * `allowPartialManifests` (IG STU3, "Query Parameters", 0..1): the manifest may come in pages, some of them while the export still runs.
 * Malformed, it is refused: who expects one manifest must not get a part of it, nor who expects parts wait for all of it.
 */
export const readPartialManifests = (values: readonly string[] = []): boolean => {
  const [first = 'false', second] = values
  if (second !== undefined) throw refusal('read', 'it is given more than once')
  const allows = parseBoolean(first.trim())
  if (allows !== undefined) return allows
  throw refusal('process', `"${echoText(first)}" is neither "true" nor "false"`)
}

const refusal = (verb: 'read' | 'process', reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot ${verb} parameter "allowPartialManifests": ${reason}`)
