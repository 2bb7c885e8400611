import { sql } from 'kysely'
import { resourceTypes } from '../fhir/r4/resource-types.generated.ts'
import type { Db } from './db.ts'
import { migrate } from './migrate.ts'

/** What every database needs before use, whatever it is reached by. Safe to run again. */
export const prepareDatabase = async (db: Db, now: number): Promise<void> => {
  await migrate(db, now)
  const names = JSON.stringify(resourceTypes)
  await sql`insert into resource_type (type_id, name)
    select key + 1, value from json_each(${names}) where true on conflict do nothing`.execute(db.query)
}
