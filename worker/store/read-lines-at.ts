import { stripMarks } from '../fhir/attachment-urls.ts'
import type { Db } from './db.ts'

/**
 * The lines of versions as they were given, by position; those of deletes are not there. Asked for in groups of at most `maxBytes` unless one line is longer,
 * for an answer of a server has bounds.
 */
export const readLinesAt = async (
  db: Db,
  versions: readonly { readonly position: number; readonly bytes: number }[],
  maxBytes: number,
): Promise<ReadonlyMap<number, string>> => {
  const lines = new Map<number, string>()
  const unique = new Map(versions.map(({ position, bytes }) => [position, bytes]))
  for (const positions of groupsOf(unique, maxBytes)) {
    const rows = await db.query
      .selectFrom('resource_body')
      .select(['position', 'line'])
      .where('position', 'in', positions)
      .execute()
    for (const { position, line } of rows) lines.set(position, stripMarks(line))
  }
  return lines
}

/** As many as one statement asks for. */
const maxGroup = 500

function* groupsOf(bytesOf: ReadonlyMap<number, number>, maxBytes: number): Generator<readonly number[]> {
  let group: number[] = []
  let sum = 0
  for (const [position, bytes] of bytesOf) {
    if (group.length > 0 && (sum + bytes > maxBytes || group.length === maxGroup)) {
      yield group
      group = []
      sum = 0
    }
    group.push(position)
    sum += bytes
  }
  if (group.length > 0) yield group
}
