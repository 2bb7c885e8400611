import type { NewUnit } from './insert-units.ts'

/**
 * The units that every other unit of their job goes before, whenever they are inserted: none of them is claimed while one with a smaller
 * ordinal is open.
 */
export const errorOrdinal = 2_000_000_000
const manifestOrdinal = errorOrdinal + 1

const bare = { typeId: null, linesTotal: 0, plan: null, walkBase: null }

/** Tells of what was ignored and of what could not be exported; planned when the kick-off has outcomes, else with the first problem. */
export const errorUnit: NewUnit = {
  ...bare,
  ordinal: errorOrdinal,
  kind: 'error',
  fileStem: 'error',
  rangeAfter: 0,
  rangeEnd: Number.MAX_SAFE_INTEGER,
}

/** Puts the manifest beside the files. */
export const manifestUnit: NewUnit = {
  ...bare,
  ordinal: manifestOrdinal,
  kind: 'manifest',
  fileStem: '',
  rangeAfter: 0,
  rangeEnd: 0,
}
