import { z } from 'zod'
import { parseBytes, showBytes } from './byte-units.ts'
import { settingNotes } from './setting-note.ts'

export const daySeconds = 86_400

type WholeNote = {
  readonly unit: string
  readonly default: number
  readonly min: number
  readonly max: number
  readonly reason: string
}

/** A whole number in plain digits. */
export const whole = ({ unit, default: fallback, min, max, reason }: WholeNote) =>
  wholeBetween(z.string().prefault(String(fallback)), min, max).register(settingNotes, {
    unit,
    default: String(fallback),
    allowed: rangeOf(min, max),
    reason,
  })

/** The same, where the default depends on other settings: it is `undefined` when it is not given, and a phrase says what it is then. */
export const wholeOrElse = ({
  unit,
  default: phrase,
  min,
  max,
  reason,
}: Omit<WholeNote, 'default'> & { readonly default: string }) =>
  wholeBetween(z.string(), min, max)
    .optional()
    .register(settingNotes, { unit, default: phrase, allowed: rangeOf(min, max), reason })

const wholeBetween = (text: z.ZodType<string, string | undefined>, min: number, max: number) =>
  text.transform((given, ctx) => {
    const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
    if (value >= min && value <= max) return value
    ctx.addIssue(`it must be a whole number from ${rangeOf(min, max)}`)
    return z.NEVER
  })

const rangeOf = (min: number, max: number): string => `${readable(min)} to ${readable(max)}`

const readable = (value: number): string => value.toLocaleString('en-US')

/** A number of bytes: plain digits, or a whole number of a unit (`8MiB`, `64 MB`). */
export const bytes = ({ default: fallback, min, max, reason }: Omit<WholeNote, 'unit'>) => {
  const allowed = `${showBytes(min)} to ${showBytes(max)}`
  return z
    .string()
    .prefault(String(fallback))
    .transform((text, ctx) => {
      const value = parseBytes(text)
      if (value !== undefined && value >= min && value <= max) return value
      ctx.addIssue(`it must be a whole number of bytes from ${allowed}, written like 8388608, 8MiB or 8 MB`)
      return z.NEVER
    })
    .register(settingNotes, { unit: 'bytes', default: showBytes(fallback), allowed, reason })
}
