import { z } from 'zod'

const parameter = z.strictObject({
  name: z.string(),
  valueCode: z.string().optional(),
  valueInstant: z.iso.datetime().optional(),
  valueDecimal: z.number().min(0).optional(),
  valueBoolean: z.boolean().optional(),
  valueString: z.string().optional(),
})
const schema = z.strictObject({
  resourceType: z.literal('Parameters'),
  parameter: z.array(
    parameter.extend({
      part: z.array(parameter).min(1).optional(),
      resource: z
        .strictObject({
          resourceType: z.literal('OperationOutcome'),
          issue: z
            .array(z.strictObject({ severity: z.string(), code: z.string(), diagnostics: z.string() }))
            .min(1),
        })
        .optional(),
    }),
  ),
})

type Figure = { readonly count: number; readonly bytes: number; readonly isExact: boolean }

/** The answer to a `_dryRun`, taken apart. */
export type EstimateShown = Figure & {
  readonly level: string
  readonly transactionTime: string
  readonly files: number
  readonly seconds: number
  readonly bytesPerSecond: number
  readonly speedIsMeasured: boolean
  readonly types: Readonly<Record<string, Figure>>
  readonly deleted: Figure | undefined
  readonly outcomes: readonly {
    readonly severity: string
    readonly code: string
    readonly diagnostics: string
  }[]
  readonly caveats: readonly string[]
  readonly names: readonly string[]
}

export const readEstimate = async (response: Response): Promise<EstimateShown> => {
  const text = await response.text()
  if (response.status !== 200) throw new Error(`the dry run answered ${response.status}: ${text}`)
  const { parameter: all } = schema.parse(JSON.parse(text))
  type Named = z.infer<typeof parameter>
  const one = (of: readonly Named[], name: string): Named | undefined => of.find((each) => each.name === name)
  const amount = (name: string, of: readonly Named[] = all) => one(of, name)?.valueDecimal ?? Number.NaN
  const flag = (name: string, of: readonly Named[] = all) => one(of, name)?.valueBoolean ?? false
  const figure = (of: readonly Named[]): Figure => ({
    count: amount('count', of),
    bytes: amount('bytes', of),
    isExact: flag('isExact', of),
  })
  const deleted = all.find(({ name }) => name === 'deleted')?.part
  return {
    ...figure(all),
    level: one(all, 'level')?.valueCode ?? '',
    transactionTime: one(all, 'transactionTime')?.valueInstant ?? '',
    files: amount('files'),
    seconds: amount('seconds'),
    bytesPerSecond: amount('bytesPerSecond'),
    speedIsMeasured: flag('speedIsMeasured'),
    types: Object.fromEntries(
      all.flatMap(({ name, part = [] }) =>
        name === 'type' ? [[one(part, 'type')?.valueCode ?? '', figure(part)]] : [],
      ),
    ),
    deleted: deleted && figure(deleted),
    outcomes: all.find(({ name }) => name === 'outcome')?.resource?.issue ?? [],
    caveats: all.flatMap(({ name, valueString = '' }) => (name === 'caveat' ? [valueString] : [])),
    names: all.map(({ name }) => name),
  }
}
