import { provenanceTypeId } from '../store/exported-types.ts'
import type { Job } from '../store/jobs.ts'
import { positionOf } from '../store/position.ts'
import { countPatients } from '../store/resolve-population.ts'
import { type SourceRange, type Sources, typesInRange, typesOfPatients } from '../store/source-page.ts'
import { maxPatientsOfWalk, spanOf, walkRow } from '../store/walk.ts'
import type { Pass } from './extra-passes.ts'
import type { Slice } from './slice.ts'

/** Patients whose ranges are opened together: one query looks at all of them, though none has anything. */
const patientsAtOnce = 2000

/** A range that a pass is at, or comes to next: rows up to `after` are done. */
export type OpenRange = SourceRange & { readonly after: number }
export type Opened = {
  readonly ranges: readonly OpenRange[]
  /** How many times a pass has opened ranges; of a walk, the ordinal up to which its patients have. */
  readonly opened: number
}

/** The next ranges of a pass; `undefined` when there are no more. */
export const openRanges = async (slice: Slice, pass: Pass, opened: number): Promise<Opened | undefined> => {
  if ('sources' in pass && pass.sources.by === 'walk')
    return openWalks(slice, pass.sources, pass.typeIds, opened)
  return opened > 0 ? undefined : { ranges: await rangesOf(slice, pass), opened: 1 }
}

const rangesOf = async ({ deps: { db }, job }: Slice, pass: Pass): Promise<readonly OpenRange[]> => {
  const { sinceSeq, untilSeq, asOf } = job
  switch (pass.find) {
    case 'changed provenance':
      return [rangeOf(provenanceTypeId, sinceSeq, untilSeq)]
    case 'candidates': {
      const typeIds = await typesInRange(db, pass.typeIds, 0, asOf)
      return typeIds.map((typeId) => rangeOf(typeId, 0, asOf))
    }
    case 'provenance':
    case 'referenced': {
      if (pass.sources.by === 'extra') return [{ typeId: 0, base: 0, after: 0, end: Number.MAX_SAFE_INTEGER }]
      const until = pass.sources.by === 'scan' && pass.sources.of === 'there' ? asOf : untilSeq
      const typeIds = await typesInRange(db, pass.typeIds, sinceSeq, until)
      return typeIds.map((typeId) => rangeOf(typeId, sinceSeq, until))
    }
    default:
      return pass satisfies never
  }
}

const rangeOf = (typeId: number, afterSeq: number, untilSeq: number): OpenRange => ({
  typeId,
  base: 0,
  after: positionOf(typeId, afterSeq),
  end: positionOf(typeId, untilSeq),
})

/** Some patients, and of them all types that they may have something of. */
const openWalks = async (
  { deps: { db }, job }: Slice,
  sources: Sources,
  typeIds: readonly number[],
  opened: number,
): Promise<Opened | undefined> => {
  const total = await countPatients(db, job.jobId)
  if (opened >= total) return undefined
  const last = Math.min(total, opened + Math.min(patientsAtOnce, Math.floor(maxPatientsOfWalk(job.asOf))))
  const isWhole = sources.by === 'walk' && sources.of === 'there' && !sources.onlyNew
  const used = isWhole
    ? await typesInRange(db, typeIds, 0, job.asOf)
    : await typesOfPatients(db, job, typeIds, opened, last)
  return { ranges: used.map((typeId) => walkRange(job, typeId, opened, last)), opened: last }
}

const walkRange = ({ asOf }: Job, typeId: number, base: number, last: number): OpenRange => {
  const walk = { base, span: spanOf(asOf) }
  return { typeId, base, after: walkRow(walk, base + 1, 0), end: walkRow(walk, last, walk.span - 1) }
}
