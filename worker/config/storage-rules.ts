import { minS3PartBytes } from './part-limits.ts'
import type { Rule } from './rule.ts'
import { isS3Url } from './s3-url.ts'

/** Of what a bucket wants, and a folder cannot do. */
export const storageRules: readonly Rule[] = [
  {
    about: ['STORAGE_URL', 'PART_BYTES'],
    problems: ({ STORAGE_URL, PART_BYTES }) =>
      !isS3Url(STORAGE_URL) || PART_BYTES >= minS3PartBytes
        ? {}
        : { PART_BYTES: 'it must be at least 5MiB where STORAGE_URL is s3:, which refuses smaller parts' },
  },
  ...(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const).map(
    (name): Rule => ({
      about: ['STORAGE_URL', name],
      problems: ({ STORAGE_URL, ...given }) =>
        !isS3Url(STORAGE_URL) || given[name] !== undefined
          ? {}
          : { [name]: 'requests to the bucket of STORAGE_URL have to be signed' },
    }),
  ),
  {
    about: ['STORAGE_URL', 'FILE_ACCESS'],
    problems: ({ STORAGE_URL, FILE_ACCESS }) =>
      FILE_ACCESS === 'proxy' || FILE_ACCESS === 'capability' || isS3Url(STORAGE_URL)
        ? {}
        : {
            FILE_ACCESS:
              'clients cannot reach a folder, so STORAGE_URL must be s3: or files must go through proxy or capability',
          },
  },
]
