import { sql } from 'kysely'
import { type Client, type ClientRow, toClient } from './clients.ts'
import type { Db, Statement } from './db.ts'

/** An access token that was issued; the token itself is nowhere. Instants in milliseconds since the epoch. */
export type AccessToken = {
  readonly tokenId: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
}

/** A client assertion that is being used: by whom, and until when it has to be remembered. */
export type AssertionUse = {
  readonly issuer: string
  readonly jtiHash: string
  /** Made for this use, so that what goes with it can ask whether it was the first. */
  readonly useId: string
  readonly expiresAt: number
}

/**
 * Uses an assertion up (SPEC T-10). The first of a batch: it changes no row when somebody has used the assertion before, and then what follows
 * with `isFirstUse` does nothing either. One that has run out is as if it had never been.
 */
export const useAssertion = ({ issuer, jtiHash, useId, expiresAt }: AssertionUse, now: number): Statement =>
  sql`insert into used_assertion (issuer, jti_hash, use_id, expires_at)
    values (${issuer}, ${jtiHash}, ${useId}, ${expiresAt})
    on conflict (issuer, jti_hash) do update set use_id = excluded.use_id, expires_at = excluded.expires_at
      where used_assertion.expires_at <= ${now}`

/** A condition for statements of the same batch. */
export const isFirstUse = ({ issuer, jtiHash, useId }: AssertionUse): Statement =>
  sql`exists (select 1 from used_assertion
    where issuer = ${issuer} and jti_hash = ${jtiHash} and use_id = ${useId})`

export const insertAccessTokenIf = (token: AccessToken, condition: Statement): Statement =>
  sql`insert into access_token (token_id, client_id, scopes, issued_at, expires_at)
    select ${token.tokenId}, ${token.clientId}, ${token.scopes.join(' ')}, ${token.issuedAt}, ${token.expiresAt}
    where ${condition}`

/** A token that is good as far as the database knows, and the client it was issued to: neither revoked nor suspended. */
export const readTokenHolder = async (
  db: Db,
  tokenId: string,
): Promise<{ readonly token: AccessToken; readonly client: Client } | undefined> => {
  const { rows } = await sql<ClientRow & Row>`select client.*, access_token.token_id,
      access_token.scopes as token_scopes, access_token.issued_at, access_token.expires_at
    from access_token join client on client.client_id = access_token.client_id
    where access_token.token_id = ${tokenId} and access_token.revoked_at is null and client.suspended_at is null`.execute(
    db.query,
  )
  const [row] = rows
  return row === undefined ? undefined : { token: toToken(row), client: toClient(row) }
}

/** Tokens that are still good, the newest first; of one client, or of all. `after`: the last one of the page before. */
export const readTokens = async (
  db: Db,
  given: {
    readonly clientId?: string | undefined
    readonly after?: Pick<AccessToken, 'tokenId' | 'issuedAt'> | undefined
    readonly now: number
    readonly limit: number
  },
): Promise<readonly AccessToken[]> => {
  const { clientId, after, now, limit } = given
  const ofClient = clientId === undefined ? sql`true` : sql`client_id = ${clientId}`
  const isBehind =
    after === undefined ? sql`true` : sql`(issued_at, token_id) < (${after.issuedAt}, ${after.tokenId})`
  const { rows } = await sql<Row>`select token_id, client_id, scopes as token_scopes, issued_at, expires_at
    from access_token where expires_at > ${now} and revoked_at is null and ${ofClient} and ${isBehind}
    order by issued_at desc, token_id desc limit ${limit}`.execute(db.query)
  return rows.map(toToken)
}

/** Changes no row where the token was revoked before, has ended, or is not this client's. */
export const revokeTokenIf = (
  { tokenId, clientId }: Pick<AccessToken, 'tokenId' | 'clientId'>,
  now: number,
  condition: Statement,
): Statement =>
  sql`update access_token set revoked_at = ${now}
    where token_id = ${tokenId} and client_id = ${clientId} and revoked_at is null and expires_at > ${now} and ${condition}`

/** A condition for statements behind it, in the same batch: it was revoked at this moment. */
export const wasRevoked = ({ tokenId }: Pick<AccessToken, 'tokenId'>, now: number): Statement =>
  sql`exists (select 1 from access_token where token_id = ${tokenId} and revoked_at = ${now})`

/** All that the client has and that are still good. */
export const revokeTokensOf = (clientId: string, now: number): Statement =>
  sql`update access_token set revoked_at = ${now}
    where client_id = ${clientId} and revoked_at is null and expires_at > ${now}`

type Row = {
  token_id: string
  client_id: string
  token_scopes: string
  issued_at: number
  expires_at: number
}

const toToken = (row: Row): AccessToken => ({
  tokenId: row.token_id,
  clientId: row.client_id,
  scopes: row.token_scopes.split(' '),
  issuedAt: row.issued_at,
  expiresAt: row.expires_at,
})
