import type { ColumnType, Generated } from 'kysely'

/** Resources and their versions, the order in which they were written, and what they belong to and refer to. */
export type ResourceTables = {
  store_clock: StoreClockTable
  instant: InstantTable
  resource_type: ResourceTypeTable
  resource: ResourceTable
  resource_version: ResourceVersionTable
  resource_body: ResourceBodyTable
  compartment: CompartmentTable
  group_member: GroupMemberTable
  reference_path: ReferencePathTable
  reference: ReferenceTable
  attachment: AttachmentTable
}

export type StoreClockTable = { id: 1; next_seq: number; last_assigned: number; floor: number }
export type InstantTable = { last_updated: number; last_seq: number }
export type ResourceTypeTable = { type_id: number; name: string }
export type ResourceTable = {
  resource_key: Generated<number>
  type_id: number
  id: string
  current_position: number | null
}
export type ResourceVersionTable = {
  position: number
  seq: ColumnType<number, never, never>
  resource_key: number
  version_id: number
  last_updated: number
  superseded_by: number | null
  deleted: 0 | 1
  bytes: number
  /** The line holds marks in front of relative attachment URLs (`worker/fhir/attachment-urls.ts`). */
  marked: Generated<0 | 1>
}
export type ResourceBodyTable = { position: number; line: string }
export type CompartmentTable = { patient_key: number; position: number }
export type GroupMemberTable = {
  group_key: number
  member_key: number
  added_seq: number
  ordinal: number
  removed_seq: number | null
  inactive: 0 | 1
  period_start: number | null
  period_end: number | null
}
export type ReferencePathTable = { path_id: Generated<number>; path: string }
export type ReferenceTable = { position: number; path_id: number; target_key: number }
/** Which Binaries a version names by `Attachment.url`: `version_id` 0 is whichever is current. */
export type AttachmentTable = { position: number; binary_id: string; version_id: number }
