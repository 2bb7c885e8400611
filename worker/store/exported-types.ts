import { patientCompartmentTypeIds } from '../fhir/patient-compartment.ts'
import { resourceTypes } from '../fhir/r4/resource-types.generated.ts'
import { typeIdOf } from '../fhir/resource-type.ts'
import type { Job } from './jobs.ts'

export const provenanceTypeId = typeIdOf('Provenance')
export const groupTypeId = typeIdOf('Group')

/** Patient level without a list of patients: it is about all who are there. */
export const isOfAll = ({ level, patientKeys }: Pick<Job, 'level' | 'patientKeys'>): boolean =>
  level === 'patient' && patientKeys === undefined

/** The job's patients stand in `job_patient`, and what is theirs is read patient by patient; those of all others are whoever is there. */
export const listsPatients = (job: Job): boolean =>
  job.level !== 'system' && (!isOfAll(job) || job.shape.organizedBy !== undefined)

/** The types of the compartment that are wanted. A Group is of many, so those of a population of some come only when they are named. */
export const typesOfLevel = (job: Pick<Job, 'level' | 'patientKeys' | 'typeIds'>): readonly number[] => {
  const { typeIds } = job
  return patientCompartmentTypeIds.filter((typeId) =>
    typeIds.length > 0 ? typeIds.includes(typeId) : typeId !== groupTypeId || isOfAll(job),
  )
}

/** Provenance is one of the types (IG, `includeAssociatedData`: the rule where the parameter does not say otherwise). */
export const bringsAllProvenance = ({ typeIds, shape }: Pick<Job, 'typeIds' | 'shape'>): boolean =>
  shape.associated.provenance === 'default' && (typeIds.length === 0 || typeIds.includes(provenanceTypeId))

/** The types of which versions come by themselves; without Provenance where it comes only with what it is about. */
export const exportedTypeIds = (job: Job): readonly number[] => {
  const types = job.level === 'system' ? typesOfSystem(job) : typesOfLevel(job)
  return types.filter((typeId) => typeId !== provenanceTypeId || bringsAllProvenance(job))
}

/** All types that something of may come, by itself or along with others. */
export const broughtTypeIds = (
  job: Pick<Job, 'level' | 'patientKeys' | 'typeIds' | 'shape' | 'referenced'>,
): readonly number[] => {
  const isChosen = job.shape.associated.provenance !== 'default'
  const types = job.level === 'system' ? typesOfSystem(job) : typesOfLevel(job)
  return [...new Set([...types, ...job.referenced.typeIds, ...(isChosen ? [provenanceTypeId] : [])])]
}

const typesOfSystem = ({ typeIds }: Pick<Job, 'typeIds'>): readonly number[] =>
  typeIds.length > 0 ? typeIds : allTypeIds

const allTypeIds: readonly number[] = resourceTypes.map(typeIdOf).sort((a, b) => a - b)
