import { isJsonObject, type Json } from '../../../worker/fhir/json.ts'
import { objectsOf, readPackageFiles, textOf, textsOf } from '../../fhir/r4-package.ts'

/** The systems that a code of this value set belongs to. A system whose codes HL7 does not list may have it. */
export const systemsOfCode = (valueSet: string, code: string): readonly string[] => {
  const include = includesOf(valueSet)
  return include.flatMap((part) => {
    if (!isJsonObject(part)) return []
    const system = textOf(part.system)
    const nested = textsOf(part.valueSet).flatMap((url) => systemsOfCode(url, code))
    const listed = objectsOf(part.concept).map((concept) => textOf(concept.code))
    const codes = listed.length > 0 ? listed : codesOf(system)
    return system !== '' && (codes === undefined || codes.includes(code)) ? [...nested, system] : nested
  })
}

const includesOf = (canonical: string): readonly Json[] => {
  const [url = ''] = canonical.split('|')
  valueSets ??= new Map([...readPackageFiles('ValueSet-')].map((set) => [textOf(set.url), set.compose]))
  const compose = valueSets.get(url)
  return isJsonObject(compose) ? objectsOf(compose.include) : []
}
let valueSets: ReadonlyMap<string, Json | undefined> | undefined

/**
 * "Match is case sensitive unless …", and "When in doubt, servers SHOULD treat tokens in a case-insensitive manner". HL7 says it of its
 * systems, and of some of others; where it has not published one of its own, it is taken to be like the rest.
 */
export const isCaseSensitive = (system: string): boolean => {
  const known = read().get(system)
  if (known !== undefined) return known.caseSensitive === true
  return system === 'http://unitsofmeasure.org' || isOfHl7(system)
}

const isOfHl7 = (system: string): boolean =>
  ['http://hl7.org/fhir/', 'http://terminology.hl7.org/CodeSystem/'].some((start) =>
    system.startsWith(start),
  ) && !/\/sid\/|\/v2-/.test(system)

const codesOf = (system: string): readonly string[] | undefined => {
  const known = read().get(system)
  return known?.content === 'complete' ? listed(known.concept) : undefined
}

const listed = (concepts: Json | undefined): readonly string[] =>
  objectsOf(concepts).flatMap(({ code, concept }) => [textOf(code), ...listed(concept)])

type CodeSystem = Readonly<Record<'content' | 'caseSensitive' | 'concept', Json | undefined>>

const read = (): ReadonlyMap<string, CodeSystem> => {
  codeSystems ??= new Map(
    [...readPackageFiles('CodeSystem-')].map(({ url, content, caseSensitive, concept }) => [
      textOf(url),
      { content, caseSensitive, concept },
    ]),
  )
  return codeSystems
}
let codeSystems: ReadonlyMap<string, CodeSystem> | undefined
