import type { Statement } from '../store/db.ts'
import type { Job } from '../store/jobs.ts'
import { isOfNewcomers } from '../store/read-walk.ts'
import {
  numberPatients,
  type PatientRange,
  readOpenGroup,
  takeEverybody,
  takeGroup,
  takeListed,
  takeMembers,
  takeNewcomers,
} from '../store/resolve-population.ts'
import type { Slice } from './slice.ts'

/** Members looked at by one statement. */
const membersAtOnce = 5000

/** How far the search for the population has come: `at` is the cursor of the step. */
export type MemberPlan = {
  readonly step: 'begin' | 'groups' | 'everybody' | 'newcomers' | 'number'
  readonly at: number
}

export type MemberStep = {
  readonly plan: MemberPlan
  readonly rows: number
  readonly statements: readonly Statement[]
}

/** The next step of the search; `undefined` when every patient has a number. */
export const planMembers = async (slice: Slice, plan: MemberPlan): Promise<MemberStep | undefined> => {
  switch (plan.step) {
    case 'begin':
      return begin(slice)
    case 'groups':
      return takeFromGroup(slice)
    case 'everybody':
    case 'newcomers':
      return takeFromPatients(slice, plan.step, plan.at)
    case 'number':
      return numberNext(slice, plan.at)
    default:
      return plan.step satisfies never
  }
}

const number: MemberPlan = { step: 'number', at: 0 }

const begin = ({ job, unit }: Slice): MemberStep => {
  if (job.level === 'group')
    return { plan: { step: 'groups', at: 0 }, rows: 1, statements: [takeGroup(job, unit)] }
  if (job.patientKeys !== undefined)
    return { plan: number, rows: job.patientKeys.length, statements: [takeListed(job, unit)] }
  return { plan: { step: isOfNewcomers(job) ? 'newcomers' : 'everybody', at: 0 }, rows: 1, statements: [] }
}

const takeFromGroup = async ({ deps, job, unit }: Slice): Promise<MemberStep> => {
  const group = await readOpenGroup(deps.db, job.jobId)
  if (group === undefined) return { plan: number, rows: 1, statements: [] }
  const { rows, statements } = await takeMembers(deps.db, job, unit, group, membersAtOnce)
  return { plan: { step: 'groups', at: 0 }, rows: rows + 1, statements }
}

const takeFromPatients = async (
  { deps, job, unit }: Slice,
  step: 'everybody' | 'newcomers',
  at: number,
): Promise<MemberStep> => {
  const take = step === 'everybody' ? takeEverybody : takeNewcomers
  const { rows, last, statements } = await take(deps.db, job, unit, at, membersAtOnce)
  const plan: MemberPlan = rows < membersAtOnce ? number : { step, at: last }
  return { plan, rows: rows + 1, statements }
}

const numberNext = async ({ deps, job, unit }: Slice, at: number): Promise<MemberStep | undefined> => {
  const range = rangeOf(job)
  const { rows, last, statements } = await numberPatients(deps.db, job, unit, at, range, membersAtOnce)
  return rows === 0 ? undefined : { plan: { step: 'number', at: last }, rows, statements }
}

/** Everything up to `_until` at Group level, and in blocks; in walks of newcomers, the scans have what is later than `_since`. */
export const rangeOf = (job: Job): PatientRange => ({
  known: job.sinceSeq,
  added: job.groupBackfill ? 0 : job.sinceSeq,
  until: isOfNewcomers(job) ? Math.min(job.sinceSeq, job.untilSeq) : job.untilSeq,
})
