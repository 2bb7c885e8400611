import type { Context } from 'hono'
import { SluiceError } from '../errors.ts'
import { echoText } from '../fhir/echo-text.ts'

/** The query of a request that has no other parameters than these, each at most once. A misspelt filter would show too much. */
export const readQuery = <const Name extends string>(
  c: Context,
  names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> => {
  const values: Partial<Record<Name, string>> = {}
  for (const [given, value] of new URL(c.req.url).searchParams) {
    const name = names.find((known) => known === given)
    if (name === undefined)
      throw new SluiceError(
        'not-supported',
        `Cannot process parameter "${echoText(given)}": there are ${names.join(', ')}`,
      )
    if (values[name] !== undefined) throw badParameter(name, value, 'it is given more than once')
    values[name] = value
  }
  return values
}

export const badParameter = (name: string, value: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot use ${name} "${echoText(value)}": ${reason}`)

/** How many a page is to have. */
export const readCount = (text: string | undefined, fallback: number, max: number): number => {
  if (text === undefined) return fallback
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > max) throw badParameter('count', text, `it must be 1 to ${max}`)
  return count
}

export const oneOf = <const Word extends string>(
  name: string,
  text: string | undefined,
  words: readonly Word[],
): Word | undefined => {
  const word = words.find((known) => known === text)
  if (text !== undefined && word === undefined)
    throw badParameter(name, text, `it must be one of ${words.join(', ')}`)
  return word
}

/** A text that is not empty, and not longer than that. */
export const within = (name: string, text: string | undefined, max: number): string | undefined => {
  if (text !== undefined && (text === '' || text.length > max))
    throw badParameter(name, text, `it must have 1 to ${max} characters`)
  return text
}
