import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { ExportFileTable, FileState } from '../../schema/tables.ts'
import type { Part } from '../storage/storage.ts'
import type { Db, Statement } from './db.ts'
import { completeJobIfDone } from './end-job.ts'
import { recordSlice, type SliceRecord } from './end-slice.ts'
import type { FileDigests } from './file-digests.ts'
import { type Cursor, holdsLease, type Lease, writeUnderLease } from './units.ts'

/** A part that the storage has. The digest, Base64 of SHA-256, is not known of one that an earlier version uploaded. */
export type DigestedPart = Part & { readonly sha256: string | null }

/** The file a unit is writing, as far as it has been committed. */
export type OpenFile = {
  readonly fileNumber: number
  readonly name: string
  readonly state: FileState
  readonly uploadId: string | undefined
  /** Where the file begins: from here it is written anew when its upload is lost (I4). */
  readonly start: Cursor
  readonly lines: number
  readonly bytes: number
  readonly parts: readonly DigestedPart[]
  /** Bytes behind the last full part, compressed, in order: read but not yet uploaded. */
  readonly carry: readonly Uint8Array[]
}

/**
 * The file the unit is at, if that has been begun; `undefined` when the lease is lost. A zombie must not go on from here: with the
 * cursor of its claim and what another has committed since, it would write other bytes (I2). Fences only rise, so the lease that is
 * ours at the last read was ours at the first (I5).
 */
export const readOpenFile = async (
  db: Db,
  lease: Lease,
): Promise<{ readonly file: OpenFile | undefined } | undefined> => {
  const { jobId, ordinal } = lease
  const ofUnit = sql`job_id = ${jobId} and ordinal = ${ordinal}`
  const [files, parts, carry] = await db.read([
    sql<Selectable<ExportFileTable>>`select * from export_file
      where ${ofUnit} and file_number = (select file_number from work_unit where ${ofUnit})`,
    sql<DigestedPart>`select part_number as partNumber, etag, bytes, sha256 from file_part
      where ${ofUnit} order by file_number, part_number`,
    selectCarry(lease, 0),
  ])
  if (carry.rows.length === 0) return undefined
  const chunks = bytesOf(carry.rows)
  for (let from = carryChunks; chunks.length === from; from += carryChunks) {
    const [more] = await db.read([selectCarry(lease, from)])
    if (more.rows.length === 0) return undefined
    chunks.push(...bytesOf(more.rows))
  }
  const [row] = files.rows
  if (row === undefined) return { file: undefined }
  const file: OpenFile = {
    fileNumber: row.file_number,
    name: row.name,
    state: row.state,
    uploadId: row.upload_id ?? undefined,
    start: { after: row.start_after, offset: row.start_offset },
    lines: row.lines,
    bytes: row.bytes,
    parts: parts.rows,
    carry: chunks,
  }
  return { file }
}

/** Chunks of carry in one answer: a server refuses one over 10,000,000 bytes, and a chunk has up to 1,000,000 (`export/carry.ts`). */
const carryChunks = 4

type CarryRow = { readonly bytes: ArrayBuffer | null }

/** The next chunks, a row with null when there are none, and no row when the lease is lost. */
const selectCarry = ({ jobId, ordinal, fence }: Lease, from: number): RawBuilder<CarryRow> =>
  sql<CarryRow>`select c.bytes from work_unit u left join carry c on c.job_id = u.job_id and c.ordinal = u.ordinal
      and c.chunk >= ${from} and c.chunk < ${from + carryChunks}
    where u.job_id = ${jobId} and u.ordinal = ${ordinal} and u.fence = ${fence} order by c.chunk`

const bytesOf = (rows: readonly CarryRow[]): Uint8Array[] =>
  rows.flatMap(({ bytes }) => (bytes === null ? [] : [new Uint8Array(bytes)]))

/** How far a unit has come; `lines` and `bytes` are those of its current file up to the cursor. */
export type FileProgress = {
  readonly fileNumber: number
  readonly name: string
  readonly uploadId: string | undefined
  readonly start: Cursor
  readonly cursor: Cursor
  readonly lines: number
  readonly bytes: number
  readonly linesDone: number
}

/** After an uploaded part: the part, the cursor behind it, and a renewed lease, in one fenced write (I4). */
export const commitPart = (
  db: Db,
  lease: Lease,
  progress: FileProgress,
  part: DigestedPart,
  leaseUntil: number,
): Promise<boolean> =>
  writeUnderLease(db, lease, sql`${unitProgress(progress)}, attempts = 0, lease_until = ${leaseUntil}`, [
    upsertFile(lease, progress, 'writing'),
    insertPart(lease, progress.fileNumber, part),
    dropCarry(lease),
  ])

/** At the end of a slice: the scan cursor, and what is not yet a full part. Gives the unit back. */
export const commitCarry = (
  db: Db,
  lease: Lease,
  progress: FileProgress,
  carry: readonly Uint8Array[],
  slice: SliceRecord,
): Promise<boolean> =>
  writeUnderLease(db, lease, sql`${unitProgress(progress)}, attempts = 0, lease_until = 0`, [
    upsertFile(lease, progress, 'writing'),
    dropCarry(lease),
    ...carry.map(
      (bytes, chunk) => sql`insert into carry (job_id, ordinal, chunk, bytes)
        select ${lease.jobId}, ${lease.ordinal}, ${chunk}, ${bytes} where ${holdsLease(lease)}`,
    ),
    ...recordSlice(lease, slice),
  ])

/** Before the storage is asked to join the parts: a crash between its answer and ours is then harmless. */
export const commitCompleting = (
  db: Db,
  lease: Lease,
  progress: FileProgress,
  lastPart: DigestedPart | undefined,
  leaseUntil: number,
): Promise<boolean> =>
  writeUnderLease(db, lease, sql`${unitProgress(progress)}, attempts = 0, lease_until = ${leaseUntil}`, [
    upsertFile(lease, progress, 'completing'),
    ...(lastPart === undefined ? [] : [insertPart(lease, progress.fileNumber, lastPart)]),
    dropCarry(lease),
  ])

/** What is known of a file once its object stands in the storage. */
export type FinishedFile = { readonly etag: string; readonly digests: FileDigests | undefined }
/** The end of a unit, of its last slice, and perhaps of the job: then its files are kept so long. */
export type UnitEnd = { readonly slice: SliceRecord; readonly retentionMs: number }
/** What comes behind a file: the next one under a renewed lease; the end of the slice, which gives the unit back; or that of the unit. */
export type AfterFile =
  | { readonly leaseUntil: number }
  | { readonly slice: SliceRecord }
  | { readonly end: UnitEnd }

/** The object stands in the storage. */
export const commitFile = (
  db: Db,
  lease: Lease,
  progress: FileProgress,
  finished: FinishedFile,
  after: AfterFile,
): Promise<boolean> =>
  writeUnderLease(
    db,
    lease,
    sql`${unitProgress({ ...progress, fileNumber: progress.fileNumber + 1 })}, attempts = 0,
      lease_until = ${'leaseUntil' in after ? after.leaseUntil : 0}, state = ${'end' in after ? 'done' : 'open'}`,
    [
      upsertFile(lease, progress, 'complete', finished),
      sql`delete from file_part where job_id = ${lease.jobId} and ordinal = ${lease.ordinal} and ${holdsLease(lease)}`,
      dropCarry(lease),
      ...('slice' in after ? recordSlice(lease, after.slice) : []),
      ...('end' in after ? endUnit(lease, after.end) : []),
    ],
  )

/** The unit's rows are used up and no file is open: it is done. */
export const commitUnitDone = (db: Db, lease: Lease, end: UnitEnd): Promise<boolean> =>
  writeUnderLease(db, lease, sql`state = 'done', lease_until = 0, attempts = 0`, [
    dropCarry(lease),
    ...endUnit(lease, end),
  ])

const endUnit = (lease: Lease, { slice, retentionMs }: UnitEnd): readonly Statement[] => [
  ...recordSlice(lease, slice),
  ...completeJobIfDone(lease, slice.endedAt, retentionMs),
]

/**
 * The storage has lost the upload or a part of it: the file is written anew from its start (I4). To upload its parts once more
 * is no progress, so the attempts of the unit are at least as many as its restarts.
 */
export const commitRestart = (db: Db, lease: Lease, file: OpenFile): Promise<boolean> =>
  writeUnderLease(
    db,
    lease,
    sql`cursor_after = ${file.start.after}, cursor_offset = ${file.start.offset}, lines_done = lines_done - ${file.lines},
      attempts = max(attempts, (select restarts from export_file
        where job_id = ${lease.jobId} and ordinal = ${lease.ordinal} and file_number = ${file.fileNumber}))`,
    [
      sql`update export_file set state = 'writing', upload_id = null, lines = 0, bytes = 0, restarts = restarts + 1
        where job_id = ${lease.jobId} and ordinal = ${lease.ordinal} and file_number = ${file.fileNumber}
          and ${holdsLease(lease)}`,
      sql`delete from file_part where job_id = ${lease.jobId} and ordinal = ${lease.ordinal} and ${holdsLease(lease)}`,
      dropCarry(lease),
    ],
  )

const unitProgress = ({ cursor, fileNumber, linesDone }: FileProgress): RawBuilder<unknown> =>
  sql`cursor_after = ${cursor.after}, cursor_offset = ${cursor.offset}, file_number = ${fileNumber},
    lines_done = ${linesDone}`

const upsertFile = (lease: Lease, p: FileProgress, state: FileState, finished?: FinishedFile): Statement => {
  const { sha256, partSha256 } = finished?.digests ?? {}
  return sql`insert into export_file (job_id, ordinal, file_number, name, state, upload_id, start_after, start_offset, lines, bytes,
      etag, sha256, part_sha256)
    select ${lease.jobId}, ${lease.ordinal}, ${p.fileNumber}, ${p.name}, ${state}, ${p.uploadId ?? null},
      ${p.start.after}, ${p.start.offset}, ${p.lines}, ${p.bytes}, ${finished?.etag ?? null}, ${sha256 ?? null},
      ${partSha256 === undefined ? null : JSON.stringify(partSha256)} where ${holdsLease(lease)}
    on conflict (job_id, ordinal, file_number) do update set state = excluded.state, upload_id = excluded.upload_id,
      lines = excluded.lines, bytes = excluded.bytes, etag = excluded.etag, sha256 = excluded.sha256,
      part_sha256 = excluded.part_sha256`
}

const insertPart = (lease: Lease, fileNumber: number, part: DigestedPart): Statement =>
  sql`insert into file_part (job_id, ordinal, file_number, part_number, etag, bytes, sha256)
    select ${lease.jobId}, ${lease.ordinal}, ${fileNumber}, ${part.partNumber}, ${part.etag}, ${part.bytes}, ${part.sha256}
    where ${holdsLease(lease)}
    on conflict (job_id, ordinal, file_number, part_number) do update set etag = excluded.etag, bytes = excluded.bytes,
      sha256 = excluded.sha256`

const dropCarry = (lease: Lease): Statement =>
  sql`delete from carry where job_id = ${lease.jobId} and ordinal = ${lease.ordinal} and ${holdsLease(lease)}`
