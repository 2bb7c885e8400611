import { createHash, type Hash } from 'node:crypto'

/**
 * What a server tells of the bytes of a file: SHA-256 in Base64, of all of them, or, with `-` and a number behind it, of the digests of that
 * many parts, as S3 composes it.
 */
export type Checksum = { readonly sha256: string; readonly partBytes: number | undefined }

/** Takes a file piece by piece; at its end tells whether it is the one meant. */
export type ChecksumCheck = { take(bytes: Uint8Array): void; isRight(): boolean }

/** Of a kind that we cannot repeat nothing is said. */
export const checkSum = ({ sha256, partBytes }: Checksum): ChecksumCheck => {
  const isComposite = /-\d+$/.test(sha256)
  if (!isComposite) return wholeCheck(sha256)
  return partBytes === undefined ? { take: () => {}, isRight: () => true } : partsCheck(sha256, partBytes)
}

const wholeCheck = (sha256: string): ChecksumCheck => {
  const hash = createHash('sha256')
  return { take: (bytes) => hash.update(bytes), isRight: () => hash.digest('base64') === sha256 }
}

const partsCheck = (sha256: string, partBytes: number): ChecksumCheck => {
  const digests = createHash('sha256')
  let [part, held, parts]: [Hash, number, number] = [createHash('sha256'), 0, 0]
  const endPart = () => {
    digests.update(part.digest())
    ;[part, held, parts] = [createHash('sha256'), 0, parts + 1]
  }
  const take = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + partBytes - held)
      part.update(bytes.subarray(at, end))
      held += end - at
      at = end
      if (held === partBytes) endPart()
    }
  }
  const isRight = () => {
    if (held > 0) endPart()
    return `${digests.digest('base64')}-${parts}` === sha256
  }
  return { take, isRight }
}
