import type { Deps } from '../deps.ts'
import type { Job } from '../store/jobs.ts'
import { isOfNewcomers } from '../store/read-walk.ts'
import {
  type Looked,
  type MemberPiece,
  readMemberBounds,
  readMemberPieces,
  readNewcomers,
  type SampledMember,
} from '../store/sample-population.ts'

/** Who a walk would be about: all, or some of them, each of whom stands for so many. */
export type Sample = {
  readonly members: readonly (SampledMember & { readonly weight: number })[]
  /** Of the groups that were looked at. */
  readonly groupKeys: readonly number[]
  /** How many there are, dead or alive. */
  readonly total: number
  /** Nobody is left out. */
  readonly isWhole: boolean
}

/** Rows of groups read as they are, all that are open together; of a larger one, so many in so many places. */
const rowsOfGroups = 8000
const minRows = 200
const places = 32
const fewestPlaces = 2
const rowsOfPlace = 200

/** Groups looked at, those that are nested among them, and how many at once. */
const maxGroups = 400
const groupsAtOnce = 100

/** Versions of Patients looked at for those who have come since `_since`. */
const newcomerRows = 4000

export const samplePopulation = async (deps: Deps, job: Job): Promise<Sample> => {
  if (isOfNewcomers(job)) return newcomersOf(deps, job)
  const members = job.level === 'group' ? await membersOf(deps, job) : undefined
  return job.patientKeys === undefined && members !== undefined
    ? members
    : listedOf(job.patientKeys ?? [], members)
}

/**
 * The kick-off has seen that they are there, and members. Since when they have been members, and of which groups, says the sample, unless the
 * Group is too large for it to have them all.
 */
const listedOf = (patientKeys: readonly number[], found: Sample | undefined): Sample => {
  const known = new Map(found?.members.map((member) => [member.key, member.addedSeq]))
  return {
    members: patientKeys.map((key) => ({ key, addedSeq: known.get(key) ?? 0, weight: 1 })),
    groupKeys: found?.groupKeys ?? [],
    total: patientKeys.length,
    isWhole: found?.isWhole ?? true,
  }
}

const newcomersOf = async ({ db }: Deps, job: Job): Promise<Sample> => {
  const count = await readNewcomers(db, job, newcomerRows)
  return { ...toSample(weigh(count, newcomerRows)), groupKeys: [], isWhole: !isCut(count, newcomerRows) }
}

type Membership = { readonly addedSeq: number; readonly weight: number }
type Members = Map<number, Membership>

/**
 * As the plan takes them: of a group that is found to have belonged longer, its members have too. Groups that are too many to be looked at are
 * taken to be like the others.
 */
const membersOf = async (deps: Deps, job: Job): Promise<Sample> => {
  const groups = new Map([[job.groupKey ?? 0, 0]])
  const open = new Set(groups.keys())
  const members: Members = new Map()
  let isWhole = true
  let looked = 0
  while (open.size > 0 && looked < maxGroups) {
    const next = [...open].slice(0, Math.min(groupsAtOnce, maxGroups - looked))
    for (const key of next) open.delete(key)
    looked += next.length
    const found = await readGroups(
      deps,
      job,
      next.map((key) => ({ key, addedSeq: groups.get(key) ?? 0 })),
    )
    isWhole &&= found.isWhole
    for (const [key, member] of found.patients) members.set(key, earlier(members.get(key), member))
    for (const { key, addedSeq } of found.groups) {
      if ((groups.get(key) ?? Infinity) <= addedSeq) continue
      groups.set(key, addedSeq)
      open.add(key)
    }
  }
  const { members: known, total } = toSample(members)
  const left = (looked + open.size) / looked
  return {
    members: known,
    groupKeys: [...groups.keys()],
    total: total * left,
    isWhole: isWhole && left === 1,
  }
}

const earlier = (known: Membership | undefined, found: Membership): Membership => ({
  addedSeq: Math.min(found.addedSeq, known?.addedSeq ?? found.addedSeq),
  weight: Math.min(found.weight, known?.weight ?? found.weight),
})

type FoundMembers = {
  readonly patients: readonly (readonly [key: number, Membership])[]
  readonly groups: readonly SampledMember[]
  readonly isWhole: boolean
}

const readGroups = async (
  { db }: Deps,
  job: Job,
  groups: readonly SampledMember[],
): Promise<FoundMembers> => {
  const maxRows = Math.max(minRows, Math.floor(rowsOfGroups / groups.length))
  const whole = groups.map((group) => ({ group, after: 0, end: Number.MAX_SAFE_INTEGER }))
  const counts = await readMemberPieces(db, job, whole, maxRows)
  const small = counts.filter(({ rows }) => rows < maxRows)
  const large = counts.filter(({ rows }) => rows >= maxRows).map(({ group }) => group)
  const samples = await readMemberPieces(db, job, await placesOf(db, large), rowsOfPlace)
  return {
    patients: [
      ...small.flatMap((count) => [...weigh(count, maxRows)]),
      ...samples.flatMap((count) => [...weigh(count, rowsOfPlace)]),
    ],
    groups: [...small, ...samples].flatMap(({ groups: nested }) => nested),
    isWhole: large.length === 0,
  }
}

/** Keys of members grow with the time when each was first heard of, so places are spread over all of it. */
const placesOf = async (
  db: Deps['db'],
  groups: readonly SampledMember[],
): Promise<readonly MemberPiece[]> => {
  if (groups.length === 0) return []
  const count = Math.max(fewestPlaces, Math.floor(places / groups.length))
  const bounds = await readMemberBounds(db, groups)
  return bounds.flatMap(({ group, first, last }) => {
    const at = (place: number) => first - 1 + Math.floor(((last - first + 1) * place) / count)
    return Array.from({ length: count }, (_, place) => ({ group, after: at(place), end: at(place + 1) }))
  })
}

/** Each of those found in the first rows of a piece stands for his like in the rest of it. */
const weigh = (count: Looked, maxRows: number): Members => {
  const { after, end, last, patients } = count
  const weight = isCut(count, maxRows) ? (end - after) / (last - after) : 1
  return new Map(patients.map(({ key, addedSeq }) => [key, { addedSeq, weight }]))
}

const isCut = ({ rows, last, end }: Looked, maxRows: number): boolean => rows >= maxRows && last < end

const toSample = (members: Members): Pick<Sample, 'members' | 'total'> => ({
  members: [...members].map(([key, { addedSeq, weight }]) => ({ key, addedSeq, weight })),
  total: [...members.values()].reduce((sum, { weight }) => sum + weight, 0),
})

/** So many of them, by their weights, evenly: then all stand for the same number. */
export const pickMembers = ({ members, total, isWhole }: Sample, most: number): readonly SampledMember[] => {
  if (isWhole && members.length <= most) return members
  const step = total / most
  const picked: SampledMember[] = []
  let next = step / 2
  let passed = 0
  for (const member of members) {
    passed += member.weight
    if (passed <= next) continue
    picked.push(member)
    next += step * Math.ceil((passed - next) / step)
  }
  return picked
}
