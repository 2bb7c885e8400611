/** Whom a job is about, and what it finds for them or by its filters, before it writes anything. */
export type PopulationTables = {
  job_group: JobGroupTable
  job_member: JobMemberTable
  job_patient: JobPatientTable
  job_extra: JobExtraTable
  job_match: JobMatchTable
}

/** Groups whose members a job takes: the one of its URL, and those nested in it. */
export type JobGroupTable = {
  job_id: string
  group_key: number
  /** The seq since which all that it holds has belonged to the population, by way of it. */
  added_seq: number
  /** Cursor: members up to this key are taken. */
  member_after: number
  is_done: 0 | 1
}
/** Patients a job is about, dead or alive, since `added_seq`. */
export type JobMemberTable = { job_id: string; patient_key: number; added_seq: number }
/** The population: those of them who are there at `asOf`, numbered without gap in the order of their keys. */
export type JobPatientTable = {
  job_id: string
  ordinal: number
  patient_key: number
  /** Of his resources, the versions with a seq above the one and up to the other. */
  after_seq: number
  until_seq: number
  /** Of organized output: lines of the patient's block, its header included, and about how many bytes they have; null is no block. */
  block_lines: number | null
  block_bytes: number | null
}
/**
 * Versions that come with a population though no compartment of it holds them: Provenance of its resources, and what they refer to.
 * Each once, under ordinal 0; in organized output once for each patient it belongs to, under his ordinal.
 */
export type JobExtraTable = {
  job_id: string
  ordinal: number
  position: number
  /** How many references lead from the population to it; 0 for Provenance, which points at the population. */
  depth: number
}
/** Versions that satisfy a filter of their type (`_typeFilter`): of types that have one, no other is exported. */
export type JobMatchTable = { job_id: string; position: number }
