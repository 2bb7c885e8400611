import { SluiceError } from '../errors.ts'
import { type EntryText, memberMap } from './bundle.ts'
import { type EntryUrl, parseEntryUrl } from './bundle-entry-url.ts'
import { echoText } from './echo-text.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { membersOf } from './json-text.ts'
import type { ResourceType } from './resource-type.ts'
import { parseVersionTag } from './version-tag.ts'

/** What an entry of a batch or a transaction asks for. */
export type BundleEntry = CreateEntry | UpdateEntry | DeleteEntry | ReadEntry

/** The resource of an entry: its minified text, and as it is parsed. */
type WithResource = {
  readonly type: ResourceType
  readonly fullUrl: string | undefined
  readonly json: string
  readonly resource: JsonObject
}
export type CreateEntry = WithResource & { readonly method: 'POST' }
/** `expected` is the version that must be current, 0 for none; undefined for "whatever". */
export type UpdateEntry = WithResource & {
  readonly method: 'PUT'
  readonly id: string
  readonly expected: number | undefined
}
export type DeleteEntry = {
  readonly method: 'DELETE'
  readonly type: ResourceType
  readonly id: string
  readonly expected: number | undefined
}
export type ReadEntry = {
  readonly method: 'GET' | 'HEAD'
  readonly type: ResourceType
  readonly id: string
  /** Of a vread. */
  readonly versionId: number | undefined
  /** The version that the client has: then it is told so. */
  readonly seen: number | undefined
}

/** Reads an entry, without judging its resource. What this version cannot do is refused by name. */
export const readEntry = ({ value, text }: EntryText, serverBase: string): BundleEntry => {
  if (!isJsonObject(value)) throw invalid('it is not a JSON object')
  const members = memberMap(membersOf(text, 0), 'the entry')
  const { request } = value
  if (!isJsonObject(request)) throw invalid('it has no request')
  const method = methodOf(request)
  const url = parseEntryUrl(textOf(request, 'url') ?? '', serverBase)
  const conditions = conditionsOf(request, method)
  if (method === 'DELETE') return { method, ...instanceOf(url, method), expected: conditions.expected }
  if (method === 'GET' || method === 'HEAD')
    return { method, ...instanceOf(url, method), versionId: url.versionId, seen: conditions.seen }
  const member = members.get('resource')
  const { resource } = value
  if (member === undefined || !isJsonObject(resource)) throw invalid('it has no resource')
  const json = text.slice(member.valueStart, member.end)
  const fullUrl = textOf(value, 'fullUrl')
  if (resource.resourceType !== url.type)
    throw invalid(`its resource is not of the type in request.url, ${url.type}`)
  if (method === 'PUT') {
    const name = instanceOf(url, method)
    return { method, ...name, expected: conditions.expected, fullUrl, json, resource }
  }
  if (url.id !== undefined)
    throw invalid('request.url of a POST must be a type, for the server chooses the id')
  return { method, type: url.type, fullUrl, json, resource }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const
type Method = (typeof methods)[number]

const methodOf = (request: JsonObject): Method => {
  const given = textOf(request, 'method')
  const method = methods.find((each) => each === given)
  if (method !== undefined) return method
  if (given === undefined) throw invalid('it has no request.method')
  const code = given === 'PATCH' ? 'not-supported' : 'invalid'
  throw new SluiceError(
    code,
    `Cannot process request.method "${echoText(given)}": it must be one of ${methods.join(', ')}`,
  )
}

const instanceOf = (url: EntryUrl, method: Method): { readonly type: ResourceType; readonly id: string } => {
  if (url.id === undefined)
    throw method === 'GET' || method === 'HEAD'
      ? unsupported('request.url', 'it is a search, which comes in a later version')
      : invalid(`request.url of a ${method} must be a type and an id`)
  if (url.versionId !== undefined && method !== 'GET' && method !== 'HEAD')
    throw invalid(`request.url of a ${method} must not name a version`)
  return { type: url.type, id: url.id }
}

const conditionsOf = (
  request: JsonObject,
  method: Method,
): { readonly expected: number | undefined; readonly seen: number | undefined } => {
  if (request.ifNoneExist !== undefined)
    throw unsupported('request.ifNoneExist', 'it needs search, which comes in a later version')
  const match = textOf(request, 'ifMatch')
  const noneMatch = textOf(request, 'ifNoneMatch')
  const isRead = method === 'GET' || method === 'HEAD'
  if (method === 'POST' && (match !== undefined || noneMatch !== undefined))
    throw invalid('a POST takes neither ifMatch nor ifNoneMatch')
  if (isRead && match !== undefined) throw invalid('a GET takes no ifMatch')
  if (isRead)
    return {
      expected: undefined,
      seen: noneMatch === undefined ? undefined : tagOf(noneMatch, 'ifNoneMatch'),
    }
  if (noneMatch === undefined)
    return { expected: match === undefined ? undefined : tagOf(match, 'ifMatch'), seen: undefined }
  if (method === 'PUT' && noneMatch.trim() === '*' && match === undefined)
    return { expected: 0, seen: undefined }
  throw invalid('ifNoneMatch of a write must be * of a PUT, without ifMatch')
}

const tagOf = (text: string, name: string): number => {
  const version = parseVersionTag(text)
  if (version === undefined) throw invalid(`request.${name} must be one version tag such as W/"3"`)
  return version
}

const textOf = (object: JsonObject, name: string): string | undefined => {
  const value = object[name]
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`its ${name} is not a string`)
}

const invalid = (reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot read the entry: ${reason}`)

const unsupported = (what: string, reason: string): SluiceError =>
  new SluiceError('not-supported', `Cannot process ${what}: ${reason}`)
