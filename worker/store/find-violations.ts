import { type RawBuilder, sql } from 'kysely'
import type { Db } from './db.ts'
import { type Invariant, smallInvariants, type Walk, walks } from './invariants.ts'

/** What of an invariant does not hold: how many rows, and where the first of them is. */
export type Violation = {
  readonly table: string
  readonly sentence: string
  readonly rows: number
  readonly first: number | string
}

export type VerifyOptions = {
  /** Rows looked at by one request, or by one key where that has more. */
  readonly rows?: number
  onRows?(table: string, rows: number): void
}

/** Looks at every row of the store, a range at a time. It reads only; what is written meanwhile may be seen in the middle. */
export const findViolations = async (db: Db, options: VerifyOptions = {}): Promise<readonly Violation[]> => {
  const found = new Map<string, Violation>()
  for (const walk of walks) await walkTable(db, walk, options, found)
  for (const { table, ...invariant } of smallInvariants) {
    const [result] = await db.read([rowsAgainst(table, undefined, invariant, sql`true`)])
    note(found, table, invariant, result.rows[0])
  }
  return [...found.values()]
}

const rowsOfRange = 20_000

const walkTable = async (
  db: Db,
  { table, key, invariants }: Walk,
  { rows = rowsOfRange, onRows }: VerifyOptions,
  found: Map<string, Violation>,
): Promise<void> => {
  const column = sql.ref(`t.${key}`)
  for (let after = -1; ; ) {
    const { rows: ends } = await sql<{ last: number | null; total: number }>`select max(key) as last,
      count(*) as total from (select ${column} as key from ${sql.table(table)} t
        where ${column} > ${after} order by ${column} limit ${rows})`.execute(db.query)
    const end = ends[0]
    if (end === undefined || end.last === null) return
    const range = sql`${column} > ${after} and ${column} <= ${end.last}`
    const results = await db.read(invariants.map((invariant) => rowsAgainst(table, key, invariant, range)))
    for (const [index, invariant] of invariants.entries())
      note(found, table, invariant, results[index]?.rows[0])
    onRows?.(table, end.total)
    after = end.last
  }
}

type Count = { readonly total: number; readonly first: number | string | null }

const rowsAgainst = (
  table: string,
  key: string | undefined,
  { where }: Invariant,
  range: RawBuilder<unknown>,
): RawBuilder<Count> => {
  const first = key === undefined ? sql`null` : sql`min(${sql.ref(`t.${key}`)})`
  return sql<Count>`select count(*) as total, ${first} as first from ${sql.table(table)} t
    where ${range} and (${where})`
}

const note = (
  found: Map<string, Violation>,
  table: string,
  { sentence }: Invariant,
  count: Count | undefined,
): void => {
  if (count === undefined || count.total === 0) return
  const earlier = found.get(`${table} ${sentence}`)
  found.set(`${table} ${sentence}`, {
    table,
    sentence,
    rows: (earlier?.rows ?? 0) + count.total,
    first: earlier?.first ?? count.first ?? '',
  })
}
