import { isLater, readRecorded } from '../fhir/recorded.ts'
import type { FoundProvenance } from '../store/find-provenance.ts'

export type Latest = {
  /** Of each source that is looked at to its end. */
  readonly found: readonly FoundProvenance[]
  /** Of the last one, when it may have more. */
  readonly open: FoundProvenance | undefined
}

/**
 * The most recent Provenance of each source: the last that was recorded, and of those the last that was written. `found` has those of a
 * source one after the other, in the order they were written; `open` is the latest so far of the first one.
 */
export const latestOf = (
  found: readonly FoundProvenance[],
  open: FoundProvenance | undefined,
  mayGoOn: boolean,
): Latest => {
  const latest: FoundProvenance[] = []
  let best = open
  for (const next of found) {
    if (best !== undefined && isOfAnother(best, next)) {
      latest.push(best)
      best = next
    } else if (best === undefined || !isLater(readRecorded(best.recorded), readRecorded(next.recorded))) {
      best = next
    }
  }
  if (mayGoOn || best === undefined) return { found: latest, open: best }
  return { found: [...latest, best], open: undefined }
}

const isOfAnother = (a: FoundProvenance, b: FoundProvenance): boolean =>
  a.row !== b.row || a.ordinal !== b.ordinal
