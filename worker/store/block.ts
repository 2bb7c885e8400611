import { positionOf } from './position.ts'

/**
 * A *block* is all that organized output says of one patient: a header, himself, and what is his, in the order of (type, seq). Each line of
 * it has a *place*: the ordinal of the patient in the job, a slot (0 the header, 1 the Patient, type id + 1 all others), and a seq. As a row
 * all three stand in one integer, as in scans and walks: `((ordinal - base) · 256 + slot) · span + seq`, where `span` is that of a
 * walk, and `base` the ordinal before the first patient of the unit.
 */
export type Place = { readonly ordinal: number; readonly slot: number; readonly seq: number }

export type BlockRows = { readonly base: number; readonly span: number }

/** Those of all types must lie below it; the last one stays free. */
export const slots = 256

export const blockRow = ({ base, span }: BlockRows, { ordinal, slot, seq }: Place): number =>
  ((ordinal - base) * slots + slot) * span + seq

export const placeAt = ({ base, span }: BlockRows, row: number): Place => {
  const block = Math.floor(row / span)
  return { ordinal: base + Math.floor(block / slots), slot: block % slots, seq: row % span }
}

/** Behind all that the patient can have. Before the first patient it is that of the ordinal before his. */
export const endOfBlock = (ordinal: number): Place => ({ ordinal, slot: slots - 1, seq: 0 })

/** Whether lines of the block of the ordinal may lie on both sides of the place. */
export const isInsideBlock = ({ slot }: Place): boolean => slot < slots - 1

/** The base of rows that come behind the place. */
export const baseBehind = (place: Place): number => (isInsideBlock(place) ? place.ordinal - 1 : place.ordinal)

/** How many patients a unit may have, so that its rows stay exact numbers: one at the very worst. */
export const maxPatientsOfBlocks = (span: number): number =>
  Math.floor((Number.MAX_SAFE_INTEGER + 1) / (slots * span)) - 1

/** Up to which seq versions of the Patient himself lie before the place, or at it. */
export const patientSeqAt = ({ slot, seq }: Place): number => {
  if (slot === patientSlot) return seq
  return slot < patientSlot ? 0 : positionOf(1, 0) - 1
}

/** Up to which position other versions lie before the place, or at it. */
export const positionAt = ({ slot, seq }: Place): number =>
  slot <= patientSlot ? 0 : positionOf(slot - 1, seq)

const patientSlot = 1
