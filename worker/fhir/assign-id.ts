import { membersOf, minifyJson } from './json-text.ts'

/**
 * The JSON text of a resource with `id` in the place of the one it has, or, where it has none, behind its opening brace. Lexical, so that
 * nothing else is touched (I2). The text must be a valid JSON object.
 */
export const assignId = (json: string, id: string): string => {
  const { text } = minifyJson(json)
  const members = membersOf(text, 0)
  const given = members.find(({ name }) => name === 'id')
  const value = JSON.stringify(id)
  if (given !== undefined) return text.slice(0, given.valueStart) + value + text.slice(given.end)
  return `{"id":${value}${members.length === 0 ? '' : ','}${text.slice(1)}`
}
