import { patientCompartmentTypeIds } from '../fhir/patient-compartment.ts'
import { typeOfId } from '../fhir/resource-type.ts'
import { bringsAllProvenance, isOfAll, provenanceTypeId } from '../store/exported-types.ts'
import { countExtras, nextExtra } from '../store/job-extra.ts'
import type { Job } from '../store/jobs.ts'
import type { TypeRows } from './plan-types.ts'

/** What the plan has found beside the compartments, to be cut into units as the types of a scan are. */
export const extraTypes: TypeRows = {
  source: 'extra',
  next: (db, { jobId }, after) => nextExtra(db, jobId, after),
  count: (db, { jobId }, range, maxRows) => countExtras(db, jobId, range, maxRows),
  seqs: ({ asOf }) => ({ after: 0, end: asOf }),
  isWanted: () => true,
  stemOf: (job, typeId) => `${typeOfId(typeId)}${suffixOf(job, typeId)}`,
}

/** Files of the type may come from a scan or a walk as well. */
const suffixOf = (job: Job, typeId: number): string => {
  if (typeId === provenanceTypeId) return isOfAll(job) && bringsAllProvenance(job) ? '-earlier' : ''
  return patientCompartmentTypeIds.includes(typeId) ? '-referenced' : ''
}
