import { sql } from 'kysely'
import type { Db } from '../../worker/store/db.ts'

/** What can become of a stored line: it is gone; a newline is in it; it is empty, cut short, or something else of the same length. */
export type Damage = 'missing' | 'newline' | 'empty' | 'cut' | 'other'
export const damagesOfLines: readonly Damage[] = ['missing', 'newline', 'empty', 'cut', 'other']

/** Does it to every version of a resource, behind the back of the service. */
export const damageLine = async (db: Db, name: string, damage: Damage): Promise<void> => {
  const [type, id] = name.split('/')
  const where = sql`position in (select v.position from resource r join resource_type t on t.type_id = r.type_id
    join resource_version v on v.resource_key = r.resource_key where t.name = ${type} and r.id = ${id})`
  const statement =
    damage === 'missing'
      ? sql`delete from resource_body where ${where}`
      : sql`update resource_body set line = ${damaged(damage)} where ${where}`
  const { numAffectedRows } = await statement.execute(db.query)
  if (numAffectedRows === 0n) throw new Error(`there is no line of ${name}`)
}

const damaged = (damage: Exclude<Damage, 'missing'>) => {
  switch (damage) {
    case 'newline':
      return sql`substr(line, 1, 20) || char(10) || substr(line, 22)`
    case 'empty':
      return sql`''`
    case 'cut':
      return sql`substr(line, 1, 30) || '}'`
    case 'other':
      return sql`'[' || substr(line, 2)`
    default:
      return damage satisfies never
  }
}
