import { z } from 'zod'

/** What the README's table says about a setting, kept beside the schema that reads it. */
export type SettingNote = {
  readonly unit: string
  /** As one would write it in the environment, or a phrase when it depends on other settings. */
  readonly default: string
  readonly allowed: string
  /** One sentence: what it is for and why the default is what it is. */
  readonly reason: string
  /** Never to be shown, in a message least of all. */
  readonly isSecret?: true
}

export const settingNotes = z.registry<SettingNote>()

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

/** One of a few words. */
export const choice = <const Word extends string>(note: {
  readonly words: readonly [Word, ...Word[]]
  readonly default: Word
  readonly reason: string
}) =>
  z
    .enum(note.words, { error: `it must be one of ${note.words.join(', ')}` })
    .prefault(note.default)
    .register(settingNotes, {
      unit: 'word',
      default: note.default,
      allowed: note.words.join(', '),
      reason: note.reason,
    })

/** A text that is kept as it is given, unless `problemOf` finds something: that goes on after `Cannot use <NAME> "<value>": `. */
export const checkedText = (
  note: Omit<SettingNote, 'isSecret'>,
  problemOf: (text: string) => string | undefined,
) =>
  z
    .string()
    .prefault(note.default)
    .transform((text, ctx) => {
      const problem = problemOf(text)
      if (problem === undefined) return text
      ctx.addIssue(problem)
      return z.NEVER
    })
    .register(settingNotes, note)

/** Part of a credential: never shown, whatever is wrong with it. */
export const secret = (note: {
  readonly default: string
  readonly minLength?: number
  readonly maxLength: number
  readonly reason: string
}) => {
  const { minLength = 1 } = note
  const allowed = `${minLength} to ${note.maxLength} visible ASCII characters`
  return z
    .string()
    .regex(new RegExp(`^[\\x21-\\x7e]{${minLength},${note.maxLength}}$`), { error: `it must be ${allowed}` })
    .optional()
    .register(settingNotes, {
      unit: 'secret',
      default: note.default,
      allowed,
      reason: note.reason,
      isSecret: true,
    })
}

export const daySeconds = 86_400

type TextNote = {
  readonly unit: string
  readonly pattern: RegExp
  readonly allowed: string
  readonly reason: string
}

/** A text of a certain form, or none. */
export const optionalText = ({
  unit,
  pattern,
  allowed,
  reason,
  default: fallback,
}: TextNote & { readonly default?: string }) =>
  z
    .string()
    .regex(pattern, { error: `it must be ${allowed.replaceAll('`', '')}` })
    .optional()
    .transform((text) => text ?? fallback)
    .register(settingNotes, { unit, default: fallback ?? 'none', allowed, reason })

/** Texts of a certain form, by commas; there may be none. */
export const textList = ({ unit, pattern, allowed, reason }: TextNote) =>
  z
    .string()
    .prefault('')
    .transform((text, ctx) => {
      const given = text
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '')
      if (given.every((each) => pattern.test(each))) return given
      ctx.addIssue(`it must be ${allowed.replaceAll('`', '')}`)
      return z.NEVER
    })
    .register(settingNotes, { unit, default: 'none', allowed, reason })

/** A list by commas of a few words, which may be empty unless it has a default. */
export const choices = <const Word extends string>(note: {
  readonly words: readonly [Word, ...Word[]]
  readonly default?: readonly Word[]
  readonly reason: string
}) =>
  z
    .string()
    .prefault(note.default?.join(',') ?? '')
    .transform((text, ctx) => {
      const given = text
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '')
      const known = note.words.filter((word) => given.includes(word))
      const isKnown = given.every((word) => known.some((each) => each === word))
      if (isKnown && (known.length > 0 || note.default === undefined)) return known
      ctx.addIssue(`it must be a list by commas of ${note.words.join(', ')}`)
      return z.NEVER
    })
    .register(settingNotes, {
      unit: 'words',
      default: note.default?.join(',') ?? 'none',
      allowed: `any of ${note.words.join(', ')}, by commas`,
      reason: note.reason,
    })

export const KiB = 1024
export const MiB = 1024 * KiB
export const GiB = 1024 * MiB
export const TiB = 1024 * GiB

const bytesOfUnit: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
  ['kib', KiB],
  ['mib', MiB],
  ['gib', GiB],
  ['tib', TiB],
])

const parseBytes = (text: string): number | undefined => {
  const match = /^(\d{1,15}) ?([a-z]*)$/i.exec(text)
  const factor = bytesOfUnit.get(match?.[2]?.toLowerCase() ?? '')
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor
}

/** The shortest exact way to write a number of bytes: 8388608 is `8MiB`, 4000000 is `4MB`, 4900000 is `4900kB`. */
const showBytes = (value: number): string => {
  for (const [unit, size] of [
    ['TiB', TiB],
    ['GiB', GiB],
    ['MiB', MiB],
    ['KiB', KiB],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (value >= size && value % size === 0) return `${value / size}${unit}`
  }
  return String(value)
}
