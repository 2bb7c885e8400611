import { z } from 'zod'
import type { KeyFile } from './client-key.ts'

/** A kick-off parameter as the IG names it, with its values in the order given. */
export type KickOffParameter = [name: string, value: string]

/** What is asked of a server: the part of a command line that makes two runs runs of the same export. */
export const exportQuerySchema = z.object({
  /** FHIR base URL, without a trailing slash. */
  server: z.string(),
  level: z.enum(['system', 'patient', 'group']),
  group: z.string().optional(),
  /** All but `_since`. */
  parameters: z.array(z.tuple([z.string(), z.string()])),
  isPost: z.boolean(),
  isLenient: z.boolean(),
})
export type ExportQuery = z.infer<typeof exportQuerySchema>

/** A client that was registered for SMART Backend Services. */
export type ExportClient = {
  readonly clientId: string
  readonly keyFile: KeyFile
  readonly scope: string
  /** `undefined`: where the server says. */
  readonly tokenUrl: string | undefined
}

export type ExportRequest = {
  /** `undefined` where `--resume` or `--status` says what to go on with. */
  readonly query: ExportQuery | undefined
  /** `auto`: the `transactionTime` of the last complete run of the same query, if there was one. */
  readonly since: string | undefined
  readonly statusUrl: string | undefined
  readonly isResume: boolean
  /** Leaves an unfinished run of the folder alone and begins anew. */
  readonly isRestart: boolean
  readonly out: string
  readonly parallel: number
  readonly deletesAfter: boolean
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Where the command gets tokens by itself. */
  readonly client: ExportClient | undefined
  /** Of the whole command. */
  readonly timeoutMs: number
  /** How long a server may fail, refuse for now, or be away, before the command gives up. */
  readonly patienceMs: number
  readonly json: boolean
}

/** Two runs with the same key are runs of the same export, so that the one can go on from the `transactionTime` of the other. */
export const keyOf = ({ server, level, group, parameters }: ExportQuery): string =>
  JSON.stringify([server, level, group ?? null, [...parameters].map((pair) => pair.join('=')).sort()])

/** The URL of the kick-off and, for a POST, the body: `Parameters` whose values have the types that the IG gives them. */
export const kickOffOf = (
  { server, level, group, parameters, isPost }: ExportQuery,
  since: string | undefined,
): { readonly url: URL; readonly body: string | undefined } => {
  const path = { system: '', patient: '/Patient', group: `/Group/${encodeURIComponent(group ?? '')}` }[level]
  const url = new URL(`${server}${path}/$export`)
  const all = since === undefined ? parameters : [...parameters, toPair('_since', since)]
  if (!isPost) {
    for (const [name, value] of all) url.searchParams.append(name, value)
    return { url, body: undefined }
  }
  return { url, body: JSON.stringify({ resourceType: 'Parameters', parameter: all.map(toParameter) }) }
}

export const toPair = (name: string, value: string): KickOffParameter => [name, value]

const toParameter = ([name, value]: KickOffParameter) => {
  if (name === 'patient') return { name, valueReference: { reference: value } }
  if (name === '_since' || name === '_until') return { name, valueInstant: value }
  return { name, valueString: value }
}
