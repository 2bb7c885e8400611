import { z } from 'zod'
import { splitAtCommas } from './comma-list.ts'
import { type SettingNote, settingNotes } from './setting-note.ts'

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
      const given = splitAtCommas(text)
      if (given.every((each) => pattern.test(each))) return given
      ctx.addIssue(`it must be ${allowed.replaceAll('`', '')}`)
      return z.NEVER
    })
    .register(settingNotes, { unit, default: 'none', allowed, reason })
