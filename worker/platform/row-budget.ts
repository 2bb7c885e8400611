/**
 * How many rows of refusals a process writes in a minute, for no stranger must be able to fill the database. The rest is counted, and the
 * next row says how many there were.
 */
export type RowBudget = {
  /** How many went unrecorded since the row before; `undefined` when this one does as well. */
  take(now: number): number | undefined
}

export const createRowBudget = (rowsPerMinute: number): RowBudget => {
  let [minute, rows, unrecorded] = [0, 0, 0]
  return {
    take: (now) => {
      const current = Math.floor(now / 60_000)
      if (current !== minute) [minute, rows] = [current, 0]
      if (rows >= rowsPerMinute) {
        unrecorded++
        return undefined
      }
      rows++
      const before = unrecorded
      unrecorded = 0
      return before
    },
  }
}
