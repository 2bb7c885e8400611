import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { hasCode, SluiceError } from '../errors.ts'
import { openSecret, sealSecret } from '../platform/secret-box.ts'
import { addSigningKey, readSigningKeys, type SigningKey } from '../store/signing-keys.ts'

/** ECDSA on P-256: every request verifies a signature, and this one is quick everywhere. */
export const tokenAlgorithm = 'ES256'
const curve = { name: 'ECDSA', namedCurve: 'P-256' }

/** The public part of a key, as `/auth/jwks` shows it. */
export type OwnPublicKey = z.infer<typeof publicJwk>
export type Signer = { readonly keyId: string; readonly key: CryptoKey }

/** The keys as they were in the database a moment ago. */
type Keys = {
  readonly readAt: number
  readonly usable: ReadonlyMap<string, OwnPublicKey>
  readonly signer: (Signer & { readonly createdAt: number }) | undefined
  /** Sealed under a `SECRET_KEY` that is no longer ours: whoever changes it wants them gone. */
  readonly useless: readonly string[]
}

/** The key to sign with; makes one where there is none that is young enough. */
export const getSigner = async (deps: Deps): Promise<Signer> => {
  const { signer, useless } = await getKeys(deps)
  if (signer !== undefined && signer.createdAt > oldest(deps)) return signer
  await makeKey(deps, useless)
  const made = (await loadKeys(deps)).signer
  if (made === undefined)
    throw new SluiceError('internal', 'Cannot sign an access token: the key that was made is not there')
  return made
}

/** The public key of this id. One that is not known may have been made by another process a moment ago. */
export const getPublicKey = async (deps: Deps, keyId: string): Promise<OwnPublicKey | undefined> =>
  (await getKeys(deps)).usable.get(keyId) ?? (await loadKeys(deps)).usable.get(keyId)

/** All that verify, at least one. */
export const getPublicKeys = async (deps: Deps): Promise<readonly OwnPublicKey[]> => {
  await getSigner(deps)
  return [...(await getKeys(deps)).usable.values()]
}

const getKeys = async (deps: Deps): Promise<Keys> => {
  const kept = cache.get(deps)
  const age = deps.clock.now() - (kept?.readAt ?? 0)
  return kept !== undefined && age >= 0 && age < keptMs ? kept : loadKeys(deps)
}

const loadKeys = async (deps: Deps): Promise<Keys> => {
  const rows = await readSigningKeys(deps.db)
  const opened = await Promise.all(rows.map(async (row) => ({ row, secret: await open(deps, row) })))
  const usable = new Map<string, OwnPublicKey>()
  let newest: { readonly row: SigningKey; readonly secret: string } | undefined
  for (const { row, secret } of opened) {
    if (secret === undefined) continue
    usable.set(row.keyId, publicJwk.parse(JSON.parse(row.publicJwk)))
    if (row.retiredAt === undefined) newest ??= { row, secret }
  }
  const keys: Keys = {
    readAt: deps.clock.now(),
    usable,
    signer: newest && { ...(await toSigner(newest.row, newest.secret)), createdAt: newest.row.createdAt },
    useless: opened.flatMap(({ row, secret }) => (secret === undefined ? [row.keyId] : [])),
  }
  cache.set(deps, keys)
  return keys
}

/** Values only, no promises: on Workers a request must not wait for what another one has begun. */
const cache = new WeakMap<Deps, Keys>()
const keptMs = 60_000

const open = async (deps: Deps, { keyId, privateJwk }: SigningKey): Promise<string | undefined> => {
  try {
    return await openSecret(secretKeyOf(deps), 'signing keys', keyId, privateJwk)
  } catch (error) {
    if (hasCode(error, 'internal')) return undefined
    throw error
  }
}

const toSigner = async ({ keyId }: SigningKey, secret: string): Promise<Signer> => ({
  keyId,
  key: await crypto.subtle.importKey('jwk', JSON.parse(secret), curve, false, ['sign']),
})

/** Several processes may do so at once: one key wins (`store/signing-keys.ts`). */
const makeKey = async (deps: Deps, useless: readonly string[]): Promise<void> => {
  const keyId = deps.newId()
  const pair = await crypto.subtle.generateKey(curve, true, ['sign', 'verify'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const shown = publicJwk.parse({ kty, crv, x, y, kid: keyId, alg: tokenAlgorithm, use: 'sig' })
  const secret = JSON.stringify(await crypto.subtle.exportKey('jwk', pair.privateKey))
  const key = {
    keyId,
    publicJwk: JSON.stringify(shown),
    privateJwk: await sealSecret(secretKeyOf(deps), 'signing keys', keyId, secret),
    createdAt: deps.clock.now(),
  }
  await addSigningKey(deps.db, key, oldest(deps), useless)
  deps.log('info', 'signing key made', { key: keyId })
}

/** A key made then or earlier is too old to sign. */
const oldest = ({ clock, config }: Deps): number => clock.now() - config.limits.signingKeyMs

const secretKeyOf = ({ config }: Deps): string => {
  if (config.secretKey !== undefined) return config.secretKey
  throw new SluiceError('internal', 'Cannot sign an access token: there is no SECRET_KEY')
}

const publicJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string(),
  alg: z.literal(tokenAlgorithm),
  use: z.literal('sig'),
})
