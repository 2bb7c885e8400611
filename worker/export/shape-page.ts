import { SluiceError } from '../errors.ts'
import { cutLine, maxGrowthBytes } from '../fhir/cut-line.ts'
import { type CutRule, cutRuleOf } from '../fhir/cut-rule.ts'
import type { ElementChoice } from '../fhir/export-shape.ts'
import { type ResourceType, typeOfId } from '../fhir/resource-type.ts'
import { typeOfLine } from '../fhir/type-of-line.ts'
import type { Job } from '../store/jobs.ts'
import type { Page } from '../store/page.ts'
import type { ClaimedUnit } from '../store/units.ts'

/**
 * What becomes of the pages of a unit before they are cut into parts: with `_elements`, each resource loses what was not asked for. Line by
 * line and by nothing but the line and the job, so that pages of other sizes, laid end to end, are the same bytes (I2).
 */
export const pageShaper = (
  { shape: { elements } }: Pick<Job, 'shape'>,
  { kind, typeId }: Pick<ClaimedUnit, 'kind' | 'typeId'>,
): ((page: Page) => Page) => {
  if (elements === undefined || kind !== 'output') return asItIs
  if (typeId === undefined) return (page) => ({ ...page, bytes: cutLines(page, rulesByLine(elements)) })
  const type = typeOfId(typeId)
  const rule = cutRuleOf(elements, type)
  return rule === undefined ? asItIs : (page) => ({ ...page, bytes: cutLines(page, () => ({ type, rule })) })
}

const asItIs = (page: Page): Page => page

/** The rule of a line and its type; without a rule it stays as it is. */
type RuleOfLine = (line: Uint8Array) => { readonly type: string; readonly rule: CutRule | undefined }

/** In blocks each line has a type of its own. Their headers are Parameters, which belong to no patient, and are never cut. */
const rulesByLine = (elements: ElementChoice): RuleOfLine => {
  const rules = new Map<ResourceType, CutRule | undefined>()
  return (line) => {
    const type = typeOfLine(line)
    if (type === undefined || type === 'Parameters') return { type: type ?? '', rule: undefined }
    if (!rules.has(type)) rules.set(type, cutRuleOf(elements, type))
    return { type, rule: rules.get(type) }
  }
}

const cutLines = ({ bytes, lines }: Page, ruleOf: RuleOfLine): Uint8Array => {
  const into = new Uint8Array(bytes.length + lines * maxGrowthBytes)
  let at = 0
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(newline, start)
    const line = bytes.subarray(start, end)
    const { type, rule } = ruleOf(line)
    if (rule === undefined) {
      into.set(line, at)
      at += line.length
    } else at = cutNamed(line, rule, type, into, at)
    into[at++] = newline
    start = end + 1
  }
  return into.subarray(0, at)
}

/** A resource that cannot be cut is named: what is wrong with it can only be seen in the database. */
const cutNamed = (line: Uint8Array, rule: CutRule, type: string, into: Uint8Array, at: number): number => {
  try {
    return cutLine(line, rule, into, at)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    const [, id = '?'] = /"id":"([A-Za-z0-9\-.]{1,64})"/.exec(new TextDecoder().decode(line)) ?? []
    const message = error.message.replace('a resource', `${type} "${id}"`)
    throw new SluiceError(error.code, message, { cause: error })
  }
}

const newline = 10
