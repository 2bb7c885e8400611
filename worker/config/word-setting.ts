import { z } from 'zod'
import { splitAtCommas } from './comma-list.ts'
import { settingNotes } from './setting-note.ts'

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
      const given = splitAtCommas(text)
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
