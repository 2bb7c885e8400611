import { type Selectable, sql } from 'kysely'
import type { ClientTable } from '../../schema/tables.ts'
import type { PublicKeySet } from '../platform/jwk-set.ts'
import type { Db, Statement } from './db.ts'

/** A registered backend service. Instants in milliseconds since the epoch. */
export type Client = {
  readonly clientId: string
  readonly name: string
  /** Where its public keys are, or the keys themselves: never both, and one of them. */
  readonly jwksUrl: string | undefined
  readonly jwks: PublicKeySet | undefined
  /** What it may ask for at most, as registered. */
  readonly scopes: readonly string[]
  /** Ids of the Groups it may export; `undefined` is every one that its scopes let it read. */
  readonly groupIds: readonly string[] | undefined
  /** Names of the storages it may have its files in; `undefined` is all. */
  readonly destinations: readonly string[] | undefined
  /** `undefined`: what the configuration says; 0: no bound. */
  readonly requestsPerMinute: number | undefined
  readonly maxRunningJobs: number | undefined
  readonly suspendedAt: number | undefined
  readonly createdAt: number
  readonly changedAt: number
}

export type { PublicKeySet } from '../platform/jwk-set.ts'
export type { PublicKey } from '../platform/public-key.ts'

export const readClient = async (db: Db, clientId: string): Promise<Client | undefined> => {
  const row = await db.query
    .selectFrom('client')
    .selectAll()
    .where('client_id', '=', clientId)
    .executeTakeFirst()
  return row === undefined ? undefined : toClient(row)
}

/** Clients in the order of their ids, behind `after`. */
export const readClients = async (
  db: Db,
  { after = '', limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly Client[]> => {
  const rows = await db.query
    .selectFrom('client')
    .selectAll()
    .where('client_id', '>', after)
    .orderBy('client_id')
    .limit(limit)
    .execute()
  return rows.map(toClient)
}

/** Writes nothing where there is a client of that id already. */
export const insertClient = (client: Client): Statement =>
  sql`insert into client (client_id, name, jwks_url, jwks, scopes, group_ids, destinations, requests_per_minute,
      max_running_jobs, suspended_at, created_at, changed_at)
    select ${client.clientId}, ${client.name}, ${client.jwksUrl ?? null}, ${jsonOf(client.jwks)}, ${client.scopes.join(' ')},
      ${jsonOf(client.groupIds)}, ${jsonOf(client.destinations)}, ${client.requestsPerMinute ?? null},
      ${client.maxRunningJobs ?? null}, ${client.suspendedAt ?? null}, ${client.createdAt}, ${client.changedAt}
    where true
    on conflict (client_id) do nothing`

/** Replaces what there is of the client, if it is still as it was at `changedAt`. */
export const updateClient = (client: Client, changedAt: number): Statement =>
  sql`update client set name = ${client.name}, jwks_url = ${client.jwksUrl ?? null}, jwks = ${jsonOf(client.jwks)},
      scopes = ${client.scopes.join(' ')}, group_ids = ${jsonOf(client.groupIds)}, destinations = ${jsonOf(client.destinations)},
      requests_per_minute = ${client.requestsPerMinute ?? null}, max_running_jobs = ${client.maxRunningJobs ?? null},
      suspended_at = ${client.suspendedAt ?? null}, changed_at = ${client.changedAt}
    where client_id = ${client.clientId} and changed_at = ${changedAt}`

export const deleteClient = (clientId: string): Statement =>
  sql`delete from client where client_id = ${clientId}`

/** In SQL: the client is there, the same as was looked at, and not suspended. */
export const isActiveClient = ({ clientId, createdAt }: Pick<Client, 'clientId' | 'createdAt'>): Statement =>
  sql`exists (select 1 from client where client_id = ${clientId} and created_at = ${createdAt} and suspended_at is null)`

export type ClientRow = Selectable<ClientTable>

export const toClient = (row: ClientRow): Client => ({
  clientId: row.client_id,
  name: row.name,
  jwksUrl: row.jwks_url ?? undefined,
  jwks: parseJson<PublicKeySet>(row.jwks),
  scopes: row.scopes.split(' ').filter((scope) => scope !== ''),
  groupIds: parseJson<readonly string[]>(row.group_ids),
  destinations: parseJson<readonly string[]>(row.destinations),
  requestsPerMinute: row.requests_per_minute ?? undefined,
  maxRunningJobs: row.max_running_jobs ?? undefined,
  suspendedAt: row.suspended_at ?? undefined,
  createdAt: row.created_at,
  changedAt: row.changed_at,
})

const jsonOf = (value: object | undefined): string | null =>
  value === undefined ? null : JSON.stringify(value)

/** What only `jsonOf` has written. */
const parseJson = <T>(text: string | null): T | undefined => (text === null ? undefined : JSON.parse(text))
