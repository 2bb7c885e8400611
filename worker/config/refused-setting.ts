import type { z } from 'zod'
import { settingNotes } from './setting-note.ts'
import { settings } from './settings.ts'

/** The sentence that says which setting is wrong, and why. */
export const refusalOf = (issue: z.core.$ZodIssue, given: Readonly<Record<string, string>>): string => {
  const name = String(issue.path[0])
  const value = given[name]
  const refusal =
    value === undefined
      ? `Cannot leave ${name} unset`
      : `Cannot use ${name} "${secretNames.has(name) ? '…' : showValue(value)}"`
  return `${refusal}: ${issue.message}.`
}

const secretNames: ReadonlySet<string> = new Set(
  Object.entries(settings.shape).flatMap(([name, schema]) =>
    settingNotes.get(schema)?.isSecret ? [name] : [],
  ),
)

/** A URL may carry a password or a token, which must not reach a log. */
const showValue = (value: string): string => {
  const safe = value.replace(/\/\/.*@/s, '//…@').replace(/[?#].*$/s, '?…')
  return safe.length > 100 ? `${safe.slice(0, 100)}…` : safe
}
