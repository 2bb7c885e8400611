import { SluiceError } from '../errors.ts'
import type { Part, Upload } from './storage.ts'

/** S3 and R2 number parts from 1 to 10,000. */
export const maxPartNumber = 10_000

export const assertPartBytes = (partBytes: number): void => {
  if (Number.isSafeInteger(partBytes) && partBytes >= 1) return
  throw new SluiceError(
    'invalid',
    `Cannot begin upload with parts of "${partBytes}" bytes: not a positive whole number`,
  )
}

export const assertPartNumber = (partNumber: number): void => {
  if (Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= maxPartNumber) return
  throw new SluiceError(
    'invalid',
    `Cannot upload part "${partNumber}": part numbers go from 1 to ${maxPartNumber}`,
  )
}

/**
 * Keeps DESIGN I3 where an upload is completed: parts 1 to n in order, all of exactly `partBytes` bytes, the last of at most as
 * many. R2 refuses anything else; S3 would join it silently.
 */
export const assertParts = (upload: Upload, parts: readonly Part[]): void => {
  if (parts.length === 0) throw invalidPart(upload, 1, 'no part is listed')
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1
    const isFitting = isLast ? part.bytes <= upload.partBytes : part.bytes === upload.partBytes
    if (part.partNumber !== index + 1) throw invalidPart(upload, part.partNumber, `not part ${index + 1}`)
    if (!isFitting) throw invalidPart(upload, part.partNumber, `it has not ${upload.partBytes} bytes`)
  }
}

export const invalidPart = (upload: Pick<Upload, 'key'>, partNumber: number, reason: string): SluiceError =>
  new SluiceError('invalid-part', `Cannot use part ${partNumber} of upload of "${upload.key}": ${reason}`)

export const noSuchUpload = (upload: Pick<Upload, 'key'>, cause?: unknown): SluiceError => {
  const message = `Cannot continue upload of "${upload.key}": it is unknown, aborted or completed`
  return new SluiceError('no-such-upload', message, { cause })
}
