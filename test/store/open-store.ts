import { type Client, createClient } from '@libsql/client'
import { readResourceLine } from '../../worker/fhir/resource-line.ts'
import { type ResourceType, typeIdOf } from '../../worker/fhir/resource-type.ts'
import { draftOf, draftOfDelete } from '../../worker/ingest/draft.ts'
import { createDb, type Db } from '../../worker/store/db.ts'
import { prepareDatabase } from '../../worker/store/prepare-database.ts'
import { type Draft, type WrittenVersion, writeVersions } from '../../worker/store/write-versions.ts'

/** The store alone, over a real database in memory whose rows a test can look at. */
export type Store = {
  readonly db: Db
  readonly client: Client
  write(drafts: readonly Draft[], now?: number): Promise<readonly (WrittenVersion | undefined)[]>
  /** Writes one draft, which must not be refused. */
  writeOne(draft: Draft, now?: number): Promise<WrittenVersion>
  rows(sql: string, ...args: readonly (string | number)[]): Promise<readonly Row[]>
  /** The only column of the rows. */
  column(sql: string, ...args: readonly (string | number)[]): Promise<readonly unknown[]>
  /** Every row of every table that holds clinical data or its indexes; names and the clock are not among them. */
  contents(): Promise<Readonly<Record<string, readonly Row[]>>>
}
export type Row = Readonly<Record<string, unknown>>

export const openStore = async (): Promise<Store> => {
  const client = createClient({ url: ':memory:', intMode: 'number', concurrency: 1 })
  const db = createDb(client)
  await prepareDatabase(db, 0)

  const write: Store['write'] = (drafts, now = 1_000) =>
    writeVersions(db, drafts, { now, maxClockSkewMs: Number.POSITIVE_INFINITY })
  const rows: Store['rows'] = async (sql, ...args) =>
    (await client.execute({ sql, args: [...args] })).rows.map((row) => ({ ...row }))
  return {
    db,
    client,
    write,
    rows,
    writeOne: async (draft, now) => {
      const [written] = await write([draft], now)
      if (written === undefined) throw new Error('the draft was refused')
      return written
    },
    column: async (sql, ...args) => (await rows(sql, ...args)).map((row) => Object.values(row)[0]),
    contents: async () => {
      const tables = ['resource_version', 'resource_body', 'compartment', 'group_member', 'reference']
      const found = await Promise.all(tables.map((table) => rows(`select * from ${table}`)))
      const current = await rows('select * from resource where current_position is not null')
      return { ...Object.fromEntries(tables.map((table, i) => [table, found[i] ?? []])), current }
    },
  }
}

export const serverBase = 'http://localhost:8080/fhir'

export type Resource = {
  readonly resourceType: string
  readonly id: string
  readonly [name: string]: unknown
}

/** The draft that a PUT or a load of this resource makes. */
export const put = (resource: Resource, expected?: number): Draft => ({
  ...draftOf(readResourceLine(JSON.stringify(resource)), serverBase),
  expected,
})

export const putText = (text: string): Draft => draftOf(readResourceLine(text), serverBase)

/** The draft of a DELETE of `Type/id`. */
export const del = (name: string, expected?: number): Draft => {
  const [type, id = ''] = name.split('/')
  return { ...draftOfDelete(type as ResourceType, id), expected }
}

export const typeId = (type: ResourceType): number => typeIdOf(type)

export const patient = (id: string, more: object = {}) => ({ resourceType: 'Patient', id, ...more })

export const observation = (id: string, ...patientIds: readonly string[]) => ({
  resourceType: 'Observation',
  id,
  ...(patientIds[0] === undefined ? {} : { subject: { reference: `Patient/${patientIds[0]}` } }),
  ...(patientIds.length < 2
    ? {}
    : { performer: patientIds.slice(1).map((other) => ({ reference: `Patient/${other}` })) }),
})

export const group = (id: string, members: readonly (string | object)[]) => ({
  resourceType: 'Group',
  id,
  type: 'person',
  actual: true,
  member: members.map((member) =>
    typeof member === 'string' ? { entity: { reference: `Patient/${member}` } } : member,
  ),
})
