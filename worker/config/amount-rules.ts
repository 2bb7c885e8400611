import { addedBytes, maxParts } from './part-limits.ts'
import type { Rule } from './rule.ts'

/** Of waits, and of what fits into the parts of an upload. */
export const amountRules: readonly Rule[] = [
  {
    about: ['RETRY_BASE_MS', 'RETRY_MAX_MS'],
    problems: ({ RETRY_BASE_MS, RETRY_MAX_MS }) =>
      RETRY_BASE_MS <= RETRY_MAX_MS
        ? {}
        : { RETRY_BASE_MS: `it must be at most RETRY_MAX_MS (${RETRY_MAX_MS})` },
  },
  {
    about: ['FILE_BYTES', 'PART_BYTES'],
    problems: ({ FILE_BYTES, PART_BYTES }) =>
      FILE_BYTES <= maxParts * PART_BYTES
        ? {}
        : {
            FILE_BYTES: `it must be at most ${maxParts} times PART_BYTES (${PART_BYTES}), for an upload has at most ${maxParts} parts`,
          },
  },
  {
    about: ['MAX_RESOURCE_BYTES', 'PART_BYTES'],
    problems: ({ MAX_RESOURCE_BYTES, PART_BYTES }) => {
      const most = maxParts * PART_BYTES - addedBytes
      if (MAX_RESOURCE_BYTES <= most) return {}
      return {
        MAX_RESOURCE_BYTES: `it must be at most ${most}, for a line is not split between files, and an upload has at most ${maxParts} parts of PART_BYTES (${PART_BYTES})`,
      }
    },
  },
]
