import { GiB, KiB, MiB, TiB } from './byte-units.ts'
import { bytes, whole } from './number-setting.ts'

/** How much at once: bytes, rows and requests. */
export const amountSettings = {
  PART_BYTES: bytes({
    default: 8 * MiB,
    min: 1,
    max: 5 * GiB,
    reason:
      'Size of every part of a multipart upload but the last, at least 5 MiB where `STORAGE_URL` is `s3:`; this much memory is held per part.',
  }),
  FILE_BYTES: bytes({
    default: 64 * MiB,
    min: 0,
    max: TiB,
    reason:
      'An output file ends before the line that would make it larger; 0 writes one file a type, whatever its size.',
  }),
  RANGE_BYTES: bytes({
    default: 256 * MiB,
    min: 1,
    max: TiB,
    reason:
      'A type with more than this is exported in ranges of about this size, so that several ticks can work on it at once.',
  }),
  MAX_RESOURCE_BYTES: bytes({
    default: 4_000_000,
    min: 100,
    max: 4_900_000,
    reason: 'Largest resource stored; a remote libSQL server refuses values over 5,000,000 bytes.',
  }),
  MAX_REQUEST_BYTES: bytes({
    default: MiB,
    min: 256,
    max: 64 * MiB,
    reason:
      'Largest body of a kick-off request, which is held in memory; the default has room for some 10,000 listed patients.',
  }),
  MAX_BUNDLE_BYTES: bytes({
    default: 32 * MiB,
    min: KiB,
    max: 64 * MiB,
    reason:
      'Largest batch or transaction Bundle, which is held in memory, and as much again for what it reads; a transaction is one request to a database server.',
  }),
  MAX_BUNDLE_ENTRIES: whole({
    unit: 'entries',
    default: 20_000,
    min: 1,
    max: 40_000,
    reason:
      'Most entries of such a Bundle; 40,000 ids of 64 characters are about what a database server takes as one value.',
  }),
  PAGE_ROWS: whole({
    unit: 'rows',
    default: 2000,
    min: 1,
    max: 10_000,
    reason:
      'Rows scanned by one query of an export. A file gains little beyond 500; a distant server is asked less often for larger pages.',
  }),
  PAGE_BYTES: bytes({
    default: 2 * MiB,
    min: 1,
    max: 64 * MiB,
    reason:
      'Bytes after which a page ends whatever its rows, so that large resources do not add up in memory.',
  }),
  PARTS_IN_FLIGHT: whole({
    unit: 'parts',
    default: 2,
    min: 1,
    max: 16,
    reason:
      'Parts of one work unit uploading at once; one more is being filled, so memory is bounded by this plus one.',
  }),
  LANES: whole({
    unit: 'work units',
    default: 2,
    min: 1,
    max: 64,
    reason: 'Work units advanced at once by one process; reading one overlaps with writing the other.',
  }),
  TICK_ROWS: whole({
    unit: 'rows',
    default: 1_000_000,
    min: 1,
    max: 1_000_000_000,
    reason:
      'Rows one tick may scan; the clock of Workers stands still between I/O, so a tick is bounded by counts as well.',
  }),
  TICK_BYTES: bytes({
    default: GiB,
    min: 1,
    max: TiB,
    reason: 'Bytes one tick may write, for the same reason.',
  }),
  TICK_STATEMENTS: whole({
    unit: 'statements',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    reason: 'Database statements one tick may make, for the same reason.',
  }),
  TICK_SUBREQUESTS: whole({
    unit: 'requests',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    reason:
      'Requests to storage and database server that one tick, or one sweep, may make; a Workers invocation has 50 or 10,000, by plan.',
  }),
  FAILURE_LIMIT: whole({
    unit: 'percent',
    default: 10,
    min: 0,
    max: 100,
    reason:
      'Share of its resources that an export may leave out because they cannot be exported, each told in an `error` file; with more it fails. 0 allows none, 100 any.',
  }),
  MANIFEST_PAGE_FILES: whole({
    unit: 'files',
    default: 1000,
    min: 1,
    max: 100_000,
    reason:
      'Files on one page of a manifest, for clients that allow partial manifests; all others get one manifest, however long it is.',
  }),
  POLL_BURST: whole({
    unit: 'polls',
    default: 10,
    min: 0,
    max: 1_000_000,
    reason:
      'Status requests of one running export that may come in a row before the time that `Retry-After` named; those beyond are answered with 429. 0 tolerates none.',
  }),
  INGEST_CHUNK_ROWS: whole({
    unit: 'rows',
    default: 500,
    min: 1,
    max: 10_000,
    reason:
      'Resources written in one transaction when loading; larger ones gain little and keep other writers waiting.',
  }),
  INGEST_CHUNK_BYTES: bytes({
    default: MiB,
    min: KiB,
    max: 64 * MiB,
    reason: 'Bytes after which a loading transaction ends whatever its rows.',
  }),
}
