import { addedBytes, maxPartBytes, maxParts, minS3PartBytes } from '../config/part-limits.ts'
import { isS3Url } from '../config/s3-url.ts'
import type { Config } from '../config.ts'

/**
 * What a kick-off may have as the size of its parts (`uploadPartSize`). At least what the storage takes, and what brings a line twice as
 * long as a resource may be (its attachment URLs grow) into one upload; at most twice `PART_BYTES`, for as many parts as before are in memory at once, and an isolate of Workers, where two
 * ticks may run, has room for no more (I6).
 */
export const partBoundsOf = ({
  storageUrl,
  limits,
}: Config): { readonly min: number; readonly max: number } => {
  const forLongest = Math.ceil((2 * limits.maxResourceBytes + addedBytes) / maxParts)
  return {
    min: isS3Url(storageUrl) ? minS3PartBytes : Math.min(forLongest, limits.partBytes),
    max: Math.min(2 * limits.partBytes, maxPartBytes),
  }
}
