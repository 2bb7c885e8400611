/** SHA-256, Base64, as S3 says it: of the whole file; or of the digests of its parts, then `-` and how many they are. */
export type FileDigests = {
  readonly sha256: string
  /** Those of its parts, in their order; `undefined` when it was put at once. */
  readonly partSha256: readonly string[] | undefined
}

/** What the columns of `export_file` say; `undefined` when the file was written before there were any. */
export const readDigests = (sha256: string | null, partSha256: string | null): FileDigests | undefined =>
  sha256 === null
    ? undefined
    : { sha256, partSha256: partSha256 === null ? undefined : JSON.parse(partSha256) }
