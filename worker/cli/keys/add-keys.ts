import { type Command, Option } from 'commander'
import { z } from 'zod'
import { clientKeyAlgorithms } from '../export/client-key.ts'
import type { KeyRequest } from './make-keys.ts'

/** `sluice keys`: its options. */
export const addKeys = (program: Command, run: (request: KeyRequest) => Promise<void>): void => {
  program
    .command('keys')
    .description(
      'Make the key pair of a client: a private key to keep, for `sluice export --key`, and a public key set to register.',
    )
    .requiredOption(
      '--out <folder>',
      'folder for private.jwk.json and public.jwks.json; never over what is there',
    )
    .addOption(
      new Option('--alg <alg>', 'what it is to sign with').choices([...clientKeyAlgorithms]).default('ES384'),
    )
    .action(async (options: unknown) => {
      const { out, alg } = schema.parse(options)
      await run({ folder: out, alg })
    })
}

const schema = z.object({ out: z.string().min(1), alg: z.enum(clientKeyAlgorithms) })
