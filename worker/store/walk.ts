/**
 * A *walk* reads a type of resources patient by patient: in the order of (ordinal of the patient in the job, seq). Both stand in one
 * integer, as a row of a scan has its position, so that cursors, ranges and files know no difference: `(ordinal - base) · span + seq`,
 * where `span` is the least power of two above `asOf`, and `base` the ordinal before the first patient of the unit.
 */
export type Walk = { readonly base: number; readonly span: number }

export const spanOf = (asOf: number): number => 2 ** Math.ceil(Math.log2(asOf + 1))

export const walkRow = ({ base, span }: Walk, ordinal: number, seq: number): number =>
  (ordinal - base) * span + seq

export const ordinalAt = ({ base, span }: Walk, row: number): number => base + Math.floor(row / span)

export const seqAt = ({ span }: Walk, row: number): number => row % span

/** How many patients a unit may have, so that its rows stay exact numbers: 511 at the very worst. */
export const maxPatientsOfWalk = (asOf: number): number => Number.MAX_SAFE_INTEGER / spanOf(asOf) - 2
