import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'
import { isResourceId } from './reference.ts'
import { isResourceType, type ResourceType, suggestType } from './resource-type.ts'

/** What `Bundle.entry.request.url` names: a type, a resource, or a version of it. */
export type EntryUrl = {
  readonly type: ResourceType
  readonly id: string | undefined
  readonly versionId: number | undefined
}

/**
 * Reads a `request.url`: relative to the base, as R4 has it, with a slash before it, as HL7's own examples have it, or absolute below our own
 * base. Operations and whatever needs search are refused by name.
 */
export const parseEntryUrl = (url: string, serverBase: string): EntryUrl => {
  const path = url.startsWith(`${serverBase}/`) ? url.slice(serverBase.length + 1) : url.replace(/^\//, '')
  if (path === '') throw refusal('invalid', 'it is missing or empty')
  if (/^[a-z][a-z0-9+.-]*:/i.test(path))
    throw refusal('invalid', 'it does not lie below the base of this server')
  if (path.includes('?')) throw refusal('not-supported', 'conditions and searches come in a later version')
  const [type = '', id, history, version, ...more] = path.split('/')
  if (path.includes('$')) throw refusal('not-supported', 'operations have no place in a Bundle here')
  if (!isResourceType(type)) throw refusal('invalid', unknownType(type))
  if (id === '_search' || id === '_history' || (history === '_history' && version === undefined))
    throw refusal('not-supported', 'searches and histories have no place in a Bundle here')
  if (id !== undefined && !isResourceId(id))
    throw refusal('invalid', 'its id is not 1 to 64 of A-Z a-z 0-9 - .')
  if (more.length > 0 || (history !== undefined && history !== '_history'))
    throw refusal('invalid', 'it is not Type, Type/id or Type/id/_history/version')
  return { type, id, versionId: version === undefined ? undefined : versionOf(version) }
}

const versionOf = (text: string): number => {
  // Versions of ours are numbers from 1; another one there cannot be, and so it is not found.
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw refusal('not-found', 'there is no such version')
}

const unknownType = (type: string): string => {
  const hint = suggestType(type)
  return `"${echoText(type)}" is not a type of FHIR R4${hint === undefined ? '' : `, did you mean "${hint}"?`}`
}

const refusal = (code: 'invalid' | 'not-supported' | 'not-found', reason: string): SluiceError =>
  new SluiceError(code, `Cannot process request.url: ${reason}`)
