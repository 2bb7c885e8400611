import { isJsonObject, type Json } from '../../../worker/fhir/json.ts'
import { objectsOf, textOf, textsOf } from '../../fhir/r4-package.ts'
import { type Asked, plain } from './asked.ts'
import type { Value } from './select-values.ts'

/** R4 search, "string": starts with it, contains it, or is it exactly. */
export const judgeString = ({ json, type }: Value, asked: Asked, modifier: string, code: string): boolean => {
  const wanted = plain(asked)
  if (modifier === 'exact') return stringsOf(json, type, (family) => [family]).includes(wanted)
  const said = stringsOf(json, code === 'family' ? 'family' : type, withParts)
  if (modifier === 'contains') return said.some((text) => bare(text).includes(bare(wanted)))
  return said.some((text) => bare(text).startsWith(bare(wanted)))
}

/**
 * "Insensitive to casing and included combining characters … Punctuation and non-significant whitespace (e.g. repeated space
 * characters, tab vs space) should also be ignored."
 */
export const bare = (text: string): string =>
  [...text.normalize('NFKD')]
    .filter((char) => !/[\p{M}\p{P}]/u.test(char))
    .join('')
    .normalize('NFC')
    .toUpperCase()
    .split(/\s+/u)
    .filter((word) => word !== '')
    .join(' ')

/** "The search covers the elements of type string"; "servers should search the parts of a family name independently". */
const stringsOf = (
  json: Json,
  type: string,
  split: (family: string) => readonly string[],
): readonly string[] => {
  if (typeof json === 'string') return type === 'family' ? split(json) : [json]
  if (!isJsonObject(json)) return []
  const one = (name: string) => (typeof json[name] === 'string' ? [textOf(json[name])] : [])
  switch (type) {
    case 'HumanName':
      return [
        ...one('text'),
        ...one('family').flatMap(split),
        ...['given', 'prefix', 'suffix'].flatMap((name) => textsOf(json[name])),
      ]
    case 'Address':
      return [
        ...['text', 'city', 'district', 'state', 'postalCode', 'country'].flatMap(one),
        ...textsOf(json.line),
      ]
    case 'CodeableConcept':
      return [
        ...one('text'),
        ...objectsOf(json.coding)
          .flatMap(({ display }) => display ?? [])
          .map(textOf),
      ]
    default:
      return one('text')
  }
}

const withParts = (family: string): readonly string[] => [family, ...family.split(/[\s-]+/)]
