import type { JWK } from 'jose'
import { compactVerify } from 'jose/jws/compact/verify'
import { type KeyKind, kindOfAlgorithm } from '../platform/signature-algorithm.ts'
import type { Assertion, AssertionAlgorithm } from './assertion.ts'

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
export const decoyOf = (alg: AssertionAlgorithm): JWK => ({ ...decoys[kindOfAlgorithm[alg]] })

/** Public keys whose private parts were thrown away when they were made. */
const decoys: Readonly<Record<KeyKind, JWK>> = {
  'EC P-256': {
    kty: 'EC',
    crv: 'P-256',
    x: 'WngvIHeQqxTxGYnQTn7W4iVhQL3SEczX8mztkWIJHQo',
    y: '9DdRn6ypCWajDHmmYoZFm0_Cw76hsIsN1k33DYcI_Ls',
  },
  'EC P-384': {
    kty: 'EC',
    crv: 'P-384',
    x: 'FPOhoZHIIyynMsEh95mwV6ChmUm-VTbbXzbs0P1TM_jwTbuHdDyoTigkj0htLItN',
    y: '4QpZwWHDJYHpfbvqHUHY3782s_YgyG-lUkVd-yAZ1zpfloxoeEwy-bJRg3q-M9bQ',
  },
  'EC P-521': {
    kty: 'EC',
    crv: 'P-521',
    x: 'AMHc45cPyAN_yjxN_JcC4L9QsWWJeN4krx0L67sUOSs_Yf-zNb69LOLk92JutfKvMTyfrAZrq_PIXozPLETXLaNV',
    y: 'AVea6xU0FrbvTQBIRbiXCKGanuHWySr9DG0Lj3eOtLvoaUG9BWFeU274D4IyrLz447o_ELSWV-AWJO7mbyzhkmeq',
  },
  'OKP Ed25519': {
    kty: 'OKP',
    crv: 'Ed25519',
    x: 'QcrAzMZDtQD25vmzqWvgQ68XLBhYkK2lDqtgdK98SfA',
  },
  RSA: {
    kty: 'RSA',
    n: 'vq6RHitT33Z_F0RuB7zapDRu9zu26nSCKLCH93OwJo9BGxXldK6OxfbWdcmyrcYSBcURek9wkaJdvLD5bf12bA-7F7mkK3jAVRRNwY6ihbpGtzcwlrWqpHLa-0XJMLWIb6i0udMUi1e1gZlS86PRvqFZJ2rB6mCxGPMwSJGxj9HZH152KtNk0Wq522E0f1ypVPhrcDVu40UmW8pOhlaFC4tlnM1mCLHphb5XDXlpp3DoypE_7kZpBXmZ8n6cBse7WRxBTGuPh1A8zZlYzlxbIWv9cxsmPEdqTw4khIoXJHaoDSF3Qmze9sadS5jVxb0ud2HyGIWflPcrUae6ycibAQ',
    e: 'AQAB',
  },
}
