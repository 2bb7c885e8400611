import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { SluiceError } from '../../errors.ts'
import { type CommandIo, sayLine } from '../command-io.ts'

export type KeyRequest = { readonly folder: string; readonly alg: string }

/** Makes a key pair and says where it is. The private key is readable by this user alone, and is told to nobody. */
export const makeKeys = async ({ folder, alg }: KeyRequest, io: CommandIo): Promise<number> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 3072 })
  const [secret, shown] = [await exportJWK(privateKey), await exportJWK(publicKey)]
  const kid = await calculateJwkThumbprint(shown) // names the key, and no other one
  const named = (key: JWK): JWK => ({ ...key, kid, alg, use: 'sig' })
  const [privatePath, publicPath] = [join(folder, 'private.jwk.json'), join(folder, 'public.jwks.json')]
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeNew(privatePath, named(secret), 0o600)
  try {
    await writeNew(publicPath, { keys: [named(shown)] }, 0o644)
  } catch (error) {
    await rm(privatePath) // ours, made a moment ago: half a pair is of no use
    throw error
  }
  sayLine(io.stdout, `${privatePath}: the private key; keep it, and send it nowhere`)
  sayLine(
    io.stdout,
    `${publicPath}: the public key set; register it with the server, or serve it at an https URL`,
  )
  sayLine(io.stdout, `key id ${kid}, ${alg}`)
  return 0
}

/** Nothing that is there is written over, least of all a key. */
const writeNew = async (path: string, content: object, mode: number): Promise<void> => {
  const handle = await open(path, 'wx', mode).catch((error: unknown) => {
    throw new SluiceError('invalid', `Cannot make keys: "${path}" ${reasonOf(error)}`, { cause: error })
  })
  try {
    await handle.writeFile(`${JSON.stringify(content, undefined, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST'
    ? 'is there already'
    : 'cannot be written'
