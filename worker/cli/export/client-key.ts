import { createPrivateKey } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import process from 'node:process'
import { importJWK } from 'jose'
import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { parseJson } from './ask.ts'

/** What client assertions are signed with. Nothing of it can be read back out of `key`. */
export type ClientKey = {
  readonly key: CryptoKey
  readonly kid: string
  readonly alg: string
  /** Others on this machine may read its file. */
  readonly isExposed: boolean
}

export type KeyFile = {
  readonly path: string
  readonly kid: string | undefined
  readonly alg: string | undefined
}

/** Reads a private key: a JWK, a JWK Set with one private key (or with one of that id), or PEM. No message repeats any of it. */
export const readClientKey = async ({ path, kid, alg }: KeyFile): Promise<ClientKey> => {
  const text = await readText(path)
  const found = text.trimStart().startsWith('{') ? fromJson(path, text, kid) : fromPem(path, text)
  const id = kid ?? found.kid
  if (id === undefined) throw refused(path, 'it does not say its id: give --key-id')
  const algorithm = alg ?? found.alg ?? algorithmOf(found)
  if (algorithm === undefined) throw refused(path, 'it is of a kind that is not known')
  try {
    const key = await importJWK({ ...found, ext: false, key_ops: ['sign'] }, algorithm)
    if (key instanceof Uint8Array || key.type !== 'private') throw refused(path, 'it is not private')
    return { key, kid: id, alg: algorithm, isExposed: await isExposed(path) }
  } catch (error) {
    if (error instanceof SluiceError) throw error
    throw refused(path, `it is no good key for ${algorithm}`)
  }
}

export const clientKeyAlgorithms = [
  'ES384',
  'RS384',
  'ES256',
  'ES512',
  'RS256',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
] as const

const jwkSchema = z.looseObject({
  kty: z.enum(['RSA', 'EC', 'OKP']),
  d: z.string(),
  kid: z.string().min(1).exactOptional(),
  alg: z.string().exactOptional(),
  crv: z.string().exactOptional(),
})
type PrivateJwk = z.output<typeof jwkSchema>
const setSchema = z.object({ keys: z.array(z.unknown()).max(1000) })

const fromJson = (path: string, text: string, kid: string | undefined): PrivateJwk => {
  const json = parseJson(text)
  const set = setSchema.safeParse(json)
  const keys = (set.success ? set.data.keys : [json])
    .map((each) => jwkSchema.safeParse(each).data)
    .filter((each) => each !== undefined)
  const meant = keys.filter((key) => kid === undefined || !set.success || key.kid === kid)
  const [key] = meant
  if (key === undefined)
    throw refused(path, kid === undefined ? 'it has no private key' : 'it has no private key of that id')
  if (meant.length > 1) throw refused(path, 'it has more than one private key: give --key-id')
  return key
}

const fromPem = (path: string, text: string): PrivateJwk => {
  try {
    return jwkSchema.parse(createPrivateKey(text).export({ format: 'jwk' }))
  } catch {
    throw refused(
      path,
      'it is neither a private JWK, a JWK Set with one, nor a private key in PEM without a passphrase',
    )
  }
}

/** What servers must support at least one of comes first (SMART, "Asymmetric Authentication"). */
const algorithmOf = ({ kty, crv }: PrivateJwk): string | undefined => {
  if (kty === 'RSA') return 'RS384'
  return { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512', Ed25519: 'EdDSA' }[crv ?? '']
}

const maxKeyBytes = 1024 * 1024

const readText = async (path: string): Promise<string> => {
  try {
    const { size } = await stat(path)
    if (size > maxKeyBytes) throw refused(path, 'it is too large for a key')
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof SluiceError) throw error
    throw refused(path, 'it cannot be read')
  }
}

/** Windows knows no such bits, and says that everybody may. */
const isExposed = async (path: string): Promise<boolean> =>
  process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0

const refused = (path: string, reason: string): SluiceError =>
  new SluiceError('invalid', `Cannot use the key "${path}": ${reason}`)
