import { join, resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import { z } from 'zod'
import { fileUrlOfPath } from '../../config/file-url.ts'
import { type Config, loadConfig } from '../../config.ts'
import { fhirBase } from '../../deps.ts'
import { SluiceError } from '../../errors.ts'
import { type RunningServer, serve } from '../../node.ts'
import { type SampleSize, sampleName } from '../../sample/sample-population.ts'
import { type CommandIo, sayLine } from '../command-io.ts'
import { readSampleSize } from '../sample/sample-size.ts'
import { differenceText, whatNextText } from './demo-report.ts'
import { exportSystem } from './export-system.ts'
import { loadSample } from './load-sample.ts'
import { manifestText } from './manifest-text.ts'

export type DemoIo = CommandIo & {
  /** Resolves when the person at the terminal has seen enough. */
  untilStopped(): Promise<void>
}

/**
 * Serves a sample population, exports it as a client would, and shows what came; then stays up. The exit code is 0 when the export has
 * as many resources of each type as the sample. It never throws.
 */
export const runDemo = async (args: readonly string[], io: DemoIo): Promise<number> => {
  try {
    const request = requestOf(args, io)
    const server = await serve(configOf(request, io))
    try {
      const isSame = await show(request, server.config, io)
      if (request.exit) return isSame ? 0 : 1
      sayLine(io.stdout, 'Ctrl C ends it.')
      await io.untilStopped()
      return 0
    } finally {
      await close(server)
    }
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2 // it has said why already
    sayLine(io.stderr, error instanceof Error ? error.message : String(error))
    return error instanceof SluiceError && error.code === 'invalid' ? 2 : 1
  }
}

type DemoRequest = { readonly size: SampleSize; readonly folder: string; readonly exit: boolean }

const requestOf = (args: readonly string[], { stdout, stderr }: DemoIo): DemoRequest => {
  const program = new Command('npm run demo --')
    .description('Serve a sample population on this machine, and export it.')
    .option('--patients <count>', 'how many patients', '100')
    .option('--exit', 'end after the export')
    .option('--data <folder>', 'where database and files lie', './data/demo')
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .parse([...args], { from: 'user' })
  const given = demoOptions.parse(program.opts())
  return { size: readSampleSize(given.patients, '1'), folder: given.data, exit: given.exit }
}

const demoOptions = z.object({ patients: z.string(), data: z.string(), exit: z.boolean().default(false) })

/** Of the environment PORT and LOG_LEVEL only: the demo must not write into a database that somebody needs. */
const configOf = ({ size, folder }: DemoRequest, { env }: DemoIo): Config => {
  const home = resolve(folder, folderName(size))
  return loadConfig(
    {
      HOST: '127.0.0.1',
      PORT: env.PORT,
      LOG_LEVEL: env.LOG_LEVEL || 'warn',
      AUTH: 'open',
      DATABASE_URL: fileUrlOfPath(join(home, 'sluice.db')),
      STORAGE_URL: fileUrlOfPath(join(home, 'exports')),
    },
    'node',
  )
}

/** Another sample lies in another folder, so none is ever destroyed, nor mixed with another. */
const folderName = (size: SampleSize): string => sampleName(size).replaceAll(',', '').replaceAll(' ', '-')

const show = async ({ size, folder }: DemoRequest, config: Config, io: DemoIo): Promise<boolean> => {
  const origin = new URL(config.baseUrl).origin
  const base = fhirBase(config)
  sayLine(io.stdout, `Sluice serves ${base}, for this machine only (AUTH=open)`)
  const sample = await loadSample(base, origin, size, io)
  const { manifest, location } = await exportSystem(base, io)
  const root = join(folder, folderName(size), 'exports')
  sayLine(io.stdout, manifestText(manifest, root))
  const difference = differenceText(sample.types, manifest.output)
  sayLine(io.stdout, difference ?? 'Loaded and exported alike: the counts are equal, type by type.')
  sayLine(io.stdout, await whatNextText(origin, base, location, manifest))
  return difference === undefined
}

/** Nobody is to wait long for those who keep a connection open. */
const close = (server: RunningServer): Promise<void> => server.close(1000)
