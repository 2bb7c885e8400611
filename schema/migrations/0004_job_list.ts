/** Lists of jobs, newest first, without those that are removed or have expired. Tables explained in `schema/README.md`. */
export const jobList: readonly string[] = [
  `create index job_listed on job (created_at, job_id) where removed_at is null and expired_at is null`,
  `create index job_listed_by_state on job (state, created_at, job_id) where removed_at is null and expired_at is null`,
]
