import type { JsonObject } from '../../../worker/fhir/json.ts'
import { type Asked, plain } from './asked.ts'
import type { Value } from './select-values.ts'

/**
 * R4 search, "uri": "matches are precise … and the entire URI must match", in a part of a path with `:below` and `:above`. Of a resource
 * with a canonical URL, `url|version` is a search on both; a canonical that names a version is found without it.
 */
export const judgeUri = (
  { json, type, place }: Value,
  asked: Asked,
  modifier: string,
  { version }: JsonObject,
): boolean => {
  if (typeof json !== 'string') return false
  const wanted = plain(asked)
  const [url = ''] = json.split('|')
  if (modifier === 'below') return isUnder(json, wanted) || (type === 'canonical' && isUnder(url, wanted))
  if (modifier === 'above') return isUnder(wanted, json) || (type === 'canonical' && isUnder(wanted, url))
  if (json === wanted || (type === 'canonical' && url === wanted)) return true
  const [wantedUrl, wantedVersion] = wanted.split('|')
  const isOwn = /^[A-Z][A-Za-z]+\.url$/.test(place)
  return isOwn && wantedVersion !== undefined && json === wantedUrl && version === wantedVersion
}

const isUnder = (url: string, folder: string): boolean =>
  url === folder || url.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
