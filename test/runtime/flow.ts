import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { type Manifest, statusPathOf } from '../support/harness.ts'
import { ndjson, populationLines } from '../support/population.ts'

/** A running service, whatever runs it. */
export type Running = {
  /** Its origin, without a trailing slash; links may name another one that means the same. */
  readonly url: string
  stop(): Promise<void>
}

/** What an export brought: per file its SHA-256, with the moments of loading made equal, for they are the service's own. */
export type FlowResult = {
  readonly counts: Readonly<Record<string, number>>
  readonly hashes: readonly string[]
}

/** The attachments are enough for several files, and each of those for two parts where a part has 5 MiB. */
const patients = 500
const attachments = 14
const attachmentBytes = 900_000

const linesToLoad = (): readonly string[] => [
  ...populationLines(patients),
  ...attachmentLines(attachments, attachmentBytes),
]

/** Binaries whose data has so many characters. */
export const attachmentLines = (count: number, characters: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => {
    const data = Buffer.alloc((characters * 3) / 4, `attachment ${i} `).toString('base64')
    return JSON.stringify({ resourceType: 'Binary', id: `b${i}`, contentType: 'text/plain', data })
  })

/** What a client does with a service: loads, kicks off, polls, downloads and deletes. */
export const runFlow = async ({ url }: Running): Promise<FlowResult> => {
  await load(url, linesToLoad())
  const status = await kickOff(url)
  const manifest = await completed(url, status)
  const items = [...manifest.output, ...manifest.error]
  const files = await Promise.all(items.map((item) => download(url, item.url)))
  for (const [i, { count }] of items.entries()) expect(files[i]?.split('\n').length).toBe(count + 1)

  expect((await fetch(url + status, { method: 'DELETE' })).status).toBe(202)
  expect((await fetch(url + status)).status).toBe(404)
  expect((await fetch(atOrigin(url, items[0]?.url ?? ''))).status).toBe(404)
  const hashes = await Promise.all(files.map((text, i) => fingerprint(items[i]?.url ?? '', text)))
  return { counts: countsOf(manifest), hashes }
}

/** Headers by which somebody is admitted. */
export type Credentials = Readonly<Record<string, string>>

export const load = async (url: string, lines: readonly string[], who: Credentials = {}): Promise<void> => {
  const response = await fetch(`${url}/admin/api/ingest`, {
    method: 'POST',
    headers: { ...who, 'content-type': 'application/fhir+ndjson' },
    body: ndjson(lines),
  })
  expect(await response.json()).toEqual({ stored: lines.length, refused: 0, problems: [] })
}

/** The path of the status request. */
export const kickOff = async (url: string, who: Credentials = {}): Promise<string> => {
  const headers = { ...who, accept: 'application/fhir+json', prefer: 'respond-async' }
  const response = await fetch(`${url}/fhir/$export`, { headers })
  expect(response.status, await response.text()).toBe(202)
  return statusPathOf(response)
}

export const completed = async (url: string, path: string, who: Credentials = {}): Promise<Manifest> => {
  for (;;) {
    const response = await fetch(url + path, { headers: who })
    if (response.status === 200) return response.json()
    expect(response.status, await response.text()).toBe(202)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    await sleep(100)
  }
}

/** Whole and gzipped, and the end of it by a range: all three must fit together. */
const download = async (url: string, link: string): Promise<string> => {
  const at = atOrigin(url, link)
  const gzipped = await fetch(at, { headers: { 'accept-encoding': 'gzip' } })
  const text = await gzipped.text()
  expect(gzipped.status, text.slice(0, 500)).toBe(200)
  expect(gzipped.headers.get('content-encoding')).toBe('gzip')
  const whole = await fetch(at, { headers: { 'accept-encoding': 'identity' } })
  const bytes = await whole.bytes()
  expect(whole.headers.get('content-encoding')).toBe(null)
  expect(whole.headers.get('content-length')).toBe(String(bytes.length))
  expect(new TextDecoder().decode(bytes)).toBe(text)
  const end = await fetch(at, { headers: { range: 'bytes=-1000' } })
  expect(end.status).toBe(206)
  expect(await end.bytes()).toEqual(bytes.slice(-1000))
  return text
}

const atOrigin = (url: string, link: string): string => url + new URL(link).pathname

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export const countsOf = ({ output }: Manifest): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { type = '', count } of output) counts[type] = (counts[type] ?? 0) + count
  return counts
}

/** The name of a file and the SHA-256 of its text, as if it had been loaded at no moment at all. */
export const fingerprint = async (link: string, text: string): Promise<string> =>
  `${nameOf(new URL(link).pathname)} ${await sha256(withoutMoments(text))}`

const withoutMoments = (text: string): string => text.replaceAll(/"lastUpdated":"[^"]*"/g, '"lastUpdated":""')

const sha256 = async (text: string): Promise<string> =>
  Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toString('hex')
