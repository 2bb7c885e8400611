import { type RawBuilder, sql } from 'kysely'
import { patientTypeId, typeIdOf } from '../fhir/resource-type.ts'

/**
 * The invariants of `schema/README.md` as queries that find what breaks them. Those of large tables look at a range of the table's key, so
 * that no statement grows with the store; `where` is true of a row that is wrong, `row` says which it is.
 */
export type Invariant = { readonly sentence: string; readonly where: RawBuilder<unknown> }

export type Walk = {
  readonly table: string
  /** The column that the ranges are of, the first of its primary key. */
  readonly key: string
  /** `t` is the row. */
  readonly invariants: readonly Invariant[]
}

const exists = (table: string, condition: RawBuilder<unknown>) =>
  sql`exists (select 1 from ${sql.table(table)} x where ${condition})`
const noVersion = sql`not ${exists('resource_version', sql`x.position = t.position`)}`
const noResource = (key: string) => sql`not ${exists('resource', sql`x.resource_key = t.${sql.ref(key)}`)}`
const clock = (column: string) => sql`(select ${sql.ref(column)} from store_clock)`

const ofVersions: readonly Invariant[] = [
  {
    sentence: 'a version belongs to a resource of its own type',
    where: sql`not ${exists('resource', sql`x.resource_key = t.resource_key and x.type_id = t.position >> 44`)}`,
  },
  {
    sentence: 'the versions of a resource have numbers 1, 2, 3… and growing seqs',
    where: sql`t.version_id < 1 or (t.version_id > 1 and not ${exists(
      'resource_version',
      sql`x.resource_key = t.resource_key and x.version_id = t.version_id - 1 and x.seq < t.seq`,
    )})`,
  },
  {
    sentence: 'each version but the last is superseded by the next',
    where: sql`t.superseded_by is not (select x.seq from resource_version x
      where x.resource_key = t.resource_key and x.version_id = t.version_id + 1)`,
  },
  {
    sentence: 'a version has a body of the length it says, and a delete has none',
    where: sql`t.bytes is not (case when t.deleted = 1
      then (select iif(count(*) = 0, 0, -1) from resource_body x where x.position = t.position)
      else (select octet_length(x.line) + 1
        + 63 * (octet_length(x.line) - octet_length(replace(x.line, char(1), '')))
        from resource_body x where x.position = t.position) end)`,
  },
  {
    sentence: 'the seq of a version lies among those of its instant',
    where: sql`t.seq > coalesce((select x.last_seq from instant x where x.last_updated = t.last_updated), 0)
      or t.seq <= coalesce((select x.last_seq from instant x where x.last_updated < t.last_updated
        order by x.last_updated desc limit 1), 0)`,
  },
  {
    sentence: 'the clock is ahead of every version',
    where: sql`t.seq >= ${clock('next_seq')} or t.last_updated > ${clock('last_assigned')}`,
  },
]

export const walks: readonly Walk[] = [
  { table: 'resource_version', key: 'position', invariants: ofVersions },
  {
    table: 'resource',
    key: 'resource_key',
    invariants: [
      {
        sentence: 'current_position is that of the newest version',
        where: sql`t.current_position is not (select x.position from resource_version x
          where x.resource_key = t.resource_key order by x.version_id desc limit 1)`,
      },
      {
        sentence: 'a resource is of a known type, but the one that stands for members of other servers',
        where: sql`not (t.type_id = 0 and t.id = '') and not ${exists('resource_type', sql`x.type_id = t.type_id`)}`,
      },
    ],
  },
  {
    table: 'resource_body',
    key: 'position',
    invariants: [{ sentence: 'a body belongs to a version', where: noVersion }],
  },
  {
    table: 'instant',
    key: 'last_updated',
    invariants: [
      {
        sentence: 'last_seq grows with the instants, and stays behind the clock',
        where: sql`t.last_seq >= ${clock('next_seq')} or t.last_seq <= coalesce((select x.last_seq
          from instant x where x.last_updated < t.last_updated order by x.last_updated desc limit 1), 0)`,
      },
    ],
  },
  {
    table: 'compartment',
    key: 'patient_key',
    invariants: [
      { sentence: 'a row of a compartment belongs to a version', where: noVersion },
      {
        sentence: 'a compartment is that of a Patient',
        where: sql`not ${exists('resource', sql`x.resource_key = t.patient_key and x.type_id = ${sql.lit(patientTypeId)}`)}`,
      },
    ],
  },
  {
    table: 'group_member',
    key: 'group_key',
    invariants: [
      {
        sentence: 'members belong to a Group',
        where: sql`not ${exists('resource', sql`x.resource_key = t.group_key and x.type_id = ${sql.lit(typeIdOf('Group'))}`)}`,
      },
      { sentence: 'a member is a resource', where: noResource('member_key') },
      { sentence: 'a member goes after it has come', where: sql`t.removed_seq < t.added_seq` },
    ],
  },
  {
    table: 'reference',
    key: 'position',
    invariants: [
      { sentence: 'a reference belongs to a version', where: noVersion },
      { sentence: 'the target of a reference is named', where: noResource('target_key') },
      {
        sentence: 'the path of a reference is named',
        where: sql`not ${exists('reference_path', sql`x.path_id = t.path_id`)}`,
      },
    ],
  },
  {
    table: 'attachment',
    key: 'position',
    invariants: [{ sentence: 'an attachment belongs to a version', where: noVersion }],
  },
]

/** Of tables that hold what is under way, and are looked at as a whole. */
export const smallInvariants: readonly (Invariant & { readonly table: string })[] = [
  {
    table: 'store_clock',
    sentence: 'the clock is one row, whose floor is not behind what it last gave',
    where: sql`t.floor < t.last_assigned or (select count(*) from store_clock) <> 1`,
  },
  {
    table: 'job',
    sentence: 'the snapshot of a job lies behind the clock',
    where: sql`t.as_of >= ${clock('next_seq')}`,
  },
  ...[
    'work_unit',
    'export_file',
    'file_part',
    'carry',
    'job_group',
    'job_member',
    'job_patient',
    'job_extra',
    'job_match',
    'job_problem',
  ].map((table) => ({
    table,
    sentence: `a row of ${table} belongs to a job`,
    where: sql`not ${exists('job', sql`x.job_id = t.job_id`)}`,
  })),
  ...['export_file', 'carry', 'job_problem'].map((table) => ({
    table,
    sentence: `a row of ${table} belongs to a work unit`,
    where: sql`not ${exists('work_unit', sql`x.job_id = t.job_id and x.ordinal = t.ordinal`)}`,
  })),
  {
    table: 'file_part',
    sentence: 'a part belongs to a file that is being written',
    where: sql`not ${exists('export_file', sql`x.job_id = t.job_id and x.ordinal = t.ordinal and x.file_number = t.file_number`)}`,
  },
  {
    table: 'work_unit',
    sentence: 'at most one file of a work unit is not complete',
    where: sql`(select count(*) from export_file x where x.job_id = t.job_id and x.ordinal = t.ordinal
      and x.state <> 'complete') > 1`,
  },
]
