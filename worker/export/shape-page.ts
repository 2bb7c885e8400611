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
  if (typeId === undefined) return cutting(rulesByLine(elements))
  const rule = cutRuleOf(elements, typeOfId(typeId))
  return rule === undefined ? asItIs : cutting(() => rule)
}

const asItIs = (page: Page): Page => page

/** Without a rule a line stays as it is. */
type RuleOfLine = (line: Uint8Array) => CutRule | undefined

/** In blocks each line has a type of its own. Their headers are Parameters, which belong to no patient, and are never cut. */
const rulesByLine = (elements: ElementChoice): RuleOfLine => {
  const rules = new Map<ResourceType, CutRule | undefined>()
  return (line) => {
    const type = typeOfLine(line)
    if (type === undefined || type === 'Parameters') return undefined
    if (!rules.has(type)) rules.set(type, cutRuleOf(elements, type))
    return rules.get(type)
  }
}

const cutting =
  (ruleOf: RuleOfLine) =>
  (page: Page): Page => {
    const { bytes, lines } = page
    const into = new Uint8Array(bytes.length + lines * maxGrowthBytes)
    let at = 0
    for (let start = 0; start < bytes.length; ) {
      const end = bytes.indexOf(newline, start)
      at = cutOne(bytes.subarray(start, end), ruleOf, into, at)
      into[at++] = newline
      start = end + 1
    }
    return { ...page, bytes: into.subarray(0, at) }
  }

/** What is wrong with a resource that cannot be cut is in what is stored of it; all that follows is that it cannot be exported (`page-reader.ts`). */
const cutOne = (line: Uint8Array, ruleOf: RuleOfLine, into: Uint8Array, at: number): number => {
  try {
    const rule = ruleOf(line)
    if (rule !== undefined) return cutLine(line, rule, into, at)
  } catch (error) {
    throw new SluiceError('invalid', `_elements cannot be applied, for ${reasonOf(error)}`)
  }
  into.set(line, at)
  return at + line.length
}

/** The message of the JSON parser quotes content, and goes no further. */
const reasonOf = (error: unknown): string => {
  if (error instanceof SluiceError) return error.message.replace('Cannot cut a resource: ', '')
  if (error instanceof SyntaxError) return 'it is not JSON'
  throw error
}

const newline = 10
