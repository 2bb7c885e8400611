import type { Config } from '../config.ts'
import { SluiceError } from '../errors.ts'
import { signText, verifyText } from '../platform/secret-box.ts'

/** Which file, by the last two segments of its URL. */
export type FileName = { readonly folder: string; readonly name: string }

/**
 * The query by which a URL opens one file until an instant, without a token (Bulk Data IG, `requiresAccessToken`): nobody can make one without
 * `SECRET_KEY`, nor for another file or a later end. It is not stored, so it cannot be taken back but with the file: hence it is short-lived.
 */
export const fileCapability = async (config: Config, file: FileName, endAt: number): Promise<string> => {
  const expires = Math.floor(endAt / 1000)
  const signature = await signText(keyOf(config), 'file URLs', claimOf(file, expires))
  return `?expires=${expires}&signature=${signature}`
}

/** What a URL says of a capability; both are `undefined` where it has none. */
export type GivenCapability = {
  readonly expires: string | undefined
  readonly signature: string | undefined
}

/** `none`: the URL does not say that it is one. */
export const judgeCapability = async (
  config: Config,
  file: FileName,
  { expires, signature }: GivenCapability,
  now: number,
): Promise<'good' | 'wrong' | 'expired' | 'none'> => {
  if (expires === undefined && signature === undefined) return 'none'
  if (expires === undefined || signature === undefined) return 'wrong'
  if (!epochSeconds.test(expires) || !fullSignature.test(signature)) return 'wrong'
  const seconds = Number(expires)
  if (!(await verifyText(keyOf(config), 'file URLs', claimOf(file, seconds), signature))) return 'wrong'
  return now < seconds * 1000 ? 'good' : 'expired'
}

/** Neither a folder nor a name that has a file holds a line feed, so no two files share a text. */
const claimOf = ({ folder, name }: FileName, expires: number): string => `${folder}\n${name}\n${expires}`

/** One spelling of each: a URL is as it was given out, or it is none of ours. The last of 43 characters has four bits of the 256. */
const epochSeconds = /^[1-9]\d{0,11}$/
const fullSignature = /^[\w-]{42}[AEIMQUYcgkosw048]$/

/** A rule between settings keeps it from missing. */
const keyOf = ({ secretKey }: Config): string => {
  if (secretKey !== undefined) return secretKey
  throw new SluiceError('internal', 'Cannot sign URLs of files: there is no SECRET_KEY')
}
