import { isJsonObject, type JsonObject } from '../../../worker/fhir/json.ts'
import { textOf } from '../../fhir/r4-package.ts'
import { type Asked, plain } from './asked.ts'
import { judgeToken } from './judge-token.ts'
import type { Value } from './select-values.ts'

/** R4 search, "reference": an id, a type and an id, or a URL. What is relative is relative to this server. */
export const judgeReference = (
  value: Value,
  asked: Asked,
  modifier: string,
  code: string,
  base: string,
): boolean => {
  if (modifier === 'identifier') {
    const identifier = isJsonObject(value.json) ? value.json.identifier : undefined
    return (
      identifier !== undefined && judgeToken({ ...value, json: identifier, type: 'Identifier' }, asked, '')
    )
  }
  const reference = referenceOf(value)
  const wanted = plain(asked)
  if (reference === '') return false
  if (!['canonical', 'uri', 'url'].includes(value.type))
    return isMeant(reference, wanted, modifier, code, base)
  // A canonical without a version is one of any version; with `:below`, a version may be the beginning of one.
  const [url = '', version] = reference.split('|')
  const [wantedUrl = '', wantedVersion] = wanted.split('|')
  const isVersion =
    wantedVersion === undefined ||
    version === wantedVersion ||
    (modifier === 'below' && version?.startsWith(`${wantedVersion}.`) === true)
  return isVersion && (url === wantedUrl || isMeant(url, wantedUrl, modifier, code, base))
}

const isMeant = (
  reference: string,
  wanted: string,
  modifier: string,
  code: string,
  base: string,
): boolean => {
  const target = partsOf(reference, base)
  if (target.url === '') return false // contained
  if (/^[A-Za-z0-9\-.]{1,64}$/.test(wanted)) {
    // "When using the patient search parameter, there is no need to specify Patient/, as this must always be true."
    const type = /^[A-Z]/.test(modifier) ? modifier : code === 'patient' ? 'Patient' : '[A-Z][A-Za-z]+'
    return new RegExp(`^${escaped(base)}/${type}/${escaped(wanted)}$`).test(target.url)
  }
  const { url, version } = partsOf(wanted, base)
  return target.url === url && (version === '' || target.version === version)
}

const referenceOf = ({ json }: Value): string => {
  if (typeof json === 'string') return json
  if (!isJsonObject(json)) return ''
  return isResource(json) ? `${json.resourceType}/${json.id}` : textOf(json.reference)
}

const isResource = ({ resourceType }: JsonObject): boolean => typeof resourceType === 'string'

const partsOf = (reference: string, base: string): { readonly url: string; readonly version: string } => {
  const [text = ''] = reference.split('#')
  const absolute = /^[a-z][a-z0-9+.-]*:/i.test(text) || text === '' ? text : `${base}/${text}`
  const [url = '', version = ''] = absolute.split('/_history/')
  return { url, version }
}

const escaped = (text: string): string => text.replaceAll(/[.\\/]/g, '\\$&')
