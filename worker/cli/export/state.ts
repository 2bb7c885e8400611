import { open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { parseJson } from './ask.ts'
import { exportQuerySchema } from './export-request.ts'

/** A run that has begun and is not complete. */
const runSchema = z.object({
  statusUrl: z.url(),
  /** Unknown where the run began with `--status`. */
  query: exportQuerySchema.optional(),
  /** `_since` of its kick-off. */
  since: z.string().optional(),
  /** Whether files belong into a folder of their own, by transactionTime (`--since auto`). */
  isInSubfolder: z.boolean(),
  startedAt: z.string(),
  /** Known once there is a manifest: fixed then, for URLs and with them names may be others at the next status request. */
  files: z.object({ transactionTime: z.string(), folder: z.string(), names: z.array(z.string()) }).optional(),
})
export type Run = z.infer<typeof runSchema>

const lastSchema = z.object({
  key: z.string().optional(),
  transactionTime: z.string(),
  folder: z.string(),
  /** Its `_since`, there when the server reported errors in it: what it left out would never be asked for again from `transactionTime` on. */
  again: z.object({ since: z.string().optional() }).optional(),
})
type LastRun = z.infer<typeof lastSchema>

const stateSchema = z.object({
  version: z.literal(1),
  run: runSchema.optional(),
  /** The last complete run, with the key of its query. */
  last: lastSchema.optional(),
})
/** What a folder knows of the exports in it; kept in `.sluice-export.json`, so that a run that was killed goes on. */
export type ExportState = z.infer<typeof stateSchema>

export const stateFile = '.sluice-export.json'

/** The state of a folder; refuses a folder that holds something else. */
export const readState = async (out: string): Promise<ExportState> => {
  const text = await readFile(join(out, stateFile), 'utf8').catch(() => undefined)
  if (text === undefined) {
    const others = (await readdir(out)).filter((name) => !name.startsWith('.'))
    if (others.length === 0) return { version: 1 }
    throw refusal(out, 'the folder is not empty, and holds no export of this command')
  }
  const parsed = stateSchema.safeParse(parseJson(text))
  if (!parsed.success) throw refusal(out, `${stateFile} cannot be read; remove it to begin anew`)
  return parsed.data
}

/** From where the next run of a chain asks; `undefined` for everything. */
export const nextSinceOf = ({ transactionTime, again }: LastRun): string | undefined =>
  again === undefined ? transactionTime : again.since

export const writeState = (out: string, state: ExportState): Promise<void> =>
  replaceFile(join(out, stateFile), `${JSON.stringify(state, undefined, 2)}\n`)

/** Writes a file for this user alone so that it is there whole or not at all, whenever the machine stops. */
export const replaceFile = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.new`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, path)
}

const refusal = (out: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot export into "${out}": ${reason}`)
