import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { firstInstant, lastInstant } from './period.ts'
import { parseReference } from './reference.ts'

/** What `$member-add` and `$member-remove` ask for: which patients, each once, and for adding, in which period. */
export type MemberParameters = {
  readonly patientIds: readonly string[]
  readonly period: MemberPeriod | undefined
}
export type MemberPeriod = { readonly start?: string; readonly end?: string }

/** Patients of one request; more would keep other writers waiting. */
const maxPatients = 50_000

/**
 * Reads the body of Da Vinci ATR's `$member-add` or `$member-remove` (`OperationDefinition/member-add`). `patientReference` may be repeated.
 * What asks for a search (`memberId`, `providerNpi`), or for an attribution that this server does not keep, is refused by name: to pass over
 * it would add or remove more than was meant.
 */
export const readMemberParameters = (
  operation: 'member-add' | 'member-remove',
  body: unknown,
  serverBase: string,
): MemberParameters => {
  const patientIds = new Set<string>()
  let period: MemberPeriod | undefined
  for (const entry of entriesOf(body)) {
    const { name } = entry
    if (name === 'patientReference') patientIds.add(readPatient(entry, serverBase))
    else if (name === 'attributionPeriod' && operation === 'member-add') {
      if (period !== undefined) throw refusal('it has more than one attributionPeriod')
      period = readPeriod(entry)
    } else throw unknown(operation, name)
  }
  if (patientIds.size === 0) throw refusal('it names no patient: give patientReference, once or oftener')
  if (patientIds.size > maxPatients)
    throw new SluiceError('too-large', `Cannot read body: it names more than ${maxPatients} patients`)
  return { patientIds: [...patientIds], period }
}

const entriesOf = (body: unknown): readonly JsonObject[] => {
  if (!isJsonObject(body) || body.resourceType !== 'Parameters')
    throw refusal('it is not a FHIR Parameters resource')
  const { parameter = [] } = body
  if (!Array.isArray(parameter)) throw refusal('its "parameter" is not an array')
  return parameter.map((entry) => {
    if (!isJsonObject(entry)) throw refusal('an entry of its "parameter" is not an object')
    return entry
  })
}

const unknown = (operation: string, name: Json | undefined): SluiceError => {
  if (typeof name !== 'string') return refusal('an entry of its "parameter" has no name')
  return new SluiceError(
    'not-supported',
    `Cannot read body: the parameter "${echoText(name)}" of $${operation} is not supported here; patients are named by patientReference`,
  )
}

const readPatient = ({ valueReference }: JsonObject, serverBase: string): string => {
  const reference = isJsonObject(valueReference) ? valueReference.reference : undefined
  const target = typeof reference === 'string' ? parseReference(reference, serverBase) : undefined
  if (target?.type === 'Patient') return target.id
  throw refusal('a patientReference has no valueReference.reference to a Patient of this server')
}

const readPeriod = ({ valuePeriod }: JsonObject): MemberPeriod => {
  if (!isJsonObject(valuePeriod)) throw refusal('its attributionPeriod has no valuePeriod')
  const start = readBound(valuePeriod.start)
  const end = readBound(valuePeriod.end)
  if (start === undefined && end === undefined)
    throw refusal('its attributionPeriod has neither start nor end')
  if ((firstInstant(start) ?? -Infinity) > (lastInstant(end) ?? Infinity))
    throw refusal('its attributionPeriod ends before it starts')
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) }
}

const readBound = (bound: Json | undefined): string | undefined => {
  if (bound === undefined) return undefined
  if (typeof bound === 'string' && firstInstant(bound) !== undefined) return bound
  throw refusal('a bound of its attributionPeriod is not a FHIR dateTime')
}

const refusal = (reason: string): SluiceError => new SluiceError('invalid', `Cannot read body: ${reason}`)
