import { type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { clientKeyAlgorithms } from './client-key.ts'
import type { ExportClient } from './export-request.ts'

/** The options by which `sluice export` gets tokens by itself. */
export const addClientOptions = (command: Command): void => {
  command
    .option('--client-id <id>', 'get tokens as this client, with --key (SMART Backend Services)')
    .option('--key <file>', 'its private key: a JWK, a JWK Set, or PEM; it is never sent')
    .option('--key-id <kid>', 'the id of the key, where the file does not say it or has several keys')
    .addOption(
      new Option('--key-alg <alg>', 'what to sign with, where neither the file nor the key says it').choices([
        ...clientKeyAlgorithms,
      ]),
    )
    .option('--scope <scopes>', 'scopes to ask for, by blanks (default: system/*.rs)', scopes)
    .option('--token-url <url>', 'the token endpoint (default: what the server says of itself)', tokenUrl)
}

const text = z.string().optional()
export const clientOptions = {
  clientId: text,
  key: text,
  keyId: text,
  keyAlg: text,
  scope: text,
  tokenUrl: text,
}
const schema = z.object(clientOptions)

type Given = z.output<typeof schema> & { readonly status?: string | undefined }

export const clientOf = (given: Given): ExportClient | undefined => {
  const { clientId, key, keyId, keyAlg, scope, tokenUrl, status } = given
  if (clientId === undefined && key === undefined) {
    if ([keyId, keyAlg, scope, tokenUrl].some((each) => each !== undefined))
      throw refusal('--key-id, --key-alg, --scope and --token-url need --client-id and --key')
    return undefined
  }
  if (clientId === undefined || key === undefined || clientId === '')
    throw refusal('--client-id and --key go together')
  if (status !== undefined && tokenUrl === undefined)
    throw refusal('--status says no server to ask for the token endpoint: give --token-url')
  return {
    clientId,
    keyFile: { path: key, kid: keyId, alg: keyAlg },
    scope: scope ?? 'system/*.rs',
    tokenUrl,
  }
}

/** RFC 6749 section 3.3. */
const scopes = (value: string): string => {
  if (/^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/.test(value)) return value
  throw new InvalidArgumentError('It must be scopes, with one blank between two.')
}

/** The text is not repeated, for it may hold a password. */
const tokenUrl = (value: string): string => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return value
  throw new SluiceError(
    'invalid',
    'Cannot export: --token-url must be an http or https URL, without user and password',
  )
}

const refusal = (reason: string): SluiceError => new SluiceError('invalid', `Cannot export: ${reason}`)
