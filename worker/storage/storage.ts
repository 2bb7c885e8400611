/**
 * The object-storage port: the verbs of S3 multipart, nothing more. Adapters are factories that return one of these.
 *
 * Errors every adapter speaks (`SluiceError`):
 * - `storage-unavailable`: the storage did not answer, or not sensibly; trying again later may help.
 * - `no-such-upload`: the upload is unknown, aborted, or already completed. Of a completed one some storages still know, while its
 *   object stands: Amazon completes it again, to the same effect; Swift also takes its parts, which then are the object's. So the
 *   bytes of a part must be the same whenever it is uploaded (DESIGN I2).
 * - `invalid-part`: a listed part is missing or its ETag is not the one stored.
 * - `invalid-range`: a requested range starts behind the end of the object (416).
 *
 * Keys are relative (`folder/name`), of characters `A-Z a-z 0-9 . _ -` and `/`, without empty, `.` or `..` segments; an adapter
 * refuses any other with `invalid`.
 */
export type Storage = {
  /** Writes a whole object at once, atomically: a reader sees the old bytes or the new ones. Returns the ETag, verbatim. */
  put(key: string, bytes: Uint8Array, contentType: string): Promise<string>

  /** Begins a multipart upload. All parts but the last will have exactly `partBytes` bytes (R2 insists; DESIGN I3). */
  beginUpload(
    key: string,
    options: { readonly contentType: string; readonly partBytes: number },
  ): Promise<Upload>
  /** Stores part `partNumber` (1 to 10,000), durably, before it returns its ETag, verbatim. May be repeated. */
  uploadPart(upload: Upload, partNumber: number, bytes: Uint8Array): Promise<string>
  /** Joins the parts into the object, atomically and durably. Returns the ETag of the object. */
  completeUpload(upload: Upload, parts: readonly Part[]): Promise<string>
  /** Forgets an upload and its parts. An unknown upload is not an error: it is gone already. */
  abortUpload(upload: Pick<Upload, 'key' | 'uploadId'>): Promise<void>

  head(key: string): Promise<ObjectHead | undefined>
  /** The object's bytes, or the inclusive range `[from, to]` of them; `undefined` when there is no such object. */
  read(key: string, range?: ByteRange): Promise<ObjectRead | undefined>
  /** Objects whose key starts with `prefix`, in key order, at most 1,000, those after the key `after`. */
  list(prefix: string, after?: string): Promise<readonly ObjectHead[]>
  /** Removes objects; those already gone are no error. */
  remove(keys: readonly string[]): Promise<void>

  /** Unfinished uploads whose key starts with `prefix`. A capability: absent where the storage cannot tell (R2 binding, Azure). */
  readonly listUploads?: (prefix: string) => Promise<readonly OpenUpload[]>
  /**
   * A URL with which anybody may read the object, whether or not there is one, for `expiresInSeconds` (1 to 604,800, a week) from
   * `now`; `invalid` otherwise. It ends sooner when the credentials it was signed with end or are revoked, which nobody can see in
   * it: so it is minted when it is asked for, and never stored. A capability: absent where the storage cannot sign (disk, memory,
   * R2 binding).
   */
  readonly sign?: (key: string, options: SignOptions) => Promise<string>
  /**
   * Where the object is, or would be, for those who have credentials of their own. A capability: absent where nobody else can reach
   * it (disk, memory).
   */
  readonly locate?: (key: string) => ObjectLocation
}

/**
 * The same place twice: `url` is absolute, http or https, and opens nothing by itself; `uri` is what the storage's own tools take,
 * such as `s3://bucket/key`, with the key as it is: they do not decode it.
 */
export type ObjectLocation = { readonly url: string; readonly uri: string }

/** `now` in milliseconds since the epoch. */
export type SignOptions = { readonly expiresInSeconds: number; readonly now: number }

/** What identifies an upload; a plain value, so that it can be stored in a row and used by another process. */
export type Upload = { readonly key: string; readonly uploadId: string; readonly partBytes: number }
/** An unfinished upload as a listing shows it; `startedAt` in milliseconds since the epoch. */
export type OpenUpload = { readonly key: string; readonly uploadId: string; readonly startedAt: number }
export type Part = { readonly partNumber: number; readonly etag: string; readonly bytes: number }
export type ByteRange = { readonly from: number; readonly to: number }
/** `lastModified` in milliseconds since the epoch; `etag` verbatim, with its quotes. */
export type ObjectHead = {
  readonly key: string
  readonly bytes: number
  readonly etag: string
  readonly lastModified: number
}
/** `bytes` is the size of the whole object; `body` streams the bytes asked for. */
export type ObjectRead = ObjectHead & { readonly body: ReadableStream<Uint8Array> }
