import { z } from 'zod'
import { SluiceError } from '../../errors.ts'

const partSchema = z.object({
  system: z.string().optional(),
  valueSet: z.array(z.string()).default([]),
  concept: z.array(z.object({ code: z.string() })).default([]),
})
type Part = z.infer<typeof partSchema>

/** What is read of HL7's ValueSets. */
export const valueSetSchema = z.object({
  url: z.string().default(''),
  compose: z.object({ include: z.array(partSchema) }).default({ include: [] }),
})

type Concept = { readonly code: string; readonly concept?: readonly Concept[] | undefined }
const conceptSchema: z.ZodType<Concept> = z.lazy(() =>
  z.object({ code: z.string(), concept: z.array(conceptSchema).optional() }),
)

/** What is read of HL7's CodeSystems. */
export const codeSystemSchema = z.object({
  url: z.string().default(''),
  content: z.string(),
  concept: z.array(conceptSchema).default([]),
})

/**
 * The code systems of a value set, by its canonical. Of several it takes the code to tell which is meant, so each comes with its codes,
 * `system#code,code`; without them where HL7 does not list them. Build-time code of `generate.ts`.
 */
export const valueSetSystems = (
  valueSets: readonly z.infer<typeof valueSetSchema>[],
  codeSystems: readonly z.infer<typeof codeSystemSchema>[],
): ((canonical: string) => readonly string[]) => {
  const includes = new Map(valueSets.map(({ url, compose }) => [url, compose.include]))
  const codesOf = new Map(
    codeSystems.map(({ url, content, concept }) => [url, content === 'complete' ? flatten(concept) : []]),
  )
  const partsOf = (canonical: string): readonly Part[] =>
    (includes.get(canonical.split('|')[0] ?? '') ?? []).flatMap((part) => [
      ...(part.system === undefined ? [] : [part]),
      ...part.valueSet.flatMap(partsOf),
    ])
  return (canonical) => {
    const parts = partsOf(canonical)
    const systems = [...new Set(parts.map(({ system = '' }) => system))].sort()
    if (systems.length <= 1) return systems
    return systems.map((system) => {
      const listed = parts.filter((part) => part.system === system).flatMap(({ concept }) => concept)
      const codes = listed.length > 0 ? listed.map(({ code }) => code) : (codesOf.get(system) ?? [])
      return codes.length === 0 ? system : `${system}#${codes.map(assertWord).join(',')}`
    })
  }
}

const flatten = (concepts: readonly Concept[]): readonly string[] =>
  concepts.flatMap(({ code, concept = [] }) => [code, ...flatten(concept)])

/** A code that the lists of the generated file can hold. */
const assertWord = (code: string): string => {
  if (/^[\w.-]+$/.test(code)) return code
  throw new SluiceError('internal', `Cannot compile code "${code}": it has characters that separate codes`)
}
