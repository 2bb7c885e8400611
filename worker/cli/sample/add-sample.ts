import { type Command, Option } from 'commander'
import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { originOf } from '../server-origin.ts'
import type { SampleDestination, SampleRequest } from './make-sample.ts'
import { readSampleSize } from './sample-size.ts'

export const addSample = (program: Command, run: (request: SampleRequest) => Promise<void>): void => {
  program
    .command('sample')
    .description(
      'Make a sample population: the same resources for the same seed, printed, written or loaded.',
    )
    .option('--patients <count>', 'how many patients', '100')
    .option('--seed <number>', 'another seed makes other patients', '1')
    .addOption(
      new Option('--out <folder>', 'write a file of each type into this folder').conflicts([
        'server',
        'database',
      ]),
    )
    .addOption(
      new Option(
        '--server <origin>',
        'load it into this running server, for example http://127.0.0.1:8080, with the access key in SLUICE_TOKEN',
      ).conflicts('database'),
    )
    .option(
      '--database <url>',
      'load it into this database itself: a file that no server is using, or a libSQL server',
    )
    .option('--json', 'print the summary as JSON; needs one of the three above')
    .action(async (options: unknown) => {
      const given = sampleOptions.parse(options)
      const destination = destinationOf(given)
      if (given.json && destination === undefined) throw jsonRefusal()
      await run({ ...readSampleSize(given.patients, given.seed), destination, json: given.json })
    })
}

const sampleOptions = z.object({
  patients: z.string(),
  seed: z.string(),
  out: z.string().optional(),
  server: z.string().optional(),
  database: z.string().optional(),
  json: z.boolean().default(false),
})

const destinationOf = ({
  out,
  server,
  database,
}: z.infer<typeof sampleOptions>): SampleDestination | undefined => {
  if (out !== undefined) return { folder: out }
  if (server !== undefined) return { server: originOf(server) }
  return database === undefined ? undefined : { database }
}

const jsonRefusal = (): SluiceError =>
  new SluiceError(
    'invalid',
    'Cannot print a summary as JSON: the resources themselves go there, unless --out, --server or --database says where to',
  )
