import { setTimeout as sleep } from 'node:timers/promises'
import cliProgress from 'cli-progress'
import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import type { CommandIo } from '../command-io.ts'

const manifestSchema = z.object({
  transactionTime: z.string(),
  output: z.array(z.object({ type: z.string(), url: z.string(), count: z.number() })),
  error: z.array(z.object({ url: z.string() })),
})
export type DemoManifest = z.infer<typeof manifestSchema>

/** A system-level export over HTTP, as any client makes one: kick-off, status requests as `Retry-After` allows, manifest. */
export const exportSystem = async (
  base: string,
  io: CommandIo,
): Promise<{ readonly manifest: DemoManifest; readonly location: string }> => {
  const location = await kickOff(base)
  const progress = openExportProgress(io)
  try {
    return { manifest: await poll(location, progress), location }
  } finally {
    progress.stop()
  }
}

const kickOff = async (base: string): Promise<string> => {
  const response = await fetch(`${base}/$export`, {
    headers: { Accept: 'application/fhir+json', Prefer: 'respond-async' },
  })
  const location = response.headers.get('content-location')
  if (response.status === 202 && location !== null) {
    await response.body?.cancel()
    return location
  }
  throw await refusal('kick off the export', response)
}

const poll = async (location: string, progress: ExportProgress): Promise<DemoManifest> => {
  for (;;) {
    const response = await fetch(location, { headers: { Accept: 'application/json' } })
    if (response.status === 200) return manifestSchema.parse(await response.json())
    if (response.status !== 202) throw await refusal('finish the export', response)
    await response.body?.cancel()
    progress.show(response.headers.get('x-progress') ?? '')
    await sleep(1000 * Number(response.headers.get('retry-after') ?? 1))
  }
}

const refusal = async (attempt: string, response: Response): Promise<SluiceError> =>
  new SluiceError('internal', `Cannot ${attempt}: HTTP status ${response.status}: ${await response.text()}`)

type ExportProgress = { show(text: string): void; stop(): void }

/** `X-Progress` begins with the percentage. Without a terminal nothing is drawn. */
const openExportProgress = ({ stderr }: CommandIo): ExportProgress => {
  if (!stderr.isTTY) return { show: () => {}, stop: () => {} }
  const bar = new cliProgress.SingleBar(
    {
      format: '{bar} {percentage}% exported | {note}',
      stream: stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    cliProgress.Presets.shades_classic,
  )
  bar.start(100, 0, { note: '' })
  return {
    show: (text) => {
      const [, percent = '0', note = text] = /^(\d+)% (.*)$/.exec(text) ?? []
      bar.update(Number(percent), { note })
    },
    stop: () => bar.stop(),
  }
}
