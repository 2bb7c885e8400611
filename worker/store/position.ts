/**
 * A version's *position*: its resource type and its `seq` in one integer, `typeId · 2^44 + seq`. As the primary key of the
 * version and body tables it lays the rows of a type next to each other in `seq` order, which is the order of an export: a
 * work unit is a range of positions, and reading it is reading neighbours. 255 types and 1.7·10^13 writes fit below 2^53.
 */
const seqBits = 44
const seqSpan = 2 ** seqBits

export const positionOf = (typeId: number, seq: number): number => typeId * seqSpan + seq

/** The last position that a type can have. */
export const lastPosition = (typeId: number): number => positionOf(typeId + 1, 0) - 1

export const typeIdAt = (position: number): number => Math.floor(position / seqSpan)
