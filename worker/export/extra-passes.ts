import { patientCompartmentTypeIds } from '../fhir/patient-compartment.ts'
import {
  bringsAllProvenance,
  exportedTypeIds,
  groupTypeId,
  isOfAll,
  listsPatients,
  provenanceTypeId,
  typesOfLevel,
} from '../store/exported-types.ts'
import type { ProvenanceRule } from '../store/find-provenance.ts'
import { isFiltered } from '../store/job-filters.ts'
import type { Job } from '../store/jobs.ts'
import type { Sources } from '../store/source-page.ts'

/** One way through the store by which a plan finds what comes with a population though no compartment of it has it. */
export type Pass =
  /** What is about sources of these types. */
  | {
      readonly find: 'provenance'
      readonly rule: ProvenanceRule
      readonly sources: Sources
      readonly typeIds: readonly number[]
    }
  /** Provenance that has changed since `_since`, and is about the population. */
  | { readonly find: 'changed provenance' }
  /** What sources refer to, so many references from what is exported. */
  | {
      readonly find: 'referenced'
      readonly sources: Sources
      readonly typeIds: readonly number[]
      readonly depth: number
    }
  /** What is referred to by something exported, of these types. */
  | { readonly find: 'candidates'; readonly typeIds: readonly number[] }

/**
 * The passes of a job, in their order. Provenance first, for it refers to others; then by fewest references. `isFew`: less Provenance has
 * changed than the population has resources, so that it is the shorter way to begin with.
 */
export const passesOf = (job: Job, isFew: boolean): readonly Pass[] => [
  ...provenancePasses(job, isFew),
  ...referencedPasses(job),
]

/** Whether a job has anything to look for. */
export const hasPasses = (job: Job): boolean => passesOf(job, false).length > 0

/** Whether the passes depend on how much Provenance has changed. A block has it once for each patient, so its way begins with them. */
export const hasTwoWays = (job: Job): boolean =>
  bringsAllProvenance(job) && listsPatients(job) && job.shape.organizedBy === undefined

const provenancePasses = (job: Job, isFew: boolean): readonly Pass[] => {
  const { provenance: rule } = job.shape.associated
  if (rule !== 'default') {
    const typeIds = exportedTypeIds(job)
    return exportedBy(job).map((by) => ({
      find: 'provenance',
      rule,
      sources: { by, of: 'exported' },
      typeIds,
    }))
  }
  if (!bringsAllProvenance(job) || job.level === 'system') return []
  if (listsPatients(job)) return isFew ? fewPasses(job) : [passOfPatients(job, 'news', false)]
  // Of everybody a scan reads it; but for what was there at `_since`, and belongs only now.
  const changed: Sources = { by: 'scan', of: 'there', onlyNew: true }
  const ofChanged: Pass = {
    find: 'provenance',
    rule: 'older news',
    sources: changed,
    typeIds: ownedTypeIds(job),
  }
  return job.hasSince ? [passOfPatients(job, 'older news', false), ofChanged] : []
}

/** Without `_since` all has changed since nothing. */
const fewPasses = (job: Job): readonly Pass[] => [
  { find: 'changed provenance' },
  ...(job.hasSince ? [passOfPatients(job, 'older news', true)] : []),
]

const passOfPatients = (job: Job, rule: ProvenanceRule, onlyNew: boolean): Pass => ({
  find: 'provenance',
  rule,
  sources: { by: 'walk', of: 'there', onlyNew },
  typeIds: ownedTypeIds(job),
})

/** What a Provenance may be about to be about a patient, whatever `_type` says. */
const ownedTypeIds = (job: Job): readonly number[] =>
  isOfAll(job) || typesOfLevel(job).includes(groupTypeId)
    ? patientCompartmentTypeIds
    : patientCompartmentTypeIds.filter((typeId) => typeId !== groupTypeId)

/** How the job reads what it exports: patient by patient, or by types; of everybody those first who have come since `_since`. */
const exportedBy = (job: Job): readonly ('scan' | 'walk')[] => {
  if (listsPatients(job)) return ['walk']
  return job.level !== 'system' && job.hasSince ? ['walk', 'scan'] : ['scan']
}

const referencedPasses = (job: Job): readonly Pass[] => {
  const { typeIds, maxDepth } = job.referenced
  if (typeIds.length === 0 || maxDepth === 0) return []
  const depths = Array.from({ length: maxDepth }, (_, i) => i)
  const ofExtras = depths.map(
    (depth): Pass => ({
      find: 'referenced',
      sources: { by: 'extra', depth },
      typeIds: [],
      depth: depth + 1,
    }),
  )
  return [...directPasses(job), ...ofExtras]
}

const directPasses = (job: Job): readonly Pass[] => {
  const isWhole = isOfAll(job) && !job.hasSince && job.typeIds.length === 0 && !isFiltered(job)
  if (isWhole) return [{ find: 'candidates', typeIds: job.referenced.typeIds }]
  const exported = exportedTypeIds(job)
  return exportedBy(job).map((by) => ({
    find: 'referenced',
    sources: { by, of: 'exported' },
    typeIds: by === 'scan' ? exported : exported.filter((typeId) => typeId !== provenanceTypeId),
    depth: 1,
  }))
}
