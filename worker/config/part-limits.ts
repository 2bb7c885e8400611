import { MiB } from './byte-units.ts'

/** S3's limit, and that of every storage like it. */
export const maxParts = 10_000

/** S3's limits for every part but the last. */
export const minS3PartBytes = 5 * MiB
export const maxPartBytes = 5 * 1024 * MiB

/** More than the `versionId`, the `lastUpdated` and the line feed with which a resource becomes a line of a file. */
export const addedBytes = 200
