import { sql } from 'kysely'
import type { FileKind } from '../../schema/tables.ts'
import type { Db } from './db.ts'
import { errorOrdinal } from './last-units.ts'
import type { ManifestFile } from './read-export.ts'

/** How far the work on one type has come, over all its units. */
export type TypeProgress = {
  readonly kind: FileKind
  readonly typeId: number | undefined
  readonly done: number
  readonly total: number
  readonly isDone: boolean
}
/** What waits after a failure, until when, and what was said of it; `reason` is a sentence made for clients (`tick.ts`). */
export type RestingUnit = {
  readonly typeId: number | undefined
  readonly until: number
  readonly attempts: number
  readonly reason: string
}
export type JobDetails = {
  readonly types: readonly TypeProgress[]
  readonly resting: RestingUnit | undefined
  readonly files: readonly ListedFile[]
  /** Of all finished files; `resources` are the lines of `output` alone. */
  readonly totals: {
    readonly files: number
    readonly resources: number
    readonly bytes: number
    /** Resources that could not be exported. */
    readonly problems: number
  }
}

/** A finished file as lists show it. */
export type ListedFile = Omit<ManifestFile, 'digests'> & {
  /** As the manifest has it; `undefined` of files of earlier versions. */
  readonly sha256: string | undefined
}

/** What is known of one job beside its row, at one moment: at most `maxFiles` of its files. */
export const readJobDetails = async (db: Db, jobId: string, maxFiles: number): Promise<JobDetails> => {
  const [units, resting, files, totals] = await db.read([
    sql<UnitRow>`select kind, type_id as typeId, lines_done as done, lines_total as total, state = 'done' as isDone
      from work_unit where job_id = ${jobId} and kind not in ('plan', 'manifest') order by ordinal`,
    sql<
      Omit<RestingUnit, 'typeId'> & { typeId: number | null }
    >`select type_id as typeId, not_before as until, attempts, coalesce(last_error, '') as reason
      from work_unit indexed by work_unit_open
      where job_id = ${jobId} and state <> 'done' and attempts > 0 order by ordinal limit 1`,
    sql<
      Omit<ListedFile, 'typeId' | 'sha256'> & { typeId: number | null; sha256: string | null }
    >`select u.kind, u.type_id as typeId, f.name, f.lines, f.bytes, f.sha256
      from export_file f cross join work_unit u on u.job_id = f.job_id and u.ordinal = f.ordinal
      where f.job_id = ${jobId} and f.state = 'complete' order by f.ordinal, f.file_number limit ${maxFiles}`,
    sql<
      JobDetails['totals']
    >`select count(*) as files, coalesce(sum(f.lines) filter (where u.kind = 'output'), 0) as resources,
        coalesce(sum(f.bytes), 0) as bytes,
        (select count(*) from job_problem where job_id = ${jobId} and ordinal = ${errorOrdinal}) as problems
      from export_file f cross join work_unit u on u.job_id = f.job_id and u.ordinal = f.ordinal
      where f.job_id = ${jobId} and f.state = 'complete'`,
  ])
  return {
    types: addUp(units.rows),
    resting: resting.rows.map(known)[0],
    files: files.rows.map(({ sha256, ...file }) => ({ ...known(file), sha256: sha256 ?? undefined })),
    totals: totals.rows[0] ?? { files: 0, resources: 0, bytes: 0, problems: 0 },
  }
}

type UnitRow = Omit<TypeProgress, 'typeId' | 'isDone'> & {
  readonly typeId: number | null
  readonly isDone: 0 | 1
}

/** By kind and type, in the order in which the plan took them. SQL would sort for that; the units of a job are some hundreds. */
const addUp = (units: readonly UnitRow[]): readonly TypeProgress[] => {
  const types = new Map<string, TypeProgress>()
  for (const { kind, typeId, done, total, isDone } of units) {
    const name = `${kind} ${typeId}`
    const before = types.get(name) ?? { done: 0, total: 0, isDone: true }
    types.set(name, {
      kind,
      typeId: typeId ?? undefined,
      done: before.done + done,
      total: before.total + total,
      isDone: before.isDone && isDone === 1,
    })
  }
  return [...types.values()]
}

const known = <Row extends { readonly typeId: number | null }>({ typeId, ...row }: Row) => ({
  ...row,
  typeId: typeId ?? undefined,
})
