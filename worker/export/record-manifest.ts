import type { FileAccess } from '../config.ts'
import type { Deps } from '../deps.ts'
import { formatInstant } from '../fhir/instant.ts'
import type { Actor } from '../platform/actor.ts'
import { writeAudit } from '../store/audit.ts'
import type { Job } from '../store/jobs.ts'

/**
 * URLs that open files to whoever has them are about to be handed out: what is done with them this service may never see, so here is where
 * it is known who got them. URLs that open nothing by themselves are not recorded.
 */
export const recordManifest = async (
  { config: { fileAccess }, db, clock }: Deps,
  { jobId, clientId }: Job,
  {
    files,
    endAt,
    actor,
  }: { readonly files: number; readonly endAt: number | undefined; readonly actor: Actor },
): Promise<void> => {
  if (files === 0 || !opensFiles(fileAccess)) return
  await writeAudit(db, {
    at: clock.now(),
    action: 'export.manifest',
    outcome: 'success',
    actor,
    jobId,
    detail: {
      urls: fileAccess,
      files,
      until: endAt === undefined ? undefined : formatInstant(endAt),
      client: clientId,
    },
  })
}

const opensFiles = (fileAccess: FileAccess): boolean => fileAccess === 'signed' || fileAccess === 'capability'
