import type { Deps } from '../deps.ts'
import { hasCode, type SluiceError } from '../errors.ts'
import type { Part, Storage, Upload } from '../storage/storage.ts'
import {
  commitCarry,
  commitCompleting,
  commitFile,
  commitPart,
  type DigestedPart,
  type FileProgress,
  type FinishedFile,
  type OpenFile,
} from '../store/export-files.ts'
import type { Job } from '../store/jobs.ts'
import { fileName } from '../store/read-export.ts'
import type { Cursor } from '../store/units.ts'
import { compressCarry } from './carry.ts'
import type { Cut } from './cutter.ts'
import { digestOf, digestsOfParts } from './digest.ts'
import { held } from './lease-keeper.ts'
import type { Slice } from './slice.ts'

export const fileContentType = 'application/fhir+ndjson'

/**
 * Writes the files of one unit under one lease: uploads parts, at most `partsInFlight` at a time, and commits them in order, each
 * only after the storage has it (I4). A file that never filled a part is put at once.
 */
export type FileWriter = {
  /** Uploads a full part in the background; waits when too many are on their way. */
  part(cut: Cut): Promise<void>
  /** Ends the current file; `unitDone` when no other will follow. */
  endFile(cut: Cut, unitDone: boolean): Promise<void>
  /** Gives the unit back at the end of a slice, keeping what is not yet a part. */
  pause(cut: Cut): Promise<void>
  /** Waits until nothing is on its way, whatever comes of it, but no longer than the storage may take. */
  settle(): Promise<void>
}

/** On its way; the digest is made meanwhile. */
type InFlight = { readonly part: Promise<DigestedPart>; readonly cut: Cut }

export const createFileWriter = (
  { deps, job, unit, lease, account, buffers }: Slice,
  open: OpenFile | undefined,
): FileWriter => {
  const { db, storage, config } = deps
  const { partsInFlight, retentionMs } = config.limits
  const linesBefore = unit.linesDone - (open?.lines ?? 0)
  let file =
    open === undefined
      ? newFile(unit.fileNumber, unit.fileStem, unit.cursor)
      : { ...open, parts: [...open.parts] }
  let linesDone = linesBefore
  let inFlight: readonly InFlight[] = []

  const upload = (uploadId: string): Upload => ({
    key: `${job.folder}/${file.name}`,
    uploadId,
    partBytes: job.partBytes,
  })
  const progress = (cut: Cut): FileProgress => ({ ...file, ...cut, linesDone: linesDone + cut.lines })

  const settleOldest = async (): Promise<void> => {
    const [oldest, ...others] = inFlight
    if (oldest === undefined) return
    const part = await lease.during(oldest.part)
    held(await commitPart(db, unit, progress(oldest.cut), part, lease.renewed()))
    file.parts.push(part)
    inFlight = others
    buffers.giveBack(oldest.cut.content)
  }
  const settleAll = async (): Promise<void> => {
    while (inFlight.length > 0) await settleOldest()
  }
  const endUpload = async (cut: Cut, uploadId: string): Promise<FinishedFile> => {
    await settleAll()
    const isFull = cut.content.length === 0
    const part = { upload: upload(uploadId), partNumber: file.parts.length + 1 }
    const last = isFull ? undefined : await lease.during(sendPart(storage, part, cut.content))
    held(await commitCompleting(db, unit, progress(cut), last, lease.renewed()))
    if (last !== undefined) file.parts.push(last)
    const etag = await lease.during(completeUpload(deps, upload(uploadId), file.parts, cut.bytes))
    return { etag, digests: await digestsOfParts(file.parts) }
  }

  return {
    part: async (cut) => {
      file.uploadId ??= await lease.during(beginUpload(deps, job, file.name))
      while (inFlight.length >= partsInFlight) await settleOldest()
      const partNumber = file.parts.length + inFlight.length + 1
      const part = sendPart(storage, { upload: upload(file.uploadId), partNumber }, cut.content)
      part.catch(() => {}) // awaited in order, by settleOldest; this only keeps an early failure from being "unhandled"
      inFlight = [...inFlight, { part, cut }]
    },
    endFile: async (cut, unitDone) => {
      const finished =
        file.uploadId === undefined
          ? await lease.during(putWhole(storage, `${job.folder}/${file.name}`, cut.content))
          : await endUpload(cut, file.uploadId)
      const after = unitDone
        ? { end: { slice: account('done'), retentionMs } }
        : { leaseUntil: lease.renewed() }
      held(await commitFile(db, unit, progress(cut), finished, after))
      buffers.giveBack(cut.content)
      linesDone += cut.lines
      file = newFile(file.fileNumber + 1, unit.fileStem, cut.cursor)
    },
    pause: async (cut) => {
      await settleAll()
      const carry = await compressCarry(cut.content)
      buffers.giveBack(cut.content)
      held(await commitCarry(db, unit, progress(cut), carry, account('continues')))
    },
    settle: async () => {
      await lease.during(Promise.allSettled(inFlight.map(({ part }) => part))).catch(() => {})
    },
  }
}

/** Its digest is made while it is on its way. */
const sendPart = async (
  { uploadPart }: Storage,
  { upload, partNumber }: { readonly upload: Upload; readonly partNumber: number },
  content: Cut['content'],
): Promise<DigestedPart> => {
  const [etag, sha256] = await Promise.all([uploadPart(upload, partNumber, content), digestOf(content)])
  return { partNumber, etag, bytes: content.length, sha256 }
}

const putWhole = async ({ put }: Storage, key: string, content: Cut['content']): Promise<FinishedFile> => {
  const [etag, sha256] = await Promise.all([put(key, content, fileContentType), digestOf(content)])
  return { etag, digests: { sha256, partSha256: undefined } }
}

/**
 * Joins the parts. `no-such-upload` after `completing` was stored may mean that it was done before and only our knowledge of it was
 * lost: then the object stands there, of just this size.
 */
export const completeUpload = async (
  { storage }: Deps,
  upload: Upload,
  parts: readonly Part[],
  bytes: number,
): Promise<string> => {
  try {
    return await storage.completeUpload(upload, parts)
  } catch (error) {
    if (!hasCode(error, 'no-such-upload')) throw error
    const object = await storage.head(upload.key)
    if (object?.bytes === bytes) return object.etag
    throw error
  }
}

const beginUpload = async ({ storage }: Deps, job: Job, name: string): Promise<string> => {
  const options = { contentType: fileContentType, partBytes: job.partBytes }
  return (await storage.beginUpload(`${job.folder}/${name}`, options)).uploadId
}

const newFile = (fileNumber: number, stem: string, start: Cursor) => ({
  fileNumber,
  name: fileName(stem, fileNumber),
  uploadId: undefined as string | undefined,
  start,
  parts: [] as DigestedPart[],
})

export const isLostFile = (error: unknown): error is SluiceError =>
  hasCode(error, 'no-such-upload', 'invalid-part')
