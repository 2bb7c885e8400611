import type { JWK } from 'jose'
import { compactVerify } from 'jose/jws/compact/verify'
import { z } from 'zod'
import type { PublicKeySet } from '../store/clients.ts'
import type { Assertion, AssertionAlgorithm } from './assertion.ts'

/** The key to verify with, or why there is none. */
export type FoundKey = { readonly key: JWK } | { readonly key: undefined; readonly reason: string }

/** The one key that has the `kid` and fits the `alg` of an assertion; where several do, none is tried (SPEC T-12). */
export const pickKey = ({ keys }: PublicKeySet, { kid, alg }: Pick<Assertion, 'kid' | 'alg'>): FoundKey => {
  const { kty, crv } = shapeOf[alg]
  const fitting = keys.filter((key) => key.kid === kid && key.kty === kty)
  const [only] = fitting
  if (only === undefined) return none(`no key of type ${kty} has this kid`)
  if (fitting.length > 1) return none('several keys have this kid')
  if ('d' in only) return none('the key is published with its private part')
  const { data } = publicKey.safeParse(only)
  if (data === undefined || data.crv !== crv) return none(`the key does not fit ${alg}`)
  return { key: data }
}

/** Whatever is wrong with a key or a signature, it is not signed by it. jose refuses RSA keys under 2048 bits, and keys meant for other uses. */
export const isSignedBy = async ({ text, alg }: Assertion, key: JWK): Promise<boolean> => {
  try {
    await compactVerify(text, key, { algorithms: [alg] })
    return true
  } catch {
    return false
  }
}

/** A key that nobody has signed with: where there is no client or no key, verifying takes as long as where there is one. */
export const decoyOf = (alg: AssertionAlgorithm): JWK => ({ ...decoys[shapeOf[alg].decoy] })

const none = (reason: string): FoundKey => ({ key: undefined, reason })

type Decoy = 'rsa' | 'p256' | 'p384' | 'p521' | 'ed25519'
type Shape = { readonly kty: 'RSA' | 'EC' | 'OKP'; readonly crv: string | undefined; readonly decoy: Decoy }

const rsa: Shape = { kty: 'RSA', crv: undefined, decoy: 'rsa' }
const shapeOf: Readonly<Record<AssertionAlgorithm, Shape>> = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: { kty: 'EC', crv: 'P-256', decoy: 'p256' },
  ES384: { kty: 'EC', crv: 'P-384', decoy: 'p384' },
  ES512: { kty: 'EC', crv: 'P-521', decoy: 'p521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', decoy: 'ed25519' },
}

/** RSA keys up to 8192 bits with small exponents: larger ones make verifying slow. */
const material = z.string().max(1366)
const publicKey = z.object({
  kty: z.enum(['RSA', 'EC', 'OKP']),
  n: material.exactOptional(),
  e: z.string().max(11).exactOptional(),
  crv: z.string().exactOptional(),
  x: material.exactOptional(),
  y: material.exactOptional(),
  alg: z.string().exactOptional(),
  use: z.string().exactOptional(),
  key_ops: z.array(z.string()).exactOptional(),
})

/** Public keys whose private parts were thrown away when they were made. */
const decoys: Readonly<Record<Decoy, JWK>> = {
  p256: {
    kty: 'EC',
    crv: 'P-256',
    x: 'WngvIHeQqxTxGYnQTn7W4iVhQL3SEczX8mztkWIJHQo',
    y: '9DdRn6ypCWajDHmmYoZFm0_Cw76hsIsN1k33DYcI_Ls',
  },
  p384: {
    kty: 'EC',
    crv: 'P-384',
    x: 'FPOhoZHIIyynMsEh95mwV6ChmUm-VTbbXzbs0P1TM_jwTbuHdDyoTigkj0htLItN',
    y: '4QpZwWHDJYHpfbvqHUHY3782s_YgyG-lUkVd-yAZ1zpfloxoeEwy-bJRg3q-M9bQ',
  },
  p521: {
    kty: 'EC',
    crv: 'P-521',
    x: 'AMHc45cPyAN_yjxN_JcC4L9QsWWJeN4krx0L67sUOSs_Yf-zNb69LOLk92JutfKvMTyfrAZrq_PIXozPLETXLaNV',
    y: 'AVea6xU0FrbvTQBIRbiXCKGanuHWySr9DG0Lj3eOtLvoaUG9BWFeU274D4IyrLz447o_ELSWV-AWJO7mbyzhkmeq',
  },
  ed25519: {
    kty: 'OKP',
    crv: 'Ed25519',
    x: 'QcrAzMZDtQD25vmzqWvgQ68XLBhYkK2lDqtgdK98SfA',
  },
  rsa: {
    kty: 'RSA',
    n: 'vq6RHitT33Z_F0RuB7zapDRu9zu26nSCKLCH93OwJo9BGxXldK6OxfbWdcmyrcYSBcURek9wkaJdvLD5bf12bA-7F7mkK3jAVRRNwY6ihbpGtzcwlrWqpHLa-0XJMLWIb6i0udMUi1e1gZlS86PRvqFZJ2rB6mCxGPMwSJGxj9HZH152KtNk0Wq522E0f1ypVPhrcDVu40UmW8pOhlaFC4tlnM1mCLHphb5XDXlpp3DoypE_7kZpBXmZ8n6cBse7WRxBTGuPh1A8zZlYzlxbIWv9cxsmPEdqTw4khIoXJHaoDSF3Qmze9sadS5jVxb0ud2HyGIWflPcrUae6ycibAQ',
    e: 'AQAB',
  },
}
