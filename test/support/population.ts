import { seededRandom } from './seeded-random.ts'

/**
 * The lines of a small population, the same for the same arguments: a Patient, an Encounter, a Condition and three Observations
 * each, and for every fourth a DocumentReference that is long. They are text, not objects, so that numbers keep their zeros;
 * characters take 1 to 4 bytes. `round` makes other versions of the same resources. For tests of crashes, budgets and many runtimes, which
 * need few resources of known sizes, newlines and quotes in texts, and later versions; others take `sampleLines`.
 */
export const populationLines = (patients: number, round = 1, documentChars = 1200): readonly string[] =>
  Array.from({ length: patients }, (_, index) => patientLines(index + 1, round, documentChars)).flat()

/** The lines as a body to load. */
export const ndjson = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

const patientLines = (number: number, round: number, documentChars: number): readonly string[] => {
  const random = seededRandom(number * 1000 + round)
  const id = `p${number}`
  const subject = { reference: `Patient/${id}` }
  const name = names[number % names.length]
  return [
    JSON.stringify({ resourceType: 'Patient', id, active: round % 2 === 1, name: [{ family: name }] }),
    JSON.stringify({ resourceType: 'Encounter', id: `${id}-e`, status: 'finished', subject }),
    JSON.stringify({ resourceType: 'Condition', id: `${id}-c`, subject, code: { text: words(random, 12) } }),
    ...[1, 2, 3].map((n) => {
      const value = `${Math.floor(random() * 200)}.${String(Math.floor(random() * 10) * 10).padStart(2, '0')}`
      const note = JSON.stringify([{ text: words(random, 40) }])
      return `{"resourceType":"Observation","id":"${id}-o${n}","status":"final","subject":{"reference":"Patient/${id}"},"valueQuantity":{"value":${value}},"note":${note}}`
    }),
    ...(number % 4 === 0 ? [documentLine(id, random, documentChars)] : []),
  ]
}

const documentLine = (id: string, random: () => number, chars: number): string => {
  const codes = new Uint8Array(chars).map(() => base64.charCodeAt(random() * 64))
  const data = new TextDecoder().decode(codes)
  const content = [{ attachment: { contentType: 'application/pdf', data } }]
  return JSON.stringify({ resourceType: 'DocumentReference', id: `${id}-d`, status: 'current', content })
}

const words = (random: () => number, most: number): string =>
  Array.from(
    { length: Math.ceil(random() * most) },
    () => vocabulary[Math.floor(random() * vocabulary.length)],
  ).join(' ')

const names = ['Ångström', '山田', 'O"Neill\\', 'Smith', '😀 Grüße']
const vocabulary = ['stable', 'größer', '正常', '𝄞', 'line\nbreak', 'a', 'follow-up', 'tab\t', 'no change']
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
