/**
 * Rows as JSON arrays to bind, each of at most about a million characters unless a single row is longer: a server refuses a value over
 * 5,000,000 bytes, and the references of one large resource can be more.
 */
export const jsonPieces = (rows: readonly unknown[], maxLength = 1_000_000): readonly string[] => {
  if (rows.length === 0) return []
  const json = JSON.stringify(rows)
  if (json.length <= maxLength || rows.length === 1) return [json]
  const middle = Math.ceil(rows.length / 2)
  return [...jsonPieces(rows.slice(0, middle), maxLength), ...jsonPieces(rows.slice(middle), maxLength)]
}
