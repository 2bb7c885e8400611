import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { Actor } from '../platform/actor.ts'
import type { ByteRange } from '../storage/storage.ts'
import { writeAudit } from '../store/audit.ts'
import type { Job } from '../store/jobs.ts'

/** Who opens which file of an export. Before its first byte goes out: what cannot be recorded is not sent. */
export const recordDownload = (
  { db, clock }: Deps,
  { jobId, clientId }: Job,
  { name, bytes, range, actor }: Download,
): Promise<void> =>
  writeAudit(db, {
    at: clock.now(),
    action: 'export.download',
    outcome: 'success',
    actor,
    jobId,
    target: name,
    detail: { bytes, range: range && `${range.from}-${range.to}`, client: clientId },
  }).catch((cause: unknown) => {
    throw new SluiceError('database-unavailable', 'Cannot send the file: the audit cannot be written', {
      cause,
    })
  })

export type Download = {
  readonly name: string
  /** Of the whole file. */
  readonly bytes: number
  /** `undefined` is all of it. */
  readonly range: ByteRange | undefined
  readonly actor: Actor
}
