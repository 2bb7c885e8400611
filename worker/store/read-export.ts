import { type RawBuilder, sql } from 'kysely'
import type { FileKind } from '../../schema/tables.ts'
import type { Db } from './db.ts'
import { type FileDigests, readDigests } from './file-digests.ts'
import { errorOrdinal } from './last-units.ts'

/** A finished file as the manifest lists it. */
export type ManifestFile = {
  readonly kind: FileKind
  readonly typeId: number | undefined
  readonly name: string
  readonly lines: number
  readonly bytes: number
  /** Of files of earlier versions they are not known. */
  readonly digests: FileDigests | undefined
  /** Of blocks: the name of the file in which its last one goes on. */
  readonly continuedIn?: string | undefined
}

/** Finished files in the order of their units; what the manifest is computed from at every status request. */
export const readFinishedFiles = async (db: Db, jobId: string): Promise<readonly ManifestFile[]> => {
  const { rows } = await selectFiles(jobId, sql`true`).execute(db.query)
  return rows.map(toFile)
}

type FileRow = Omit<ManifestFile, 'typeId' | 'continuedIn' | 'digests'> & {
  readonly typeId: number | null
  readonly sha256: string | null
  readonly partSha256: string | null
  readonly continuedStem: string | null
}

/** SQL: finished files of a job, `f`, and their units, `u`, that meet a condition, in the order of their units. */
export const selectFiles = (jobId: string, condition: RawBuilder<unknown>): RawBuilder<FileRow> =>
  sql<FileRow>`select u.kind, u.type_id as typeId, f.name, f.lines, f.bytes, f.sha256,
      f.part_sha256 as partSha256, n.file_stem as continuedStem
    from export_file f cross join work_unit u on u.job_id = f.job_id and u.ordinal = f.ordinal
    left join work_unit n on u.is_continued = 1 and n.job_id = u.job_id and n.ordinal = u.ordinal + 1
    where f.job_id = ${jobId} and f.state = 'complete' and ${condition} order by f.ordinal, f.file_number`

export const toFile = ({ continuedStem, sha256, partSha256, ...row }: FileRow): ManifestFile => ({
  ...row,
  digests: readDigests(sha256, partSha256),
  typeId: row.typeId ?? undefined,
  continuedIn: continuedStem === null ? undefined : fileName(continuedStem, 1),
})

/** The names of a unit's files follow from its stem. */
export const fileName = (stem: string, fileNumber: number): string => `${stem}-${fileNumber}.ndjson`

/** What a file of that name holds, if it is finished and may be served; of blocks and of deletions it is no one type. */
export const readFinishedFile = async (
  db: Db,
  jobId: string,
  name: string,
): Promise<Pick<ManifestFile, 'kind' | 'typeId'> | undefined> => {
  const { rows } = await sql<{ kind: FileKind; typeId: number | null }>`select u.kind, u.type_id as typeId
    from export_file f cross join work_unit u on u.job_id = f.job_id and u.ordinal = f.ordinal
    where f.job_id = ${jobId} and f.name = ${name} and f.state = 'complete'`.execute(db.query)
  const [row] = rows
  return row && { kind: row.kind, typeId: row.typeId ?? undefined }
}

/** How far a running job has come, in lines; `current` is the first type still being written. */
export type JobProgress = {
  readonly isPlanned: boolean
  readonly done: number
  readonly total: number
  readonly current: { readonly typeId: number; readonly done: number; readonly total: number } | undefined
  /** When the next unit may be tried again, if all that is left is resting after a failure. */
  readonly restingUntil: number | undefined
}

export const readProgress = async (db: Db, jobId: string): Promise<JobProgress> => {
  const { rows } = await sql<{
    isPlanned: 0 | 1
    done: number
    total: number
    currentType: number | null
    restingUntil: number | null
  }>`
    select max(kind = 'plan' and state = 'done') as isPlanned, coalesce(sum(lines_done), 0) as done,
      coalesce(sum(lines_total), 0) as total,
      (select type_id from work_unit indexed by work_unit_open
        where job_id = ${jobId} and state <> 'done' and type_id is not null order by ordinal limit 1) as currentType,
      coalesce(min(case when state <> 'done' and ordinal < ${errorOrdinal} then not_before end),
        max(case when state <> 'done' then not_before end)) as restingUntil
    from work_unit where job_id = ${jobId}`.execute(db.query)
  const row = rows[0]
  if (row === undefined)
    return { isPlanned: false, done: 0, total: 0, current: undefined, restingUntil: undefined }
  return {
    isPlanned: row.isPlanned === 1,
    done: row.done,
    total: row.total,
    current: row.currentType === null ? undefined : await readTypeProgress(db, jobId, row.currentType),
    restingUntil: row.restingUntil ?? undefined,
  }
}

const readTypeProgress = async (db: Db, jobId: string, typeId: number): Promise<JobProgress['current']> => {
  const { rows } = await sql<{ done: number; total: number }>`
    select sum(lines_done) as done, sum(lines_total) as total
    from work_unit where job_id = ${jobId} and type_id = ${typeId}`.execute(db.query)
  const row = rows[0]
  return row === undefined ? undefined : { typeId, done: row.done, total: row.total }
}
